/** Rows of exported parquet files: several files, of differing columns, in any order, overlapping. @module */

import { LRUCache } from 'lru-cache';
import { type HistoryRow, type SystemRow, TurnBudget } from '../../../core/index.ts';
import type { ShapeRegistry } from '../../shape-registry.ts';
import { historyRules, type KeyRules, SYSTEM_RULES } from './key-rules.ts';
import type { KeyTypes } from './key-types.ts';
import type { RowStretch } from './parquet/column.ts';
import { type DecodingThread, decodingThread } from './parquet/decoding-thread.ts';
import { ParquetBlock } from './parquet/parquet-block.ts';
import { ParquetFile } from './parquet/parquet-file.ts';
import { RowBuilder, type RowDraft } from './row-builder.ts';
import { RowOrder } from './row-order.ts';
import { type HistoryOptions, historySequence, type SequenceOptions, systemRow } from './row-sequence.ts';

interface ParquetOptions extends SequenceOptions {
  readonly registry: ShapeRegistry;
  /** The most rows of a batch. Default 4,096; wide rows make smaller batches. */
  readonly batchRows?: number;
  readonly signal: AbortSignal;
  /** The most memory for decoded rows of files that overlap or are out of order. Beyond it they are decoded again. Default 256 MiB. */
  readonly maxHeldBytes?: number;
  /** Where files are decoded. Default: the thread that all share. */
  readonly thread?: DecodingThread;
}

export interface ParquetRowOptions extends ParquetOptions, HistoryOptions {
  readonly keyTypes: KeyTypes;
  /** Rows up to and at this step are left out. */
  readonly afterStep: number;
  /** Rows after this step are left out. */
  readonly untilStep?: number;
}

export interface ParquetSystemRowOptions extends ParquetOptions {
  /** Unix seconds; samples up to and at it are left out. */
  readonly afterTimestamp: number;
  /** Samples after it are left out. */
  readonly untilTimestamp?: number;
}

const DEFAULT_BATCH_ROWS = 4096;
/** Rows of a batch hold at most about so many values, which take some milliseconds to put together. */
const MAX_BATCH_VALUES = 2 ** 17;
const DEFAULT_HELD_BYTES = 2 ** 28;

/**
 * History of exported files: ascending by step, one row per step, of the last file that has it, and there the last.
 * @throws LogdirError `corrupt` when a file is damaged; rows before that have been given out already.
 */
export async function* parquetRows(
  paths: readonly string[],
  options: ParquetRowOptions,
): AsyncGenerator<readonly HistoryRow[]> {
  const { keyTypes, afterStep, untilStep = Number.POSITIVE_INFINITY } = options;
  let { lastTimestamp } = options;
  const range = { after: afterStep, until: untilStep };
  for await (const drafts of draftsOf(paths, historyRules(keyTypes), range, options)) {
    const rows = historySequence(drafts, { lastTimestamp });
    lastTimestamp = rows.at(-1)?.timestamp ?? lastTimestamp;
    yield rows;
  }
}

/** System metrics of exported files: ascending by timestamp, one sample each. Fails as `parquetRows` does. */
export async function* parquetSystemRows(
  paths: readonly string[],
  options: ParquetSystemRowOptions,
): AsyncGenerator<readonly SystemRow[]> {
  const { afterTimestamp, untilTimestamp = Number.POSITIVE_INFINITY } = options;
  const range = { after: afterTimestamp, until: untilTimestamp };
  for await (const drafts of draftsOf(paths, SYSTEM_RULES, range, options)) yield drafts.map(systemRow);
}

async function* draftsOf(
  paths: readonly string[],
  rules: KeyRules,
  range: { readonly after: number; readonly until: number },
  options: ParquetOptions,
): AsyncGenerator<RowDraft[]> {
  options.signal.throwIfAborted();
  const files: ParquetFile[] = [];
  try {
    for (const path of paths) files.push(await ParquetFile.open(path, options.thread ?? decodingThread));
    const reader = new DraftReader(files, rules, options);
    const { order, dropped } = await reader.order();
    if (dropped > 0) options.onDropped?.(dropped, rules.axis === 'step' ? 'no-step' : 'no-timestamp');
    yield* reader.read(order, order.after(range.after), order.after(range.until));
  } finally {
    for (const file of files) await file.close();
  }
}

/** A stretch of rows and the file it is in. */
interface Part {
  readonly file: ParquetFile;
  readonly stretch: RowStretch;
}

class DraftReader {
  readonly #parts: readonly Part[];
  readonly #rules: KeyRules;
  readonly #builder: RowBuilder;
  readonly #thread: DecodingThread;
  readonly #signal: AbortSignal;
  readonly #batchRows: number;
  readonly #held: LRUCache<number, ParquetBlock>;

  constructor(files: readonly ParquetFile[], rules: KeyRules, options: ParquetOptions) {
    const { registry, signal, batchRows = DEFAULT_BATCH_ROWS, maxHeldBytes = DEFAULT_HELD_BYTES } = options;
    this.#parts = files.flatMap((file) => file.stretches.map((stretch) => ({ file, stretch })));
    this.#rules = rules;
    this.#builder = new RowBuilder(registry, rules);
    this.#thread = options.thread ?? decodingThread;
    this.#signal = signal;
    this.#batchRows = batchRows;
    this.#held = new LRUCache({ maxSize: maxHeldBytes, sizeCalculation: ({ bytes }) => bytes });
  }

  /** The order of all rows that say where they belong, and how many do not. */
  async order(): Promise<{ readonly order: RowOrder; readonly dropped: number }> {
    const starts = [0];
    for (const { stretch } of this.#parts) starts.push(starts.at(-1)! + stretch.to - stretch.from);
    const axis = new Float64Array(starts.at(-1)!).fill(Number.NaN);
    let present = 0;
    for (const [index, part] of this.#parts.entries())
      present += await this.#readAxis(part, axis, starts[index]!);
    const dropped = axis.length - present;
    return { order: new RowOrder(await this.#thread.sort(axis, starts), starts), dropped };
  }

  /** Batches of the rows at positions `from` up to `to`. */
  async *read(order: RowOrder, from: number, to: number): AsyncGenerator<RowDraft[]> {
    const turn = new TurnBudget();
    for (let position = from; position < to; ) {
      const { width } = await this.#block(order.groupAt(position));
      const fitting = Math.floor(MAX_BATCH_VALUES / Math.max(1, width));
      const end = Math.min(to, position + Math.max(1, Math.min(this.#batchRows, fitting)));
      const drafts = new Array<RowDraft>(end - position);
      for (const { group, rows, places } of order.slice(position, end)) {
        const block = await this.#block(group);
        for (let i = 0; i < rows.length; i++) drafts[places[i]!] = block.row(rows[i]!, this.#builder);
      }
      yield drafts;
      position = end;
      this.#signal.throwIfAborted();
      await turn.next();
    }
  }

  async #block(index: number): Promise<ParquetBlock> {
    const held = this.#held.get(index);
    if (held !== undefined) return held;
    const block = await ParquetBlock.read(this.#parts[index]!, {
      builder: this.#builder,
      rules: this.#rules,
    });
    this.#held.set(index, block);
    return block;
  }

  /** Puts axis values where they belong among those of all parts; gives how many there are. */
  async #readAxis({ file, stretch }: Part, axis: Float64Array, start: number): Promise<number> {
    const { axis: role } = this.#rules;
    const column = file.columns.find(({ name }) => this.#rules.of(name).role === role);
    const found = column === undefined ? undefined : await file.read(column, stretch);
    this.#signal.throwIfAborted();
    if (found === undefined || found.kind === 'none') return 0;
    const { values } = found;
    let present = 0;
    for (let row = 0; row < values.length; row++) {
      const value = values[row];
      if (typeof value !== 'number' || !Number.isFinite(value)) continue;
      if (found.kind === 'numbers' && found.absent?.[row] === 1) continue;
      axis[start + row] = role === 'step' ? Math.trunc(value) : value;
      present++;
    }
    return present;
  }
}
