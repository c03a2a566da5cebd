/** Reads one `.wandb` file from a position on, in bounded batches of run records. @module */

import { type RunRecord, TurnBudget } from '../../../core/index.ts';
import type { ShapeInterner, ShapeRegistry } from '../../shape-registry.ts';
import type { UnreadKind } from '../../source.ts';
import {
  BOOKKEEPING_FIELDS,
  HistoryDecoder,
  RECORD_FIELD,
  RecordPeek,
  SummaryMerger,
  SystemDecoder,
  UNREAD_KINDS,
} from '../decode/index.ts';
import { LOG_HEADER, type LogFile, LogFramer, LogWindows } from '../log/index.ts';
import { borrowEngine, LogScanner } from '../scan/index.ts';
import type { LogPosition, SegmentMark } from './cursor.ts';
import type { ReadAhead } from './read-ahead.ts';
import type { RewoundSegment } from './rewound-segment.ts';
import { type SegmentBatch, withOwnShapes } from './stretch.ts';

/** A batch ends at the first record that ends at or after a multiple of this: about 2 ms of decoding. */
const BATCH_BYTES = 512 * 1024;
/** A record longer than this ends the batch before it, so that summaries do not keep its windows in memory. */
const MAX_CARRIED_BYTES = 1024 * 1024;
/** How often the time is looked at within a batch: before the code is hot, or where rows are costly, one takes long. */
const CHECKPOINT_BYTES = 4 * 1024;
/** Decoders are made anew beyond this many keys, so that a log of ever new keys does not fill memory. */
const MAX_KEYS = 65_536;

export interface SegmentReaderOptions {
  readonly registry: ShapeRegistry;
  /** Decodes a record that a run writes once or seldom; null when it is malformed. */
  readonly metadata: (bytes: Uint8Array) => readonly RunRecord[] | null;
  /** Where a later log rewinds the run to within this one. */
  readonly rewound?: RewoundSegment | null;
  /** Reads parts of the same file; not of a log that was rewound. */
  readonly ahead?: ReadAhead | null;
}

/** One pass over one log. */
export class SegmentReader {
  readonly #windows: LogWindows;
  /** Takes what is usual; null where nothing does, or a rewind takes some of it back. */
  readonly #scanner: LogScanner | null;
  /** The shapes of the writer. */
  readonly #shapes: ShapeInterner;
  readonly #rewound: RewoundSegment | null;
  readonly #framer: LogFramer;
  readonly #peek = new RecordPeek();
  #history: HistoryDecoder;
  #system: SystemDecoder;
  #summary = new SummaryMerger();
  #records: RunRecord[] = [];
  #unread: Partial<Record<UnreadKind, number>> = {};
  #reportedSkip = 0;
  #checkpoint = 0;
  readonly #turns = new TurnBudget();
  readonly #ahead: ReadAhead | null;
  readonly #metadata: SegmentReaderOptions['metadata'];

  constructor(
    file: LogFile,
    { position, writer }: Pick<SegmentMark, 'position' | 'writer'>,
    { registry, metadata, rewound = null, ahead = null }: SegmentReaderOptions,
  ) {
    this.#metadata = metadata;
    this.#ahead = ahead;
    this.#shapes = registry.ofWriter(writer);
    const { offset, origin, lastStep, lastTimestamp } = position;
    this.#rewound = rewound;
    const engine = rewound === null ? borrowEngine() : null;
    const scanner = engine && new LogScanner(engine, this.#shapes);
    this.#scanner = scanner;
    this.#windows = new LogWindows(file, scanner?.allocateWindow);
    this.#framer = new LogFramer(Math.max(offset, LOG_HEADER.length), origin, scanner?.checkStretch);
    this.#history = new HistoryDecoder(this.#shapes, { lastStep, lastTimestamp });
    this.#system = new SystemDecoder(this.#shapes);
  }

  /** File offset up to which the log has been looked at, whole records or not. */
  get seenBytes(): number {
    return Math.max(this.#windows.end, this.#framer.resumeAt);
  }

  /**
   * Batches up to `stopOffset`, or to the last whole record there is now when it is infinite. A batch is
   * yielded only if it moves the position. @throws LogdirError-able system errors of reading.
   */
  async *batches(stopOffset: number, signal: AbortSignal): AsyncGenerator<SegmentBatch> {
    const framer = this.#framer;
    framer.limit = stopOffset;
    let more = framer.position < stopOffset;
    // Windows lie in the scanner's memory.
    using _scanner = this.#scanner;
    await using _ = this.#windows;
    while (more) {
      signal.throwIfAborted();
      yield* this.#aheadBatches(signal);
      const start = framer.resumeAt;
      more = await this.#fillBatch((Math.floor(start / BATCH_BYTES) + 1) * BATCH_BYTES);
      const batch = this.#takeBatch();
      if (framer.resumeAt !== start) yield batch;
      await this.#turns.next(signal);
    }
  }

  /** Batches from here on that a thread has read, as far as they go. */
  async *#aheadBatches(signal: AbortSignal): AsyncGenerator<SegmentBatch> {
    const framer = this.#framer;
    while (this.#ahead !== null && framer.carriedBytes === 0) {
      const stretch = await this.#ahead.take(this.#position);
      if (stretch === null) return;
      const batches = withOwnShapes(stretch, this.#shapes);
      const { offset, origin, ...clock } = batches.at(-1)!.position;
      framer.goOnAt(offset, origin);
      Object.assign(this.#history.clock, clock);
      for (const batch of batches) {
        yield batch;
        await this.#turns.next(signal);
      }
    }
  }

  /** Reads records up to the batch limit; false when the log has no more. */
  async #fillBatch(batchLimit: number): Promise<boolean> {
    const framer = this.#framer;
    for (;;) {
      while (this.#takeNext(batchLimit)) {
        if (framer.position >= batchLimit) return framer.position < framer.limit;
        if (framer.position < this.#checkpoint) continue;
        this.#checkpoint = framer.position + CHECKPOINT_BYTES;
        if (this.#turns.isSpent) await this.#turns.next();
      }
      if (framer.position >= framer.limit) return false;
      if (framer.carriedBytes > MAX_CARRIED_BYTES && this.#isSummaryPending) return true;
      if (!(await this.#refill())) return false;
    }
  }

  /** Moves the window to the framer's position and reads on; false when the file has nothing new there. */
  async #refill(): Promise<boolean> {
    const { position } = this.#framer;
    if (!this.#isSummaryPending) this.#windows.releasePassed();
    const window = await this.#windows.advance(position);
    if (window === null) return false;
    this.#framer.attach(window, position);
    return true;
  }

  /** Takes the next record, or the usual ones ahead; false when the window does not hold one. */
  #takeNext(batchLimit: number): boolean {
    if (this.#scanAhead(batchLimit)) return true;
    if (!this.#framer.next()) return false;
    this.#takeRecord();
    return true;
  }

  /** Takes records up to the batch limit, as long as they are usual; false when the next one is not. */
  #scanAhead(batchLimit: number): boolean {
    const framer = this.#framer;
    const chunks = this.#scanner?.isReady() ? framer.soundChunks() : null;
    if (chunks === null) return false;
    const stopAt = Math.min(batchLimit, framer.limit) - chunks.offset;
    const passed = this.#scanner!.scan(chunks, stopAt, this.#history.clock, this.#records);
    if (passed === chunks.start) return false;
    framer.passTo(passed);
    return true;
  }

  #takeRecord(): void {
    const { payload, payloadStart, payloadEnd } = this.#framer;
    if (this.#framer.isAssembled && this.#scanner !== null) {
      const record = payload.subarray(payloadStart, payloadEnd);
      if (this.#scanner.scanRecord(record, this.#history.clock, this.#records)) return;
    }
    const peek = this.#peek;
    const known = peek.look(payload, payloadStart, payloadEnd);
    if (!known) this.#count('other');
    else if (!this.#decode(payload, payloadStart, payloadEnd))
      this.#framer.skippedBytes += payloadEnd - payloadStart;
  }

  /** Decodes the record that was peeked at; false when it is malformed. */
  #decode(payload: Uint8Array, start: number, end: number): boolean {
    const peek = this.#peek;
    if (peek.field === RECORD_FIELD.history) {
      const row = this.#history.decode(payload, peek.start, peek.end);
      return (row !== null && this.#rewound?.takesBack(row) === true) || this.#push(row);
    }
    if (peek.field === RECORD_FIELD.stats)
      return this.#push(this.#system.decode(payload, peek.start, peek.end));
    if (peek.field === RECORD_FIELD.summary) {
      if (this.#rewound?.takesBackSummary(payload.subarray(start, end)) === true) return true;
      this.#scanner?.drain(this.#summary);
      const changes = this.#summary.add(payload, peek.start, peek.end);
      for (const change of changes ?? []) this.#emit({ kind: 'summary', change });
      return changes !== null;
    }
    const unread = UNREAD_KINDS.get(peek.field);
    if (unread !== undefined) this.#count(unread);
    else if (!BOOKKEEPING_FIELDS.has(peek.field)) return this.#decodeMetadata(payload.subarray(start, end));
    return true;
  }

  #decodeMetadata(bytes: Uint8Array): boolean {
    const records = this.#metadata(bytes);
    for (const record of records ?? []) {
      // An exit tells the summary as it was then.
      if (record.kind === 'exit') this.#takeSummary();
      this.#emit(record);
      if (record.kind === 'facts') this.#noteStart(record.facts.startTime);
    }
    return records !== null;
  }

  /** Rows without a timestamp before the first that has one go by the start of the run. */
  #noteStart(startTime: number | undefined): void {
    const { clock } = this.#history;
    if (startTime !== undefined && clock.lastTimestamp === 0) clock.lastTimestamp = startTime;
  }

  #push(record: RunRecord | null): boolean {
    if (record !== null) this.#emit(record);
    return record !== null;
  }

  #emit(record: RunRecord): void {
    this.#emitRows();
    this.#records.push(record);
  }

  /** Rows that the scanner took come before what is read next. */
  #emitRows(): void {
    const rows = this.#scanner?.takeRows() ?? null;
    if (rows !== null) this.#records.push(rows);
  }

  #count(kind: UnreadKind): void {
    this.#unread[kind] = (this.#unread[kind] ?? 0) + 1;
  }

  #takeBatch(): SegmentBatch {
    this.#emitRows();
    this.#takeSummary();
    this.#windows.releasePassed();
    const { skippedBytes } = this.#framer;
    const batch = {
      position: this.#position,
      records: this.#records,
      unread: this.#unread,
      skippedBytes: skippedBytes - this.#reportedSkip,
    };
    this.#records = [];
    this.#unread = {};
    this.#reportedSkip = skippedBytes;
    this.#boundKeys();
    return batch;
  }

  get #position(): LogPosition {
    const { resumeAt: offset, origin } = this.#framer;
    return { offset, origin, ...this.#history.clock };
  }

  /** What pending records of the summary come to. */
  #takeSummary(): void {
    this.#scanner?.drain(this.#summary);
    const summary = this.#summary.take();
    this.#scanner?.releaseRecords();
    if (summary !== null) this.#emit({ kind: 'summary', change: summary });
  }

  /** Whether values of the summary still lie in windows. */
  get #isSummaryPending(): boolean {
    return this.#summary.pending || this.#scanner?.pending === true;
  }

  #boundKeys(): void {
    if (this.#history.keyCount > MAX_KEYS)
      this.#history = new HistoryDecoder(this.#shapes, this.#history.clock);
    if (this.#summary.keyCount > MAX_KEYS) this.#summary = new SummaryMerger();
    if (this.#system.keyCount > MAX_KEYS) this.#system = new SystemDecoder(this.#shapes);
  }
}
