/** The items of one history, summary or stats record: which key, and where its value lies. @module */

import type { KeyTable } from './key-table.ts';
import { FieldWalker, LENGTH_DELIMITED } from './wire.ts';

const KEY_TAG = 0x0a;
const NESTED_KEY_TAG = 0x12;
/** Tag of `value_json = 16` as two varint bytes. */
const VALUE_TAG_LOW = 0x82;
const VALUE_TAG_HIGH = 0x01;
const NESTED_KEY_FIELD = 2;
const KEY_FIELD = 1;
const VALUE_FIELD = 16;

/** Reused for every record. Entry i is slot `slots[i]` with value text `bytes[starts[i], ends[i])`. */
export class ItemList {
  length = 0;
  slots = new Int32Array(64);
  starts = new Int32Array(64);
  ends = new Int32Array(64);

  readonly #keys: KeyTable;
  readonly #fields = new FieldWalker();

  constructor(keys: KeyTable) {
    this.#keys = keys;
  }

  /**
   * Adds the items that stand at `start`, each behind the byte `tag`, as long as they are laid out the way every
   * SDK does: shorter than 128 bytes, key fields first, then the value. Returns the offset of the first field
   * that is not; the caller reads on from there and gives unusual items to `add`.
   */
  takeUsual(bytes: Uint8Array, start: number, end: number, tag: number): number {
    let at = start;
    while (at + 2 < end && bytes[at] === tag) {
      const itemEnd = at + 2 + bytes[at + 1]!;
      if (bytes[at + 1]! >= 0x80 || itemEnd > end || !this.#addUsual(bytes, at + 2, itemEnd)) break;
      at = itemEnd;
    }
    return at;
  }

  #addUsual(bytes: Uint8Array, start: number, end: number): boolean {
    const keyEnd = skipKeys(bytes, start, end);
    const valueStart = keyEnd + 3;
    if (valueStart > end || bytes[keyEnd] !== VALUE_TAG_LOW || bytes[keyEnd + 1] !== VALUE_TAG_HIGH)
      return false;
    if (valueStart + bytes[keyEnd + 2]! !== end) return false;
    this.push(this.#keys.lookup(bytes, start, keyEnd), valueStart, end);
    return true;
  }

  /** Adds the item encoded in `bytes[start, end)`, however it is laid out; false when it is malformed. */
  add(bytes: Uint8Array, start: number, end: number): boolean {
    const fields = this.#fields;
    const parts: Uint8Array[] = [];
    let valueStart = end;
    let valueEnd = end;
    fields.enter(bytes, start, end);
    while (fields.next()) {
      if (fields.wireType !== LENGTH_DELIMITED) continue;
      if (fields.field === VALUE_FIELD) {
        valueStart = fields.start;
        valueEnd = fields.end;
      } else if (fields.field === KEY_FIELD || fields.field === NESTED_KEY_FIELD) {
        parts.push(encodeKey(fields.field, bytes.subarray(fields.start, fields.end)));
      }
    }
    if (fields.malformed) return false;
    const encoded = Buffer.concat(parts);
    this.push(this.#keys.lookup(encoded, 0, encoded.length), valueStart, valueEnd);
    return true;
  }

  /** Adds an item whose key has a slot. */
  push(slot: number, start: number, end: number): void {
    const index = this.length;
    if (index === this.slots.length) this.#grow();
    this.slots[index] = slot;
    this.starts[index] = start;
    this.ends[index] = end;
    this.length = index + 1;
  }

  #grow(): void {
    for (const name of ['slots', 'starts', 'ends'] as const) {
      const grown = new Int32Array(this[name].length * 2);
      grown.set(this[name]);
      this[name] = grown;
    }
  }
}

/** The offset after the key fields at `start`. */
function skipKeys(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (bytes[at] === NESTED_KEY_TAG || bytes[at] === KEY_TAG) && bytes[at + 1]! < 0x80) {
    at += 2 + bytes[at + 1]!;
  }
  return at;
}

/** A key field as SDKs encode it, so that one key has one encoding however its record was laid out. */
function encodeKey(field: number, text: Uint8Array): Uint8Array {
  const length: number[] = [];
  let rest = text.length;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) length.push((rest & 0x7f) | 0x80);
  return Buffer.concat([Uint8Array.of((field << 3) | LENGTH_DELIMITED, ...length, rest), text]);
}
