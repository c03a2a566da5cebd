/** Which runs of a project a page shows, and in which order: state and match of every run, whether shown or not. @module */

import type { RunFacts } from '../core/index.ts';
import type { CatalogueEntry, History, Run } from '../history/index.ts';
import type { NamedProject } from '../namespace/index.ts';
import type { Overview, RunCard } from './overview.ts';

export type RunQuery = Parameters<Overview['runs']>[2];

/** A run with what its place in the order and its match of a query depend on. */
export interface SearchedRun {
  readonly directory: string;
  readonly run: Run;
  readonly state: RunCard['state'];
  readonly facts: RunFacts;
  /** Unix milliseconds of its end by its own word, or of the last change that was seen. */
  readonly modifiedAtMs: number;
}

const STATE_ORDER: readonly RunCard['state'][] = ['running', 'crashed', 'failed', 'finished'];

/** Asks the catalogue of runs, and opens no log but those of local runs that the catalogue does not know yet. */
export class SearchedRuns {
  readonly #history: History;

  constructor(history: History) {
    this.#history = history;
  }

  /** Every run of a project, in the order of its directory names. */
  async all(project: NamedProject, signal: AbortSignal): Promise<readonly SearchedRun[]> {
    const entries = await this.#history.catalogue.entries(project);
    return await Promise.all(
      [...project.runs].map(([directory, run]) =>
        searchedRun(directory, run, entries.get(run.key.runId), signal),
      ),
    );
  }

  /** A run by itself. Its log is open. */
  async one(directory: string, run: Run, signal: AbortSignal): Promise<SearchedRun> {
    return await searchedRun(directory, run, undefined, signal);
  }

  /** Those that match a query, sorted as it asks. */
  async matching(project: NamedProject, query: RunQuery): Promise<readonly SearchedRun[]> {
    const runs = await this.all(project, query.signal);
    const words = query.query.toLowerCase();
    const matches = words === '' ? [...runs] : runs.filter((run) => isMatch(run, words));
    return matches.sort(order(query.sort));
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
  return { directory, run, state, facts, modifiedAtMs };
}

/** When a run ended by its own word, which says more than the times of files that were copied since; else infinite. */
function endMs(
  { exit, progress }: Pick<CatalogueEntry, 'exit' | 'progress'>,
  startTime: number | null,
): number {
  if (exit === null || startTime === null) return Number.POSITIVE_INFINITY;
  return 1000 * Math.max(progress.lastTimestamp ?? 0, startTime + exit.runtimeSeconds);
}

/** Whether the words stand in what a query is looked for in. */
function isMatch({ directory, run, state, facts }: SearchedRun, words: string): boolean {
  const texts = [directory, run.key.runId, facts.displayName, facts.group, state, ...(facts.tags ?? [])];
  return texts.some((text) => text?.toLowerCase().includes(words));
}

function order(sort: RunQuery['sort']): (a: SearchedRun, b: SearchedRun) => number {
  const byName = (a: SearchedRun, b: SearchedRun) => (a.directory < b.directory ? -1 : 1);
  const byNewest = (a: SearchedRun, b: SearchedRun) =>
    (b.run.listing.startTime ?? 0) - (a.run.listing.startTime ?? 0) || byName(a, b);
  switch (sort) {
    case 'name':
      return byName;
    case 'newest':
      return byNewest;
    case 'state':
      return (a, b) => STATE_ORDER.indexOf(a.state) - STATE_ORDER.indexOf(b.state) || byNewest(a, b);
  }
}
