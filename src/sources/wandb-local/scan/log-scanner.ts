/** Takes the usual records of one log out of its bytes, by a scanner in WebAssembly. @module */

import { crc32 } from 'node:zlib';
import type { HistoryColumns, RowShape, RunRecord } from '../../../core/index.ts';
import type { ShapeInterner } from '../../shape-registry.ts';
import { decodePath, meaningOf, type RowClock, type SummaryMerger } from '../decode/index.ts';
import { BLOCK_BYTES, checkStretch, type SoundChunks, WINDOW_BYTES } from '../log/index.ts';
import { returnEngine, type ScanEngine } from './engine.ts';

/** Why the scanner stopped, as in assembly/scan-log.ts. */
const DONE = 0;
const NEW_KEY = 1;
const NEW_SHAPE = 2;
const UNUSUAL = 4;
const FULL_ROWS = 5;

/** After a stretch with fewer records than these before an unusual one, some are left to whoever takes the unusual ones. */
const SHORT_STRETCH = 8;
const MAX_PAUSE = 256;
/** Numbers kept for each pending value of the summary: see `places` in assembly/scan-log.ts. */
const PLACE_LENGTH = 3;

/**
 * Reads rows and summaries of numbers. What it leaves (other records, strings, media, layouts no SDK writes, damage) its caller
 * decodes, record by record, so that both come to the same.
 */
export class LogScanner implements Disposable {
  readonly #engine: ScanEngine;
  readonly #shapes: ShapeInterner;
  /** The number of each dotted name, and the other way round. */
  readonly #nameIds = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #shapeList: RowShape[] = [];
  readonly #bytes: Uint8Array;
  readonly #words: Int32Array;
  readonly #numbers: Float64Array;
  readonly #freeWindows: Uint8Array[];
  #pause = 0;
  #nextPause = 1;

  constructor(engine: ScanEngine, shapes: ShapeInterner) {
    const { buffer, windows, exports } = engine;
    this.#engine = engine;
    this.#shapes = shapes;
    this.#bytes = new Uint8Array(buffer);
    this.#words = new Int32Array(buffer);
    this.#numbers = new Float64Array(buffer);
    this.#freeWindows = [...windows];
    exports.reset();
    exports.clearArena();
  }

  [Symbol.dispose](): void {
    returnEngine(this.#engine);
  }

  /** Room for bytes of the log: such as `scan` takes, as long as there is some. */
  readonly allocateWindow = (): Uint8Array => this.#freeWindows.pop() ?? new Uint8Array(WINDOW_BYTES);

  /** As `checkStretch` of log/chunk.ts, but through block after block, as long as chunks fill them. */
  readonly checkStretch = (bytes: Uint8Array, start: number, blockEnd: number): number => {
    if (!this.#holds(bytes)) return checkStretch(bytes, start, blockEnd);
    const { exports } = this.#engine;
    const base = bytes.byteOffset;
    exports.beginChunks();
    let checksum = 0;
    let at = start;
    for (let blockEndsAt = blockEnd; at < bytes.length; blockEndsAt += BLOCK_BYTES) {
      const limit = Math.min(blockEndsAt, bytes.length);
      // Summed up first, the block is in the processor's cache for what jumps about in it.
      const whole = crc32(bytes.subarray(at, limit), checksum);
      const end = exports.followChunks(base + at, base + limit) - base;
      checksum = end === limit ? whole : crc32(bytes.subarray(at, end), checksum);
      at = end;
      if (end < limit) break;
    }
    return (checksum | 0) === exports.chunksChecksum() ? at : -at;
  };

  /** Whether to try `scan` on the next record: not where those before were unusual. */
  isReady(): boolean {
    if (this.#pause === 0) return true;
    this.#pause--;
    return false;
  }

  /**
   * Takes the records that begin in these chunks, up to the first that ends at or after `stopAt`, an offset in the window:
   * where there are more rows than one `takeRows` holds, the first of them go to `records`. Returns the offset of the first
   * chunk that was not taken.
   */
  scan({ window, start, end }: SoundChunks, stopAt: number, clock: RowClock, records: RunRecord[]): number {
    if (!this.#holds(window)) return start;
    const { exports } = this.#engine;
    const base = window.byteOffset;
    exports.setClock(clock.lastStep, clock.lastTimestamp);
    let at = base + start;
    let verdict: number;
    do {
      verdict = exports.scan(at, base + end, base + stopAt);
      at = exports.stoppedAt.value;
      if (verdict === UNUSUAL) this.#noteUnusual(exports.taken.value);
    } while (this.#learn(verdict, records));
    clock.lastStep = exports.lastStep.value;
    clock.lastTimestamp = exports.lastTimestamp.value;
    return at - base;
  }

  /** Takes a record that was put together of pieces; false when it is left to the caller. */
  scanRecord(record: Uint8Array, clock: RowClock, records: RunRecord[]): boolean {
    const { exports, arena } = this.#engine;
    const used = exports.arenaUsed.value;
    if (used + record.length > arena.length || this.#pause > 0) return false;
    arena.set(record, used);
    exports.setClock(clock.lastStep, clock.lastTimestamp);
    let verdict: number;
    do verdict = exports.scanAssembled(record.length);
    while (this.#learn(verdict, records));
    clock.lastStep = exports.lastStep.value;
    clock.lastTimestamp = exports.lastTimestamp.value;
    return verdict === DONE;
  }

  /** The rows taken since the last call; null when there are none. */
  takeRows(): HistoryColumns | null {
    const { exports } = this.#engine;
    const count = exports.rows.value;
    if (count === 0) return null;
    const numbers = (at: number, length: number) => this.#numbers.slice(at >> 3, (at >> 3) + length);
    const shapesAt = exports.SHAPES_AT.value >> 2;
    const columns: HistoryColumns = {
      kind: 'columns',
      steps: numbers(exports.STEPS_AT.value, count),
      timestamps: numbers(exports.TIMESTAMPS_AT.value, count),
      shapeIndexes: this.#words.slice(shapesAt, shapesAt + count),
      shapes: this.#shapeList,
      values: numbers(exports.VALUES_AT.value, exports.values.value),
    };
    exports.clearRows();
    return columns;
  }

  /** Whether values of summaries are pending. They point into windows, which must stay until `drain`. */
  get pending(): boolean {
    return this.#engine.exports.order.value !== 0;
  }

  /** Hands the pending values of summaries over, which point into windows and must be taken before these change. */
  drain(summary: SummaryMerger): void {
    const { exports } = this.#engine;
    if (!this.pending) return;
    const words = this.#words;
    const places = exports.PLACES_AT.value >> 2;
    const used: number[] = [];
    for (let slot = 0; slot < exports.keys.value; slot++) {
      if (words[places + slot * PLACE_LENGTH] !== 0) used.push(slot);
    }
    const placeOf = (slot: number): number => places + slot * PLACE_LENGTH;
    used.sort((a, b) => words[placeOf(a)]! - words[placeOf(b)]!);
    for (const slot of used) {
      const [start, end] = this.#keyBounds(slot);
      const place = placeOf(slot);
      summary.put(this.#bytes, {
        keyStart: start,
        keyEnd: end,
        start: words[place + 1]!,
        end: words[place + 2]!,
      });
    }
    exports.clearPlaces();
  }

  /** Says that what `drain` handed over is no longer needed. */
  releaseRecords(): void {
    if (!this.pending) this.#engine.exports.clearArena();
  }

  #holds(bytes: Uint8Array): boolean {
    return bytes.buffer === this.#engine.buffer;
  }

  #noteUnusual(taken: number): void {
    if (taken < SHORT_STRETCH) {
      this.#pause = this.#nextPause;
      this.#nextPause = Math.min(2 * this.#nextPause, MAX_PAUSE);
    } else this.#nextPause = 1;
  }

  /** Does what lets the scanner go on; false when it is done, or somebody else has to take the next record. */
  #learn(verdict: number, records: RunRecord[]): boolean {
    switch (verdict) {
      case NEW_KEY:
        return this.#addKey();
      case NEW_SHAPE:
        return this.#addShape();
      case FULL_ROWS:
        records.push(this.takeRows()!);
        return true;
      default:
        return false;
    }
  }

  #addKey(): boolean {
    const { keyFrom, keyTo } = this.#engine.exports;
    const path = decodePath(this.#bytes.subarray(keyFrom.value, keyTo.value));
    const name = path.join('.');
    const nameId = this.#nameIds.get(name) ?? this.#names.length;
    if (this.#engine.exports.addKey(meaningOf(path, nameId)) === 0) return false;
    this.#nameIds.set(name, nameId);
    this.#names[nameId] = name;
    return true;
  }

  #addShape(): boolean {
    const { exports } = this.#engine;
    const at = exports.ROW_NAMES_AT.value >> 2;
    const ids = this.#words.subarray(at, at + exports.rowCount.value);
    const named = Array.from(ids, (id) => ({ id, key: this.#names[id]! }));
    named.sort((a, b) => (a.key < b.key ? -1 : 1));
    ids.set(named.map(({ id }) => id));
    if (exports.addShape(ids.length) === 0) return false;
    this.#shapeList.push(this.#shapes.intern(named.map(({ key }) => key)));
    return true;
  }

  #keyBounds(slot: number): readonly [start: number, end: number] {
    const { exports } = this.#engine;
    const start = this.#words[(exports.KEY_ADDRESSES_AT.value >> 2) + slot]!;
    return [start, start + this.#words[(exports.KEY_LENGTHS_AT.value >> 2) + slot]!];
  }
}
