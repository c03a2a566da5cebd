/** The records of an event file, from its bytes: counted as they pass, or those of some tags alone. @module */

import { TurnBudget } from '../core/index.ts';
import { eventCodec, type TensorBoardEvent } from '../protobuf/index.ts';
import { framedRecord } from '../tfevents/index.ts';

/** Before the data of a record; see tfevents/record.ts. */
const HEADER_BYTES = 12;
const FOOTER_BYTES = 4;

/** Counts the records of bytes that begin with one and come in any pieces. */
export class RecordCount {
  /** Records that have begun. */
  records = 0;
  /** Of the record under way: bytes still to come. */
  #left = 0;
  /** Of the next one: the beginning of its length. */
  #head: Buffer = Buffer.alloc(0);

  async *counted(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of pieces) {
      this.#count(piece);
      yield piece;
    }
  }

  #count(piece: Uint8Array): void {
    let at = 0;
    while (at < piece.length) {
      if (this.#left > 0) {
        const passed = Math.min(this.#left, piece.length - at);
        this.#left -= passed;
        at += passed;
        continue;
      }
      const wanted = HEADER_BYTES - this.#head.length;
      this.#head = Buffer.concat([this.#head, piece.subarray(at, at + wanted)]);
      at = Math.min(piece.length, at + wanted);
      if (this.#head.length < HEADER_BYTES) return;
      this.records++;
      this.#left = this.#head.readUInt32LE(0) + FOOTER_BYTES;
      this.#head = Buffer.alloc(0);
    }
  }
}

/**
 * The same file with the values of some tags alone: events without one of them are left out, but for those that have no
 * values at all, such as what says that history went back.
 */
export async function* recordsOfTags(
  pieces: AsyncIterable<Uint8Array>,
  isChosen: (tag: string) => boolean,
  { signal }: { readonly signal: AbortSignal },
): AsyncGenerator<Uint8Array> {
  const budget = new TurnBudget();
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    rest = rest.length === 0 ? Buffer.from(piece) : Buffer.concat([rest, piece]);
    let at = 0;
    const kept: Uint8Array[] = [];
    for (let end = endOf(rest, at); end <= rest.length; end = endOf(rest, at)) {
      const record = ofTags(rest.subarray(at, end), isChosen);
      if (record !== null) kept.push(record);
      at = end;
      if (budget.isSpent) await budget.next(signal);
    }
    rest = rest.subarray(at);
    if (kept.length > 0) yield Buffer.concat(kept);
  }
}

/** Where the record at an offset ends; Infinity where its head is not there yet. Lengths have 32 bits: see tfevents/record.ts. */
function endOf(bytes: Buffer, at: number): number {
  if (at + HEADER_BYTES > bytes.length) return Number.POSITIVE_INFINITY;
  return at + HEADER_BYTES + bytes.readUInt32LE(at) + FOOTER_BYTES;
}

/** The record as it is where all of it was chosen; null where nothing was. */
function ofTags(record: Buffer, isChosen: (tag: string) => boolean): Uint8Array | null {
  const event: TensorBoardEvent = eventCodec.decode(
    record.subarray(HEADER_BYTES, record.length - FOOTER_BYTES),
  );
  const values = event.summary?.value ?? [];
  if (values.length === 0) return record;
  const chosen = values.filter(({ tag = '' }) => isChosen(tag));
  if (chosen.length === 0) return null;
  if (chosen.length === values.length) return record;
  return framedRecord(eventCodec.encode({ ...event, summary: { ...event.summary, value: chosen } }));
}
