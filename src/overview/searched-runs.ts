/** Which runs of a project a page shows, and in which order: state and match of every run, whether shown or not. @module */

import { type RunFacts, TurnBudget } from '../core/index.ts';
import type { CatalogueEntry, History, Run } from '../history/index.ts';
import type { NamedProject, Namespace } from '../namespace/index.ts';
import type { RunCard } from './overview.ts';
import { compareValues, type RunColumn, type ShownValue } from './run-column.ts';
import type { Found, RunOrder, RunQuery } from './run-table.ts';
import { parseSearch } from './search-text.ts';
import { TableValues } from './table-values.ts';

/** A run with what its place in the order and its match of a query depend on. */
export interface SearchedRun {
  readonly directory: string;
  readonly run: Run;
  /** What the catalogue keeps of it; undefined where it was never read. */
  readonly entry: CatalogueEntry | undefined;
  readonly state: RunCard['state'];
  readonly facts: RunFacts;
  /** Unix milliseconds of its end by its own word, or of the last change that was seen. */
  readonly modifiedAtMs: number;
}

export interface MatchingRuns extends Omit<Found, 'total'> {
  readonly runs: readonly SearchedRun[];
}

const STATE_ORDER: readonly RunCard['state'][] = ['running', 'crashed', 'failed', 'finished'];

/** Asks the catalogue of runs, and opens no log but those of local runs that the catalogue does not know yet. */
export class SearchedRuns {
  readonly #history: History;
  readonly #namespace: Namespace;

  constructor(history: History, namespace: Namespace) {
    this.#history = history;
    this.#namespace = namespace;
  }

  /** Runs of a project in the order of their directory names; default: all. */
  async all(
    project: NamedProject,
    signal: AbortSignal,
    runs: ReadonlyMap<string, Run> = project.runs,
  ): Promise<readonly SearchedRun[]> {
    const entries = await this.#history.catalogue.entries(project);
    return await Promise.all(
      [...runs].map(([directory, run]) => searchedRun(directory, run, entries.get(run.key.runId), signal)),
    );
  }

  /** A run by itself. Its log is open. */
  async one(directory: string, run: Run, signal: AbortSignal): Promise<SearchedRun> {
    return await searchedRun(directory, run, undefined, signal);
  }

  /** Those that match a query, in the order it asks for. @throws LogdirError as `Namespace.choose` */
  async matching(project: NamedProject, query: RunQuery): Promise<MatchingRuns> {
    const { words, terms, queryPath, problems } = parseSearch(query.query);
    const path = queryPath === '' ? null : `${project.path}/${queryPath}`;
    if (problems.length > 0) return { runs: [], queryPath: null, problems };
    const chosen = terms.length === 0 ? project.runs : await this.#namespace.choose(project, terms, query);
    const runs = await this.all(project, query.signal, chosen);
    const matches = runs.filter((run) => words.every((word) => isMatch(run, word)));
    return { runs: await inOrder(matches, query), queryPath: path, problems };
  }
}

async function searchedRun(
  directory: string,
  run: Run,
  entry: CatalogueEntry | undefined,
  signal: AbortSignal,
): Promise<SearchedRun> {
  if (entry === undefined && run.policy.reading === 'eager') await run.open();
  const state = await run.refreshState({ signal, exit: entry?.exit ?? null });
  const known = run.log?.ledger ?? entry;
  const facts = run.log === undefined && entry !== undefined ? run.factsWith(entry.facts) : run.facts;
  const startTime = facts.startTime ?? run.listing.startTime;
  const modifiedAtMs = Math.min(run.modifiedAtMs, known === undefined ? Infinity : endMs(known, startTime));
  return { directory, run, entry, state, facts, modifiedAtMs };
}

/** When a run ended by its own word, which says more than the times of files that were copied since; else infinite. */
function endMs(
  { exit, progress }: Pick<CatalogueEntry, 'exit' | 'progress'>,
  startTime: number | null,
): number {
  if (exit === null || startTime === null) return Number.POSITIVE_INFINITY;
  return 1000 * Math.max(progress.lastTimestamp ?? 0, startTime + exit.runtimeSeconds);
}

/** Whether a word stands in what it is looked for in. */
function isMatch({ directory, run, state, facts }: SearchedRun, word: string): boolean {
  const texts = [directory, run.key.runId, facts.displayName, facts.group, state, ...(facts.tags ?? [])];
  return texts.some((text) => text?.toLowerCase().includes(word));
}

/** Of equals those that started last come first, then by name. */
async function inOrder(
  runs: readonly SearchedRun[],
  { order: { by, direction }, signal }: RunQuery,
): Promise<readonly SearchedRun[]> {
  const compare = typeof by === 'string' ? compareBy(by) : await compareByValue(runs, by, direction, signal);
  const sign = typeof by === 'string' && direction === 'descending' ? -1 : 1;
  return [...runs].sort((a, b) => sign * compare(a, b) || startOf(b) - startOf(a) || byName(a, b));
}

type Compare = (a: SearchedRun, b: SearchedRun) => number;

function byName(a: SearchedRun, b: SearchedRun): number {
  return a.directory < b.directory ? -1 : 1;
}

function startOf({ run: { listing } }: SearchedRun): number {
  return listing.startTime ?? 0;
}

function compareBy(by: Extract<RunOrder['by'], string>): Compare {
  switch (by) {
    case 'name':
      return byName;
    case 'started':
      return (a, b) => startOf(a) - startOf(b);
    case 'state':
      return (a, b) => STATE_ORDER.indexOf(a.state) - STATE_ORDER.indexOf(b.state);
    case 'changed':
      return (a, b) => a.modifiedAtMs - b.modifiedAtMs;
    case 'step':
      return (a, b) => (a.entry?.progress.lastStep ?? -1) - (b.entry?.progress.lastStep ?? -1);
    case 'rows':
      return (a, b) => (a.entry?.progress.rows ?? -1) - (b.entry?.progress.rows ?? -1);
  }
}

/** Each value is parsed once. */
async function compareByValue(
  runs: readonly SearchedRun[],
  column: RunColumn,
  direction: RunOrder['direction'],
  signal: AbortSignal,
): Promise<Compare> {
  const values = new TableValues([column]);
  const byRun = new Map<SearchedRun, ShownValue | null>();
  const budget = new TurnBudget();
  for (const run of runs) {
    byRun.set(run, values.of(run.entry)[0] ?? null);
    await budget.next(signal);
  }
  return (a, b) => compareValues(byRun.get(a) ?? null, byRun.get(b) ?? null, direction);
}
