/** Runs are written to a folder: as event files, byte for byte those of the tree, or as tables. @module */

import { mapLimit, sizeText, toLogdirError } from '../core/index.ts';
import type { History, Run } from '../history/index.ts';
import { type Caller, chosenRuns, type Namespace, type PlacedRun } from '../namespace/index.ts';
import { Tables } from '../tables/index.ts';
import type { LogdirTree } from '../tree/index.ts';
import { openDestination } from './destination.ts';
import type { ExportFormat } from './export-format.ts';
import { exportRunFile, type Outcome, type RunExportOptions } from './run-export.ts';
import { conditionOf, openRunFile } from './run-files.ts';
import { TagChoice, type UnmetPattern } from './tag-choice.ts';

/** Runs exported at a time: while one waits for its source, another is written. */
const RUNS_AT_A_TIME = 3;

export interface ExportParts {
  readonly history: History;
  readonly namespace: Namespace;
  /** Whose runs are exported. */
  readonly caller: Caller;
  readonly tree: LogdirTree;
  /** Folders that are read from: nothing is written into them. */
  readonly keepClear: readonly string[];
}

export interface ExportOptions {
  readonly folder: string;
  readonly format: ExportFormat;
  /** Patterns of tags (event files) or keys (tables); null: all. */
  readonly tags: readonly string[] | null;
  /** See `chosenRuns`; null: all runs. */
  readonly runs: readonly string[] | null;
  readonly signal: AbortSignal;
  /** Told before the first run, after each, and as bytes are written. */
  readonly onProgress: (progress: ExportProgress) => void;
}

export interface ExportProgress {
  readonly runs: number;
  readonly done: number;
  /** Written so far. */
  readonly bytes: number;
}

/** A run that is not in the folder, or not to its end. */
export interface LeftOut {
  /** Of its directory in the tree. */
  readonly path: string;
  readonly reason: string;
}

export interface ExportReport extends ExportProgress {
  /** Runs by what became of their files. */
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Runs of which nothing is known yet but that they are there. */
  readonly empty: number;
  readonly leftOut: readonly LeftOut[];
  /** Of the patterns of tags: those that match nothing in any of the runs, as far as these were read now. */
  readonly unmetTags: readonly UnmetPattern[];
}

/**
 * Sources must have been listed. A run that cannot be read is in the report, and the others are exported; an export that was
 * stopped says how far it came.
 * @throws LogdirError `invalid-argument` for a folder that is not ours to write; errors of the system where it is full
 */
export async function exportRuns(parts: ExportParts, options: ExportOptions): Promise<ExportReport> {
  const { signal, runs: patterns } = options;
  const chosen = await chosenRuns(parts, patterns, { signal });
  const tally = new Tally(chosen.length, options.onProgress);
  if (chosen.length === 0) return tally.report([]);
  await using destination = await openDestination(options.folder, parts.keepClear);
  const { manifest } = destination;
  const tables = new Tables();
  const choice = options.tags === null ? null : new TagChoice(options.tags);
  const exporting = { ...options, manifest, onBytes: (count: number) => tally.write(count) };
  tally.tell();
  const underWay: Promise<void>[] = [];
  try {
    await mapLimit(chosen, { limit: RUNS_AT_A_TIME, signal }, async (placed) => {
      const run = exportRun(placed, { tree: parts.tree, tables, tally, choice }, exporting);
      underWay.push(run);
      await run;
    });
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    // The manifest is closed when nobody writes a file any more.
    await Promise.allSettled(underWay);
  }
  return tally.report(choice?.unmet() ?? []);
}

interface Exporting {
  readonly tree: LogdirTree;
  readonly tables: Tables;
  readonly tally: Tally;
  readonly choice: TagChoice | null;
}

async function exportRun(
  placed: PlacedRun,
  { tree, tables, tally, choice }: Exporting,
  options: RunExportOptions,
): Promise<void> {
  const { format, signal } = options;
  try {
    await placed.run.update();
    const { failure, log } = placed.run;
    // A file of nothing would say that nothing was logged.
    if (failure !== null && (log?.ledger.commits ?? 0) === 0) throw failure;
    await placed.run.refreshState({ signal });
    await using file = await openRunFile(placed, { tree, tables, format, choice, signal });
    const damage = damageOf(placed.run);
    if (failure !== null) tally.leaveOut(placed.path, failure.message);
    else if (damage !== null) tally.leaveOut(placed.path, damage);
    if (file !== null) tally.finish(await exportRunFile(file, conditionOf(placed), options));
    else tally.finish('empty');
  } catch (error) {
    signal.throwIfAborted();
    if (isOfFolder(error))
      throw toLogdirError(
        error,
        `${options.folder} cannot be written; mend that, and the same command goes on from here`,
      );
    tally.leaveOut(placed.path, toLogdirError(error, `export ${placed.path}`).message);
    tally.finish(null);
  }
}

/** Null: nothing of its log was passed over. */
function damageOf({ log }: Run): string | null {
  const { skippedBytes = 0 } = log?.ledger ?? {};
  return skippedBytes === 0 ? null : `${sizeText(skippedBytes)} of its log are damaged and were passed over`;
}

/** A folder that cannot be written to, for one run, cannot be for any. */
function isOfFolder(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

class Tally {
  readonly #runs: number;
  readonly #onProgress: (progress: ExportProgress) => void;
  readonly #outcomes: Record<Outcome, number> = { kept: 0, grown: 0, written: 0 };
  readonly #leftOut: LeftOut[] = [];
  #empty = 0;
  #done = 0;
  #bytes = 0;

  constructor(runs: number, onProgress: (progress: ExportProgress) => void) {
    this.#runs = runs;
    this.#onProgress = onProgress;
  }

  tell(): void {
    this.#onProgress({ runs: this.#runs, done: this.#done, bytes: this.#bytes });
  }

  write(count: number): void {
    this.#bytes += count;
    this.tell();
  }

  leaveOut(path: string, reason: string): void {
    this.#leftOut.push({ path, reason });
  }

  /** Null: it could not be exported. */
  finish(outcome: Outcome | 'empty' | null): void {
    if (outcome === 'empty') this.#empty++;
    else if (outcome !== null) this.#outcomes[outcome]++;
    this.#done++;
    this.tell();
  }

  /** Of what was written before, not all tags are known. */
  report(unmet: readonly UnmetPattern[]): ExportReport {
    return {
      unmetTags: this.#outcomes.kept > 0 ? [] : unmet,
      ...{ runs: this.#runs, done: this.#done, bytes: this.#bytes },
      ...{ outcomes: this.#outcomes, empty: this.#empty, leftOut: this.#leftOut },
    };
  }
}
