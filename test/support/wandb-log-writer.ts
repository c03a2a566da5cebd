/**
 * Writes `.wandb` logs as the SDKs do, for tests: framing of its own, wandb-core's way (nested keys, random
 * item order, two summaries per row) or the Python SDK's (whole nested values). @module
 */

import { crc32 } from 'node:zlib';
import { type ItemMessage, type WandbRecord, wandbRecordCodec } from '../../src/protobuf/index.ts';
import { randomNumbers, shuffled } from './random.ts';

export const BLOCK = 32_768;
const CHUNK_HEADER = 7;
const FILE_HEADER = Uint8Array.of(0x3a, 0x57, 0x26, 0x42, 0xe1, 0xbe, 0x00);

export type RowValue =
  | number
  | string
  | boolean
  | null
  | readonly RowValue[]
  | { readonly [key: string]: RowValue };

export interface WandbLogOptions {
  readonly style?: 'core' | 'python';
  readonly origin?: 0 | 7;
  readonly seed?: number;
}

/** JSON as the SDK writes it: NaN and infinities bare. */
export function valueJson(value: RowValue): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0.0' : String(value);
  if (Array.isArray(value)) return `[${value.map(valueJson).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(
      ([key, member]) => `${JSON.stringify(key)}: ${valueJson(member)}`,
    );
    return `{${members.join(', ')}}`;
  }
  return JSON.stringify(value);
}

/** The bytes of a log that holds these payloads. */
export function frameRecords(payloads: readonly Uint8Array[], origin: 0 | 7 = 0): Uint8Array {
  const parts: Uint8Array[] = [FILE_HEADER];
  let phase = FILE_HEADER.length - origin;
  const put = (bytes: Uint8Array): void => {
    parts.push(bytes);
    phase = (phase + bytes.length) % BLOCK;
  };
  for (const payload of payloads) {
    let rest = payload;
    let first = true;
    do {
      if (BLOCK - phase < CHUNK_HEADER) put(new Uint8Array(BLOCK - phase));
      const room = BLOCK - phase - CHUNK_HEADER;
      const piece = rest.subarray(0, room);
      rest = rest.subarray(piece.length);
      const last = rest.length === 0;
      put(chunk(piece, first ? (last ? 1 : 2) : last ? 4 : 3));
      first = false;
    } while (rest.length > 0);
  }
  return Buffer.concat(parts);
}

function chunk(payload: Uint8Array, type: number): Uint8Array {
  const bytes = Buffer.alloc(CHUNK_HEADER + payload.length);
  bytes.writeUInt16LE(payload.length, 4);
  bytes[6] = type;
  bytes.set(payload, CHUNK_HEADER);
  bytes.writeUInt32LE(crc32(bytes.subarray(6)), 0);
  return bytes;
}

/** Collects records and gives the log they make. */
export class WandbLogWriter {
  readonly #payloads: Uint8Array[] = [];
  readonly #style: 'core' | 'python';
  readonly #origin: 0 | 7;
  readonly #random: () => number;

  constructor({ style = 'core', origin = 0, seed = 1 }: WandbLogOptions = {}) {
    this.#style = style;
    this.#origin = origin;
    this.#random = randomNumbers(seed);
  }

  record(record: WandbRecord): this {
    this.#payloads.push(wandbRecordCodec.encode({ num: this.#payloads.length, ...record }));
    return this;
  }

  raw(payload: Uint8Array): this {
    this.#payloads.push(payload);
    return this;
  }

  /** The records every log begins with. */
  begin(runId: string, run: WandbRecord['run'] = {}): this {
    this.record({ header: { versionInfo: { producer: '0.30.0+abc' } } });
    return this.record({
      run: { runId, entity: 'acme', project: 'research', startTime: { seconds: 1_700_000_000 }, ...run },
    });
  }

  /** A history row; `_step` and `_timestamp` are among its values if the SDK shall have written them. */
  row(values: Readonly<Record<string, RowValue>>, step?: number): this {
    const item = this.#items(values);
    const history = { item, ...(step === undefined ? {} : { step: { num: step } }) };
    if (this.#style === 'python') return this.record({ history });
    this.record({ summary: { update: [{ nestedKey: ['_wandb', 'runtime'], valueJson: '0' }] } });
    this.record({ summary: { update: shuffled(item, this.#random) } });
    return this.record({ history });
  }

  stats(seconds: number, values: Readonly<Record<string, number>>): this {
    const item = Object.entries(values).map(([key, value]) => ({ key, valueJson: valueJson(value) }));
    return this.record({ stats: { timestamp: { seconds }, item } });
  }

  exit(exitCode = 0, runtime = 12): this {
    return this.record({ exit: { exitCode, runtime } });
  }

  bytes(): Uint8Array {
    return frameRecords(this.#payloads, this.#origin);
  }

  /** What of it wandb-core would have handed to the operating system by now: whole blocks. */
  wholeBlocks(): Uint8Array {
    const bytes = this.bytes();
    return bytes.subarray(0, Math.max(FILE_HEADER.length, Math.floor(bytes.length / BLOCK) * BLOCK));
  }

  #items(values: Readonly<Record<string, RowValue>>): readonly ItemMessage[] {
    const entries = Object.entries(values);
    if (this.#style === 'python')
      return entries.map(([key, value]) => ({ key, valueJson: valueJson(value) }));
    return shuffled(
      entries.flatMap(([key, value]) => leaves([key], value)),
      this.#random,
    );
  }
}

function leaves(path: readonly string[], value: RowValue): readonly ItemMessage[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [{ nestedKey: path, valueJson: valueJson(value) }];
  }
  return Object.entries(value).flatMap(([key, member]) => leaves([...path, key], member));
}
