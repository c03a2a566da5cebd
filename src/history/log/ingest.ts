/**
 * Records of a source become the next commit of a run: rows go into blocks, everything else into the index.
 *
 * Deterministic: from the same ledger, the same records up to the same cursor give the same commit and the same
 * blocks, whatever batches they came in and whenever. Rows that were evicted are rebuilt on this.
 * @module
 */

import type {
  Cell,
  DocumentChange,
  HistoryColumns,
  HistoryRow,
  RowShape,
  RunRecord,
  SystemRow,
} from '../../core/index.ts';
import type { Cursor, RecordBatch, UnreadKind } from '../../sources/index.ts';
import { BlockBuilder, type SealedBlock } from './block-builder.ts';
import type { Commit, PositionedChange, Progress } from './commit.ts';
import { DictionaryDraft } from './dictionary.ts';
import { merged } from './document.ts';
import type { RunLedger } from './ledger.ts';

export interface PreparedCommit {
  readonly commit: Commit;
  /** In the order of `commit.blocks`. */
  readonly blocks: readonly SealedBlock[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Prepares one commit. The ledger stays as it is until the commit is applied to it. */
export class RunIngest {
  readonly #dictionary: DictionaryDraft;
  readonly #builder = new BlockBuilder();
  readonly #blocks: SealedBlock[] = [];
  readonly #shapeRows = new Map<number, number>();
  readonly #changes: PositionedChange[] = [];
  #summary: DocumentChange[] = [];
  readonly #unread: Partial<Record<UnreadKind, number>> = {};
  readonly #progress: Mutable<Progress>;
  /** By writer: step of its newest history row. */
  readonly #lastSteps: Map<number | undefined, number>;
  #skippedBytes = 0;
  #cursor: Cursor | undefined;
  /** Ordinal in the log of the next row. */
  #nextRow: number;

  constructor(ledger: RunLedger) {
    this.#dictionary = new DictionaryDraft(ledger.dictionary);
    this.#progress = { ...ledger.progress };
    this.#nextRow = ledger.rowCount;
    this.#lastSteps = ledger.lastSteps();
  }

  /** Blocks sealed so far. */
  get sealedBlocks(): number {
    return this.#blocks.length;
  }

  add({ records, unread, skippedBytes, cursor }: RecordBatch): void {
    for (const record of records) this.#addRecord(record);
    for (const [kind, count] of Object.entries(unread) as [UnreadKind, number][]) {
      this.#unread[kind] = (this.#unread[kind] ?? 0) + count;
    }
    this.#skippedBytes += skippedBytes;
    this.#cursor = cursor;
  }

  /** The commit of everything taken in; undefined when there was nothing. Ends this object's life. */
  finish(): PreparedCommit | undefined {
    this.#seal();
    if (this.#cursor === undefined) return undefined;
    const commit: Commit = {
      cursor: this.#cursor,
      progress: this.#progress,
      ...unlessEmpty('keys', this.#dictionary.keys),
      ...unlessEmpty('shapes', this.#dictionary.shapes),
      ...unlessEmpty(
        'blocks',
        this.#blocks.map(({ entry }) => entry),
      ),
      ...unlessEmpty('shapeRows', [...this.#shapeRows]),
      ...unlessEmpty('changes', this.#changes),
      ...(this.#summary.length > 0 && { summary: merged(this.#summary) }),
      ...(Object.keys(this.#unread).length > 0 && { unread: this.#unread }),
      ...(this.#skippedBytes > 0 && { skippedBytes: this.#skippedBytes }),
    };
    return { commit, blocks: this.#blocks };
  }

  #addRecord(record: RunRecord): void {
    switch (record.kind) {
      case 'history':
        this.#addHistoryRow(record);
        break;
      case 'columns':
        this.#addColumns(record);
        break;
      case 'system':
        this.#addSystemRow(record);
        break;
      case 'facts':
        this.#changes.push({ at: this.#nextRow, kind: 'facts', facts: record.facts });
        break;
      case 'config':
        this.#changes.push({ at: this.#nextRow, kind: 'config', change: record.change });
        break;
      case 'summary':
        this.#summary.push(record.change);
        break;
      case 'metric':
        this.#changes.push({ at: this.#nextRow, kind: 'metric', metric: record.metric });
        break;
      case 'begun':
        this.#changes.push({ at: this.#nextRow, ...record });
        break;
      case 'exit': {
        const { exitCode, runtimeSeconds } = record;
        this.#progress.isEnded = true;
        if (this.#summary.length > 0)
          this.#changes.push({ at: this.#nextRow, kind: 'summary', change: merged(this.#summary) });
        this.#summary = [];
        this.#changes.push({ at: this.#nextRow, kind: 'exit', exit: { exitCode, runtimeSeconds } });
      }
    }
  }

  #addHistoryRow(row: HistoryRow): void {
    const rowShapeId = this.#dictionary.rowShapeId('history', row.shape);
    this.#addRow(row.step, row.timestamp, rowShapeId, row.values);
    for (const cell of row.cells) {
      const shapeId = this.#dictionary.cellShapeId(cellType(cell), cell.key, row.shape);
      this.#builder.addCell(shapeId, cell.text);
      this.#count(shapeId);
    }
    this.#noteStep(row.step, row.shape);
  }

  #addColumns({ steps, timestamps, shapeIndexes, shapes, values }: HistoryColumns): void {
    let at = 0;
    for (let row = 0; row < steps.length; row++) {
      const shape = shapes[shapeIndexes[row]!]!;
      const end = at + shape.keys.length;
      const step = steps[row]!;
      this.#addRow(step, timestamps[row]!, this.#dictionary.rowShapeId('history', shape), values, at, end);
      this.#noteStep(step, shape);
      at = end;
    }
  }

  #noteStep(step: number, { writer }: RowShape): void {
    const progress = this.#progress;
    const lastStep = this.#lastSteps.get(writer);
    if (lastStep !== undefined && step <= lastStep) progress.restarts++;
    if (writer === undefined && progress.isEnded) {
      progress.resumes = (progress.resumes ?? 0) + 1;
      delete progress.isEnded;
    }
    this.#lastSteps.set(writer, step);
    progress.rows++;
    progress.firstStep ??= step;
    // Of several writers who log side by side, the one who is furthest.
    progress.lastStep = this.#lastSteps.size === 1 ? step : Math.max(...this.#lastSteps.values());
  }

  #addSystemRow(row: SystemRow): void {
    const shapeId = this.#dictionary.rowShapeId('system', row.shape);
    this.#addRow(Number.NaN, row.timestamp, shapeId, row.values);
    this.#progress.systemRows++;
  }

  /** The values of the row are `values[from, to)`. */
  #addRow(
    step: number,
    timestamp: number,
    shapeId: number,
    values: ArrayLike<number>,
    from = 0,
    to = values.length,
  ): void {
    if (this.#builder.isFull) this.#seal();
    this.#builder.addRow(step, timestamp, shapeId, values, from, to);
    this.#count(shapeId);
    this.#progress.lastTimestamp = timestamp;
    this.#nextRow++;
  }

  #count(shapeId: number): void {
    this.#shapeRows.set(shapeId, (this.#shapeRows.get(shapeId) ?? 0) + 1);
  }

  #seal(): void {
    if (!this.#builder.isEmpty) this.#blocks.push(this.#builder.seal());
  }
}

/** What kind of value a cell holds: `string`, `null`, `list`, `object`, or the `_type` W&B gave it. */
function cellType(cell: Cell): string {
  if (cell.kind === 'string') return 'string';
  if (cell.text === 'null') return 'null';
  if (cell.text.startsWith('[')) return 'list';
  return /"_type"\s*:\s*"([^"]+)"/.exec(cell.text)?.[1] ?? 'object';
}

function unlessEmpty<K extends string, T>(name: K, items: readonly T[]): { [P in K]?: readonly T[] } {
  return items.length === 0 ? {} : ({ [name]: items } as { [P in K]: readonly T[] });
}
