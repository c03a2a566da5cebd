/** Everything a run's index says, folded: what has been read so far, and where its rows lie. @module */

import { crc32 } from 'node:zlib';
import type { MetricDefinition, Preliminary, RunFacts } from '../../core/index.ts';
import type { Cursor, UnreadKind } from '../../sources/index.ts';
import type { BlockEntry, Commit, PositionedChange, Progress, RunExit, ShapeEnd } from './commit.ts';
import { Dictionary } from './dictionary.ts';
import { WandbDocument } from './document.ts';

const NOTHING_YET: Progress = {
  rows: 0,
  systemRows: 0,
  firstStep: null,
  lastStep: null,
  lastTimestamp: null,
  restarts: 0,
};

/** What a run said of itself by some place of its log. */
export interface CommitContext {
  readonly facts: RunFacts;
  readonly config: WandbDocument;
  readonly summary: WandbDocument;
}

/** A sealed block and where it lies among the rows of its run. */
export interface BlockPlace extends BlockEntry {
  /** Offset in the row file. */
  readonly rowsAt: number;
  /** Ordinal of its first row in the log. */
  readonly firstRow: number;
}

/** The last row or cell of a shape. */
export interface NewestRow {
  readonly block: number;
  readonly end: ShapeEnd;
}

export class RunLedger {
  readonly dictionary = new Dictionary();
  readonly metrics = new Map<string, MetricDefinition>();
  /** Rows or cells per shape id. */
  readonly shapeRows: number[] = [];
  readonly unread: Partial<Record<UnreadKind, number>> = {};
  readonly #blocks: BlockPlace[] = [];
  /** By shape id. */
  readonly #newest: (NewestRow | undefined)[] = [];
  #cursor: Cursor | null = null;
  #logged: CommitContext = { facts: {}, config: new WandbDocument(), summary: new WandbDocument() };
  /** Of a run without rows. */
  #preliminary: Preliminary | null = null;
  /** What the log says, with what is known from elsewhere while it has no row. */
  #known = this.#logged;
  #exit: RunExit | null = null;
  #progress = NOTHING_YET;
  #skippedBytes = 0;
  #commits = 0;
  #fingerprint = 0;
  /** By number of commits: checksum over all that they add. */
  readonly #history: number[] = [0];

  get cursor(): Cursor | null {
    return this.#cursor;
  }
  /** What is known of the run now, `config` and `summary` too: before its first row, from elsewhere than its log as well. */
  get facts(): RunFacts {
    return this.#known.facts;
  }
  get config(): WandbDocument {
    return this.#known.config;
  }
  get summary(): WandbDocument {
    return this.#known.summary;
  }
  /** What its log alone says. */
  get logged(): CommitContext {
    return this.#logged;
  }
  /** Null while the run goes on, and again when it spoke after its exit. */
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
  /** Checksum over the checksums of all blocks. */
  get fingerprint(): number {
    return this.#fingerprint;
  }
  /**
   * Checksum over what the first so many commits say of rows and of the run: equal for equal histories, cut alike.
   * Undefined for more commits than there are.
   */
  fingerprintAt(commits: number): number | undefined {
    return this.#history[commits];
  }
  get blockCount(): number {
    return this.#blocks.length;
  }
  /** Bytes of the row file. */
  get rowsBytes(): number {
    const last = this.#blocks.at(-1);
    return last === undefined ? 0 : last.rowsAt + last.bytes;
  }
  /** Rows of both kinds. */
  get rowCount(): number {
    const last = this.#blocks.at(-1);
    return last === undefined ? 0 : last.firstRow + last.rowCount;
  }

  /** Where the newest values of a shape are; undefined while there are none. */
  newest(shapeId: number): NewestRow | undefined {
    return this.#newest[shapeId];
  }

  /** By writer: step of its newest history row. */
  lastSteps(): Map<number | undefined, number> {
    const last = new Map<number | undefined, NewestRow>();
    this.dictionary.shapes.forEach(({ kind, writer }, id) => {
      const newest = this.newest(id);
      if (kind !== 'history' || newest === undefined) return;
      const known = last.get(writer);
      if (known === undefined || isAfter(newest, known)) last.set(writer, newest);
    });
    return new Map([...last].map(([writer, { end }]) => [writer, end.step]));
  }

  block(index: number): BlockPlace {
    const block = this.#blocks[index];
    if (block === undefined)
      throw new RangeError(`block: expected 0..${this.#blocks.length - 1}, got ${index}`);
    return block;
  }

  apply(commit: Commit): void {
    this.dictionary.add(commit.keys ?? [], commit.shapes ?? []);
    for (const entry of commit.blocks ?? []) this.#addBlock(entry);
    for (const change of commit.changes ?? []) this.#change(change);
    if (commit.summary !== undefined) this.#logged.summary.apply(commit.summary);
    for (const [shape, count] of commit.shapeRows ?? []) {
      this.shapeRows[shape] = (this.shapeRows[shape] ?? 0) + count;
    }
    for (const [kind, count] of Object.entries(commit.unread ?? {}) as [UnreadKind, number][]) {
      this.unread[kind] = (this.unread[kind] ?? 0) + count;
    }
    this.#skippedBytes += commit.skippedBytes ?? 0;
    this.#progress = commit.progress;
    if (this.#progress.rows > 0) this.#preliminary = null;
    this.#known =
      this.#preliminary === null ? this.#logged : withPreliminary(this.#logged, this.#preliminary);
    this.#cursor = commit.cursor;
    this.#commits++;
    this.#history.push(fingerprintOf(commit, this.#history.at(-1)!));
  }

  #addBlock(entry: BlockEntry): void {
    for (const end of entry.ends) this.#newest[end.shapeId] = { block: this.#blocks.length, end };
    this.#fingerprint = crc32(`${entry.checksum}`, this.#fingerprint);
    this.#blocks.push({ ...entry, rowsAt: this.rowsBytes, firstRow: this.rowCount });
  }

  #change(change: PositionedChange): void {
    switch (change.kind) {
      case 'facts':
        this.#logged = { ...this.#logged, facts: { ...this.#logged.facts, ...change.facts } };
        this.#exit = null;
        break;
      case 'config':
        this.#logged.config.apply(change.change);
        break;
      case 'summary':
        this.#logged.summary.apply(change.change);
        break;
      case 'begun':
        this.#preliminary = change;
        break;
      case 'metric':
        this.metrics.set(change.metric.name, change.metric);
        break;
      case 'exit':
        this.#exit = change.exit;
        break;
    }
  }
}

/** What is known of a run by its log and from elsewhere. */
export function withPreliminary(
  logged: CommitContext,
  { facts, config, summary }: Preliminary,
): CommitContext {
  const known = {
    facts: { ...logged.facts, ...facts },
    config: logged.config.copy(),
    summary: logged.summary.copy(),
  };
  if (config !== undefined) known.config.apply(config);
  if (summary !== undefined) known.summary.apply(summary);
  return known;
}

/** Whether a row was logged after another. */
export function isAfter(a: NewestRow, b: NewestRow): boolean {
  return a.block > b.block || (a.block === b.block && a.end.row > b.end.row);
}

function fingerprintOf({ cursor, blocks = [], changes = [] }: Commit, before: number): number {
  const checksums = blocks.map(({ checksum }) => checksum).join(' ');
  return crc32(`${cursor} ${checksums} ${changes.length === 0 ? '' : JSON.stringify(changes)}`, before);
}
