/**
 * The cached history of one run: one generation of its log, folded into a ledger, and the rows it points to.
 *
 * Readers may read at any time and see whole commits only. Whoever writes has the log to itself (`exclusively`). When
 * storage takes no more, commits are kept in memory instead: what is served goes on growing, and after a restart the
 * same commits are read from the source again.
 * @module
 */

import { LogdirError } from '../../core/index.ts';
import type { Allocate, Exclusive, LogId, LogWriter, StoredLog } from '../store/run-store.ts';
import { SpilledLog } from '../store/spilled-log.ts';
import type { Commit, LogHeader } from './commit.ts';
import type { PreparedCommit } from './ingest.ts';
import { type CommitContext, RunLedger } from './ledger.ts';
import { decodeBlock, type RowBlock } from './row-block.ts';

/** Layout of index and rows; see commit.ts and row-block.ts. */
export const LOG_FORMAT = 3;

/**
 * What opening found. `absent`: nothing, not even a header; `empty`: no commit yet; `foreign`: another version wrote it;
 * `damaged`: a part is lost.
 */
export type RunLogCondition = 'sound' | 'absent' | 'empty' | 'foreign' | 'damaged';

export class RunLog {
  readonly id: LogId;
  readonly ledger = new RunLedger();
  /** Whether older generations are kept: this one was not yet read to its end. */
  hasPredecessors: boolean;
  #stored: StoredLog;
  #hasBegun = false;
  #tail: 'clean' | 'torn' | 'damaged' = 'clean';
  /** Settles when nobody moves the end of the log. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(id: LogId, stored: StoredLog, hasPredecessors: boolean) {
    this.id = id;
    this.#stored = stored;
    this.hasPredecessors = hasPredecessors;
  }

  /** Opens a generation, reading its index whole. */
  static async open(
    id: LogId,
    stored: StoredLog,
    hasPredecessors: boolean,
  ): Promise<{ readonly log: RunLog; readonly condition: RunLogCondition }> {
    const log = new RunLog(id, stored, hasPredecessors);
    const isOurs = await log.follow();
    if (!isOurs) return { log, condition: 'foreign' };
    if (log.#tail === 'damaged') return { log, condition: 'damaged' };
    if (log.ledger.commits > 0) return { log, condition: 'sound' };
    return { log, condition: log.#hasBegun || log.#tail === 'torn' ? 'empty' : 'absent' };
  }

  get key() {
    return this.id.key;
  }

  get generation(): number {
    return this.#stored.generation;
  }

  /** For people: where it lies. */
  get location(): string {
    return this.#stored.location;
  }

  /** Whether commits outlive the process. */
  get isDurable(): boolean {
    return this.#stored.isDurable;
  }

  /** Takes in what another process has committed since; false when the log is not of our version. */
  async follow(): Promise<boolean> {
    return await this.inTurn(() => this.#follow());
  }

  /** Runs work that moves the end of the log, one after the other: two that read or wrote there would count it twice. */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return await done;
  }

  async #follow(): Promise<boolean> {
    const { header, commits, tail } = await this.#stored.readGrowth();
    this.#tail = tail;
    if (header !== undefined) {
      if (header.format !== LOG_FORMAT) return false;
      this.#hasBegun = true;
    }
    for (const commit of commits) this.ledger.apply(commit);
    return true;
  }

  /** Has the log to itself, brought to the same end in storage and in memory, whoever wrote last and however that ended. */
  async exclusively<T>(work: (writer: RunLogWriter) => Promise<T>): Promise<Exclusive<T>> {
    return await this.#stored.exclusively(async (writer) => {
      await this.inTurn(async () => {
        await this.#follow();
        if (this.#tail !== 'clean') await writer.repair(this.#tail);
        this.#tail = 'clean';
        if (!this.#hasBegun) await writer.begin(this.#header());
        this.#hasBegun = true;
      });
      return await work(new RunLogWriter(this, writer));
    });
  }

  /** From now on commits are kept in `memory`. */
  spillTo(memory: StoredLog): void {
    this.#stored = new SpilledLog(this.#stored, memory, this.ledger.rowsBytes);
    this.#tail = 'clean';
    this.#hasBegun = true;
  }

  /**
   * Adjacent blocks `[first, first + count)`; undefined when their rows are not there as written and must be rebuilt
   * from the source.
   */
  async readBlocks(
    first: number,
    count: number,
    allocate?: Allocate,
  ): Promise<readonly RowBlock[] | undefined> {
    const places = Array.from({ length: count }, (_, i) => this.ledger.block(first + i));
    const rows = await this.#stored.readRows(places, allocate);
    return rows?.map(decodeBlock);
  }

  /** Every commit that the ledger has folded, again. @throws LogdirError `not-found` when storage has lost some. */
  async readCommits(): Promise<readonly Commit[]> {
    const { commits } = this.ledger;
    const stored = await this.#stored.readCommits();
    if (stored.length >= commits) return stored.slice(0, commits);
    throw new LogdirError(
      'not-found',
      `the cached history of run ${this.key.runId} is gone from ${this.location}; it is read anew`,
    );
  }

  #header(): LogHeader {
    const { entity, project, runId } = this.id.key;
    return { format: LOG_FORMAT, run: [entity, project, runId] };
  }
}

/** What a log says before it applies a commit. Documents are copied only where changes of the commit are to them. */
export function contextOf({ logged }: RunLedger, { changes = [] }: Commit): CommitContext {
  const { facts, config, summary } = logged;
  const changed = new Set(changes.map(({ kind }) => kind));
  // The summary is changed behind the changes as well, so that one at an exit must not be the ledger's own.
  const isTold = changed.has('summary') || changed.has('exit');
  return {
    facts,
    config: changed.has('config') ? config.copy() : config,
    summary: isTold ? summary.copy() : summary,
  };
}

/** The right to write to a run's log. */
export class RunLogWriter {
  readonly #log: RunLog;
  readonly #writer: LogWriter;

  constructor(log: RunLog, writer: LogWriter) {
    this.#log = log;
    this.#writer = writer;
  }

  /** Makes a commit. Rejects with the storage's error, the ledger unchanged. */
  async commit({ commit, blocks }: PreparedCommit): Promise<CommitContext> {
    const { ledger } = this.#log;
    const rows = blocks.map(({ bytes }) => bytes);
    return await this.#log.inTurn(async () => {
      await this.#writer.append(commit, rows, ledger.rowsBytes);
      const context = contextOf(ledger, commit);
      ledger.apply(commit);
      return context;
    });
  }

  /** Puts evicted rows back: see `LogWriter.replaceRows`. */
  get replaceRows(): LogWriter['replaceRows'] {
    return (write) => this.#writer.replaceRows(write);
  }
}
