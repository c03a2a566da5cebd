/**
 * Records of a source become the next commit of a run: rows go into blocks, everything else into the index.
 *
 * Deterministic: from the same ledger, the same records up to the same cursor give the same commit and the same
 * blocks, whatever batches they came in and whenever. Rows that were evicted are rebuilt on this.
 * @module
 */

import { crc32 } from 'node:zlib';
import type {
  Cell,
  DocumentChange,
  HistoryRow,
  MetricDefinition,
  RunFacts,
  RunKey,
  RunRecord,
  SystemRow,
} from '../core/index.ts';
import type { Cursor, RecordBatch, UnreadKind } from '../sources/index.ts';
import { BlockBuilder } from './block-builder.ts';
import {
  BLOCK_HAS_STANDING_NOTES,
  BLOCK_HAS_SYSTEM_ROWS,
  type BlockEntry,
  type Commit,
  type Progress,
  type RunExit,
} from './commit.ts';
import type { Dictionary } from './dictionary.ts';
import { WandbDocument } from './document.ts';
import type { RunLedger } from './ledger.ts';
import { decodeBlock, encodeBlock, type RowBlock } from './row-block.ts';
import { StandingRows } from './standing-rows.ts';

/** What turns blocks into the bytes that are served, as far as the run log must know it: exact sizes. */
export interface BlockSynthesis {
  /** Changes whenever the same block would become other bytes. */
  readonly version: string;
  /** Exact bytes of the events a block becomes. */
  measure(block: RowBlock, dictionary: Dictionary): number;
}

/** Reads a block that was sealed before this commit. */
export type BlockReader = (index: number) => Promise<RowBlock>;

export interface PreparedCommit {
  readonly commit: Commit;
  /** Encoded blocks, in the order of `commit.blocks`. */
  readonly blocks: readonly Uint8Array[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What a `start` or `end` note holds, as JSON: what was known of the run at that moment. */
export interface StandingFacts {
  readonly run: RunKey;
  readonly facts: RunFacts;
  /** Config entries; absent in an `end` note when they are those of the note before. */
  readonly config?: DocumentChange['update'];
  readonly exit?: RunExit;
  readonly rows: number;
  readonly lastStep: number | null;
}

/**
 * Restarts of one run for which standing rows are repeated. A run is resumed a few times in its life; a log that
 * goes back at every row is damaged or hostile, and repeating everything each time would grow without bound.
 */
const MAX_REPEATS = 32;

export class RunIngest {
  readonly #run: RunKey;
  readonly #ledger: RunLedger;
  readonly #synthesis: BlockSynthesis;
  readonly #readBlock: BlockReader;
  readonly #builder = new BlockBuilder();
  readonly #entries: BlockEntry[] = [];
  readonly #encoded: Uint8Array[] = [];
  readonly #knownKeys: number;
  readonly #knownShapes: number;
  readonly #shapeRows = new Map<number, number>();
  readonly #cells = new Map<string, [number, string, number]>();
  readonly #config: DocumentChange[] = [];
  readonly #summary: DocumentChange[] = [];
  readonly #metrics: MetricDefinition[] = [];
  readonly #progress: Mutable<Progress>;
  readonly #unread: Partial<Record<UnreadKind, number>> = {};
  #facts: RunFacts = {};
  #exit: RunExit | null | undefined;
  #flags = 0;
  #skippedBytes = 0;
  #cursor: Cursor | undefined;

  constructor(run: RunKey, ledger: RunLedger, synthesis: BlockSynthesis, readBlock: BlockReader) {
    this.#run = run;
    this.#ledger = ledger;
    this.#synthesis = synthesis;
    this.#readBlock = readBlock;
    this.#progress = { ...ledger.progress };
    this.#knownKeys = ledger.dictionary.keys.length;
    this.#knownShapes = ledger.dictionary.shapes.length;
  }

  /** Blocks sealed since the last commit. */
  get sealedBlocks(): number {
    return this.#entries.length;
  }

  /** Takes in a batch. Asynchronous only because a restart reads earlier blocks again. */
  async add(batch: RecordBatch): Promise<void> {
    for (const record of batch.records) {
      if (record.kind === 'history' && this.#goesBack(record.step)) {
        await this.#restart(record.step, record.timestamp);
      }
      this.#addRecord(record);
    }
    for (const [kind, count] of Object.entries(batch.unread) as [UnreadKind, number][]) {
      this.#unread[kind] = (this.#unread[kind] ?? 0) + count;
    }
    this.#skippedBytes += batch.skippedBytes;
    this.#cursor = batch.cursor;
  }

  /** The commit of everything taken in; undefined when there was nothing. Ends this object's life. */
  finish(): PreparedCommit | undefined {
    if (this.#cursor === undefined) return undefined;
    this.#seal();
    const { keys, shapes } = this.#ledger.dictionary;
    const commit: Commit = {
      cursor: this.#cursor,
      progress: this.#progress,
      ...unlessEmpty('keys', keys.slice(this.#knownKeys)),
      ...unlessEmpty(
        'shapes',
        shapes.slice(this.#knownShapes).map((shape) => [shape.kind, ...shape.keys] as const),
      ),
      ...unlessEmpty('blocks', this.#entries),
      ...unlessEmpty('shapeRows', [...this.#shapeRows]),
      ...unlessEmpty('cells', [...this.#cells.values()]),
      ...(Object.keys(this.#facts).length > 0 && { facts: this.#facts }),
      ...(this.#config.length > 0 && { config: merged(this.#config) }),
      ...(this.#summary.length > 0 && { summary: merged(this.#summary) }),
      ...unlessEmpty('metrics', this.#metrics),
      ...(this.#exit !== undefined && { exit: this.#exit }),
      ...(Object.keys(this.#unread).length > 0 && { unread: this.#unread }),
      ...(this.#skippedBytes > 0 && { skippedBytes: this.#skippedBytes }),
    };
    return { commit, blocks: this.#encoded };
  }

  #addRecord(record: RunRecord): void {
    switch (record.kind) {
      case 'history':
        this.#addHistoryRow(record);
        break;
      case 'system':
        this.#addSystemRow(record);
        break;
      case 'facts':
        this.#facts = { ...this.#facts, ...record.facts };
        if (this.#currentExit() !== null) this.#exit = null;
        break;
      case 'config':
        this.#config.push(record.change);
        this.#progress.configMoved = true;
        break;
      case 'summary':
        this.#summary.push(record.change);
        break;
      case 'metric':
        this.#metrics.push(record.metric);
        break;
      case 'exit':
        this.#addExit({ exitCode: record.exitCode, runtimeSeconds: record.runtimeSeconds });
        break;
    }
    if (this.#builder.isFull) this.#seal();
  }

  #addHistoryRow(row: HistoryRow): void {
    this.#start(row.timestamp);
    const { dictionary } = this.#ledger;
    const shapeId = dictionary.shapeId('history', row.shape);
    this.#builder.addRow(row.step, row.timestamp, shapeId, row.values);
    this.#countRow(shapeId);
    for (const cell of row.cells) {
      const cellShapeId = dictionary.cellShapeId(cell.kind, cell.key);
      this.#builder.addNote(cell.kind, row.step, row.timestamp, cellShapeId, cell.text);
      this.#countCell(cellShapeId, cell);
    }
    const progress = this.#progress;
    progress.rows++;
    progress.firstStep ??= row.step;
    progress.lastStep = row.step;
    progress.lastTimestamp = row.timestamp;
  }

  /** Samples have no step of their own: they get whole seconds since the start, pushed on where they tie. */
  #addSystemRow(row: SystemRow): void {
    this.#start(row.timestamp);
    const progress = this.#progress;
    const elapsed = Math.floor(row.timestamp - (progress.startTime ?? row.timestamp));
    const step = Math.max(elapsed, (progress.systemStep ?? -1) + 1);
    const shapeId = this.#ledger.dictionary.shapeId('system', row.shape);
    this.#builder.addRow(step, row.timestamp, shapeId, row.values);
    this.#countRow(shapeId);
    this.#flags |= BLOCK_HAS_SYSTEM_ROWS;
    progress.systemRows++;
    progress.systemStep = step;
    progress.lastTimestamp = row.timestamp;
  }

  #addExit(exit: RunExit): void {
    const startTime = this.#currentFacts().startTime ?? 0;
    this.#start(startTime);
    this.#exit = exit;
    const { lastTimestamp, lastStep, standingStep } = this.#progress;
    const step = Math.max((standingStep ?? 0) + 1, lastStep ?? 0);
    this.#addStanding('end', step, Math.max(lastTimestamp ?? 0, startTime + exit.runtimeSeconds), exit);
  }

  /** Before the first row, sample or exit: freezes the start and notes what is known of the run. */
  #start(timestamp: number): void {
    if (this.#progress.startTime !== null) return;
    const startTime = this.#currentFacts().startTime ?? timestamp;
    this.#progress.startTime = startTime;
    this.#progress.configMoved = true;
    this.#builder.addNote('begin', 0, startTime);
    this.#addStanding('start', 0, startTime);
  }

  #addStanding(kind: 'start' | 'end', step: number, timestamp: number, exit?: RunExit): void {
    const standing: StandingFacts = {
      run: this.#run,
      facts: this.#currentFacts(),
      ...(this.#progress.configMoved && { config: this.#currentConfig() }),
      ...(exit !== undefined && { exit }),
      rows: this.#progress.rows,
      lastStep: this.#progress.lastStep,
    };
    this.#builder.addNote(kind, step, timestamp, 0, JSON.stringify(standing));
    this.#flags |= BLOCK_HAS_STANDING_NOTES;
    this.#progress.standingStep = step;
    this.#progress.configMoved = false;
  }

  #goesBack(step: number): boolean {
    return this.#progress.lastStep !== null && step <= this.#progress.lastStep;
  }

  /**
   * History goes back to a step. TensorBoard's Python loader then drops everything of the run from that step on,
   * whatever its tag; so what a new segment does not log again, samples and notes about the run, is repeated.
   */
  async #restart(step: number, timestamp: number): Promise<void> {
    this.#seal();
    this.#builder.addNote('restart', step, timestamp);
    this.#progress.restarts++;
    if (this.#progress.restarts <= MAX_REPEATS) this.#repeat(await this.#standingSince(step));
  }

  async #standingSince(step: number): Promise<StandingRows> {
    const standing = new StandingRows(step);
    const { shapes } = this.#ledger.dictionary;
    for (let i = 0; i < this.#ledger.blockCount; i++) {
      if (this.#ledger.block(i).flags !== 0) standing.collect(await this.#readBlock(i), shapes);
    }
    this.#entries.forEach((entry, i) => {
      if (entry[4] !== 0) standing.collect(decodeBlock(this.#encoded[i]!), shapes);
    });
    return standing;
  }

  #repeat(standing: StandingRows): void {
    for (const row of standing.rows) {
      this.#builder.addRow(row.step, row.timestamp, row.shapeId, row.values);
      this.#flags |= BLOCK_HAS_SYSTEM_ROWS;
      if (this.#builder.isFull) this.#seal();
    }
    for (const note of standing.notes) {
      this.#builder.addNote(note.kind, note.step, note.timestamp, note.shapeId, note.text);
      this.#flags |= BLOCK_HAS_STANDING_NOTES;
    }
  }

  #seal(): void {
    if (this.#builder.isEmpty) return;
    const block = this.#builder.take();
    const bytes = encodeBlock(block);
    const events = this.#synthesis.measure(block, this.#ledger.dictionary);
    this.#encoded.push(bytes);
    this.#entries.push([bytes.length, crc32(bytes), block.rowCount, events, this.#flags]);
    this.#flags = 0;
  }

  #countRow(shapeId: number): void {
    this.#shapeRows.set(shapeId, (this.#shapeRows.get(shapeId) ?? 0) + 1);
  }

  #countCell(shapeId: number, cell: Cell): void {
    const type = cellType(cell);
    const entry = this.#cells.get(`${shapeId} ${type}`);
    if (entry === undefined) this.#cells.set(`${shapeId} ${type}`, [shapeId, type, 1]);
    else entry[2]++;
  }

  #currentFacts(): RunFacts {
    return { ...this.#ledger.facts, ...this.#facts };
  }

  #currentExit(): RunExit | null {
    return this.#exit === undefined ? this.#ledger.exit : this.#exit;
  }

  #currentConfig(): DocumentChange['update'] {
    const standing = { update: this.#ledger.config.entries, remove: [] };
    return merged([standing, ...this.#config]).update;
  }
}

/** What kind of value a cell holds: `string`, `null`, `list`, or the `_type` W&B gave it. */
function cellType(cell: Cell): string {
  if (cell.kind === 'string') return 'string';
  if (cell.text === 'null') return 'null';
  if (cell.text.startsWith('[')) return 'list';
  return /"_type"\s*:\s*"([^"]+)"/.exec(cell.text)?.[1] ?? 'object';
}

/** Several changes as one. What an update brings back is not removed. */
function merged(changes: readonly DocumentChange[]): DocumentChange {
  const document = new WandbDocument();
  for (const change of changes) document.apply(change);
  return { update: document.entries, remove: changes.flatMap((change) => change.remove) };
}

function unlessEmpty<K extends string, T>(name: K, items: readonly T[]): { [P in K]?: readonly T[] } {
  return items.length === 0 ? {} : ({ [name]: items } as { [P in K]: readonly T[] });
}
