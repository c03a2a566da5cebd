/** Everything a run's index says, folded: what has been read so far, and where its rows lie. @module */

import { crc32 } from 'node:zlib';
import type { MetricDefinition, RunFacts } from '../core/index.ts';
import type { Cursor, UnreadKind } from '../sources/index.ts';
import {
  BLOCK_HAS_STANDING_NOTES,
  type BlockEntry,
  type Commit,
  type Progress,
  type RunExit,
  type ShapeEnd,
} from './commit.ts';
import { Dictionary } from './dictionary.ts';
import { WandbDocument } from './document.ts';

const NOTHING_YET: Progress = {
  rows: 0,
  systemRows: 0,
  firstStep: null,
  lastStep: null,
  lastTimestamp: null,
  systemStep: null,
  standingStep: null,
  startTime: null,
  restarts: 0,
  configMoved: false,
  configTold: false,
};

/** A sealed block: where its rows lie in the row file and which events it becomes. */
export interface BlockPlace {
  readonly rowsAt: number;
  readonly rowsBytes: number;
  readonly checksum: number;
  readonly rowCount: number;
  readonly flags: number;
  /** Whether it tells what was known of the run at a start or end. */
  readonly hasStandingNotes: boolean;
  /** Shapes it has values of, ascending. */
  readonly shapeEnds: readonly ShapeEnd[];
  /** Offset in the synthesized event file, and length there. */
  readonly eventsAt: number;
  readonly eventsBytes: number;
}

/** The last row or cell of a shape. */
export interface NewestRow {
  readonly block: number;
  readonly end: ShapeEnd;
}

export class RunLedger {
  readonly dictionary = new Dictionary();
  readonly config = new WandbDocument();
  readonly summary = new WandbDocument();
  readonly metrics = new Map<string, MetricDefinition>();
  /** History or system rows per shape id. */
  readonly shapeRows: number[] = [];
  /** Cells per shape id, by type. */
  readonly cells = new Map<number, Map<string, number>>();
  readonly unread: Partial<Record<UnreadKind, number>> = {};
  readonly #blocks: BlockPlace[] = [];
  /** By shape id. */
  readonly #newest: (NewestRow | undefined)[] = [];
  #cursor: Cursor | null = null;
  #facts: RunFacts = {};
  #exit: RunExit | null = null;
  #progress = NOTHING_YET;
  #skippedBytes = 0;
  #commits = 0;
  #fingerprint = 0;

  get cursor(): Cursor | null {
    return this.#cursor;
  }
  get facts(): RunFacts {
    return this.#facts;
  }
  get exit(): RunExit | null {
    return this.#exit;
  }
  get progress(): Progress {
    return this.#progress;
  }
  get skippedBytes(): number {
    return this.#skippedBytes;
  }
  /** Grows with every commit: equal numbers mean nothing changed. */
  get commits(): number {
    return this.#commits;
  }
  /** Checksum over the checksums of all blocks: equal for equal event files. */
  get fingerprint(): number {
    return this.#fingerprint;
  }
  get blockCount(): number {
    return this.#blocks.length;
  }
  /** Bytes of the synthesized event file. */
  get eventsBytes(): number {
    const last = this.#blocks.at(-1);
    return last === undefined ? 0 : last.eventsAt + last.eventsBytes;
  }
  /** Bytes of the row file. */
  get rowsBytes(): number {
    const last = this.#blocks.at(-1);
    return last === undefined ? 0 : last.rowsAt + last.rowsBytes;
  }

  /** Where the newest values of a shape are; undefined while there are none. */
  newest(shapeId: number): NewestRow | undefined {
    return this.#newest[shapeId];
  }

  block(index: number): BlockPlace {
    const block = this.#blocks[index];
    if (block === undefined)
      throw new RangeError(`block: expected 0..${this.#blocks.length - 1}, got ${index}`);
    return block;
  }

  /** Index of the block that holds an offset of the event file below `eventsBytes`. */
  blockAt(eventOffset: number): number {
    let low = 0;
    let high = this.#blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#blocks[middle]!.eventsAt <= eventOffset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  apply(commit: Commit): void {
    for (const key of commit.keys ?? []) this.dictionary.keyId(key);
    for (const [kind, ...keys] of commit.shapes ?? []) this.dictionary.addShape({ kind, keys });
    for (const entry of commit.blocks ?? []) this.#addBlock(entry);
    this.#count(commit);
    this.#facts = { ...this.#facts, ...commit.facts };
    if (commit.config !== undefined) this.config.apply(commit.config);
    if (commit.summary !== undefined) this.summary.apply(commit.summary);
    for (const metric of commit.metrics ?? []) this.metrics.set(metric.name, metric);
    if (commit.exit !== undefined) this.#exit = commit.exit;
    this.#progress = commit.progress;
    this.#cursor = commit.cursor;
    this.#commits++;
  }

  #addBlock([rowsBytes, checksum, rowCount, eventsBytes, flags, shapeEnds]: BlockEntry): void {
    for (const end of shapeEnds) this.#newest[end[0]] = { block: this.#blocks.length, end };
    this.#fingerprint = crc32(`${checksum} ${eventsBytes}`, this.#fingerprint);
    this.#blocks.push({
      rowsAt: this.rowsBytes,
      rowsBytes,
      checksum,
      rowCount,
      flags,
      hasStandingNotes: (flags & BLOCK_HAS_STANDING_NOTES) !== 0,
      shapeEnds,
      eventsAt: this.eventsBytes,
      eventsBytes,
    });
  }

  #count(commit: Commit): void {
    for (const [shape, count] of commit.shapeRows ?? []) {
      this.shapeRows[shape] = (this.shapeRows[shape] ?? 0) + count;
    }
    for (const [shape, type, count] of commit.cells ?? []) {
      const types = this.cells.get(shape) ?? new Map<string, number>();
      types.set(type, (types.get(type) ?? 0) + count);
      this.cells.set(shape, types);
    }
    for (const [kind, count] of Object.entries(commit.unread ?? {}) as [UnreadKind, number][]) {
      this.unread[kind] = (this.unread[kind] ?? 0) + count;
    }
    this.#skippedBytes += commit.skippedBytes ?? 0;
  }
}
