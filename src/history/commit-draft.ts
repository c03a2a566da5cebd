/** Collects what the next commit will say apart from rows: facts, changes, counts. @module */

import type { Cell, DocumentChange, MetricDefinition, RunFacts } from '../core/index.ts';
import type { Cursor, RecordBatch, UnreadKind } from '../sources/index.ts';
import type { BlockEntry, Commit, Progress, RunExit } from './commit.ts';
import { WandbDocument } from './document.ts';
import type { RunLedger } from './ledger.ts';

export class CommitDraft {
  readonly #ledger: RunLedger;
  readonly #knownKeys: number;
  readonly #knownShapes: number;
  readonly #shapeRows = new Map<number, number>();
  readonly #cells = new Map<string, [shapeId: number, type: string, count: number]>();
  readonly #config: DocumentChange[] = [];
  readonly #summary: DocumentChange[] = [];
  readonly #metrics: MetricDefinition[] = [];
  readonly #unread: Partial<Record<UnreadKind, number>> = {};
  #facts: RunFacts = {};
  #exit: RunExit | null | undefined;
  #skippedBytes = 0;
  #cursor: Cursor | undefined;

  constructor(ledger: RunLedger) {
    this.#ledger = ledger;
    this.#knownKeys = ledger.dictionary.keys.length;
    this.#knownShapes = ledger.dictionary.shapes.length;
  }

  /** Facts of the run, those of this draft included. */
  get facts(): RunFacts {
    return { ...this.#ledger.facts, ...this.#facts };
  }

  /** Config of the run, changes of this draft included. */
  get config(): DocumentChange['update'] {
    return merged([{ update: this.#ledger.config.entries, remove: [] }, ...this.#config]).update;
  }

  /** New words of the run about itself. A run that speaks after its exit goes on. */
  addFacts(facts: RunFacts): void {
    this.#facts = { ...this.#facts, ...facts };
    const exit = this.#exit === undefined ? this.#ledger.exit : this.#exit;
    if (exit !== null) this.#exit = null;
  }

  addConfig(change: DocumentChange): void {
    this.#config.push(change);
  }

  addSummary(change: DocumentChange): void {
    this.#summary.push(change);
  }

  addMetric(metric: MetricDefinition): void {
    this.#metrics.push(metric);
  }

  addExit(exit: RunExit): void {
    this.#exit = exit;
  }

  countRow(shapeId: number): void {
    this.#shapeRows.set(shapeId, (this.#shapeRows.get(shapeId) ?? 0) + 1);
  }

  countCell(shapeId: number, cell: Cell): void {
    const type = cellType(cell);
    const counted = this.#cells.get(`${shapeId} ${type}`);
    if (counted === undefined) this.#cells.set(`${shapeId} ${type}`, [shapeId, type, 1]);
    else counted[2]++;
  }

  /** What a batch says beside its records. */
  endBatch({ unread, skippedBytes, cursor }: RecordBatch): void {
    for (const [kind, count] of Object.entries(unread) as [UnreadKind, number][]) {
      this.#unread[kind] = (this.#unread[kind] ?? 0) + count;
    }
    this.#skippedBytes += skippedBytes;
    this.#cursor = cursor;
  }

  /** The commit, over these blocks; undefined when no batch came. */
  commit(progress: Progress, blocks: readonly BlockEntry[]): Commit | undefined {
    if (this.#cursor === undefined) return undefined;
    const { keys, shapes } = this.#ledger.dictionary;
    const newShapes = shapes.slice(this.#knownShapes).map((shape) => [shape.kind, ...shape.keys] as const);
    return {
      cursor: this.#cursor,
      progress,
      ...unlessEmpty('keys', keys.slice(this.#knownKeys)),
      ...unlessEmpty('shapes', newShapes),
      ...unlessEmpty('blocks', blocks),
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
  }
}

/** What kind of value a cell holds: `string`, `null`, `list`, `object`, or the `_type` W&B gave it. */
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
