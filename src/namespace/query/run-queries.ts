/**
 * Which runs of a project queries choose. Answered from the catalogue, which knows config, summary and state of every run
 * that was read; of runs of a server that were not, or go on, the server is asked, in one request for all of them.
 * @module
 */

import { type Clock, globMatcher, mapLimit } from '../../core/index.ts';
import {
  type FoundRun,
  type History,
  REFRESH,
  type Run,
  type RunCondition,
  type RunFinder,
  type RunsWanted,
} from '../../history/index.ts';
import type { NamedProject } from '../snapshot.ts';
import { compares, finiteNumber } from './compare-value.ts';
import { factOf, isToldByServer, type QueriedRun, startOf, stateOf, valueAt } from './queried-run.ts';
import { groupsOf, type RunGroup } from './run-groups.ts';
import type { EqualField, Grouping, QueryTerm } from './run-query.ts';

/** Folders that are looked at for the state of a run at the same time. */
const LOOKS_AT_A_TIME = 32;

const FACTS = { group: 'group', sweep: 'sweepId', user: 'username', job: 'jobType' } as const;
const NO_TAGS: readonly string[] = [''];

type Signal = { readonly signal: AbortSignal };

export interface ChooseOptions extends Signal {
  /** Whether folders are read to their ends first, however long that takes. Default: a moment is waited for them. */
  readonly waits?: boolean;
}

/** Terms that need what stands in config or summary. */
type DocumentTerm = Extract<QueryTerm, { readonly kind: 'compares' | 'best' }>;

export class RunQueries {
  readonly #history: Pick<History, 'catalogue' | 'refreshAll'>;
  readonly #clock: Clock;

  constructor(history: Pick<History, 'catalogue' | 'refreshAll'>, clock: Clock) {
    this.#history = history;
    this.#clock = clock;
  }

  /**
   * The runs that all terms choose, each from what those before it have left, by directory name, ascending.
   * @throws LogdirError when a server must be asked and cannot be.
   */
  async choose(
    project: NamedProject,
    terms: readonly QueryTerm[],
    options: ChooseOptions,
  ): Promise<ReadonlyMap<string, Run>> {
    const { runs } = await this.#chosen(project, terms, options);
    const directories = new Set(runs.map(({ directory }) => directory));
    return new Map([...project.runs].filter(([directory]) => directories.has(directory)));
  }

  /** The same runs, in groups. @throws LogdirError likewise. */
  async group(
    project: NamedProject,
    terms: readonly QueryTerm[],
    grouping: Grouping,
    options: ChooseOptions,
  ): Promise<readonly RunGroup[]> {
    const { runs, before } = await this.#chosen(project, terms, options);
    if (grouping.field !== 'config') return groupsOf(runs, grouping, valuesOf);
    const { entity, project: name } = project;
    const keys = { config: [grouping.path], summary: [] };
    const wanted = { entity, project: name, conditions: before ?? [], order: null, limit: null, keys };
    return groupsOf(await this.#toldBy(runs, wanted, options), grouping, valuesOf);
  }

  /** `before`: what a server can be told of the terms; null where it has no words for one of them. */
  async #chosen(
    project: NamedProject,
    terms: readonly QueryTerm[],
    options: ChooseOptions,
  ): Promise<{ readonly runs: readonly QueriedRun[]; readonly before: readonly RunCondition[] | null }> {
    let runs = await this.#all(project, options);
    let before: readonly RunCondition[] | null = [];
    for (const term of terms) {
      if (needsDocuments(term)) runs = await this.#toldBy(runs, wantedBy(project, term, before), options);
      runs = await this.#narrowed(runs, term, options);
      before = before === null ? null : conditionsWith(before, term);
    }
    return { runs, before };
  }

  async #all(project: NamedProject, options: ChooseOptions): Promise<readonly QueriedRun[]> {
    const { catalogue } = this.#history;
    let entries = await catalogue.entries(project);
    // Folders are read in the background; a moment is waited for what nobody has read so far.
    const behind = [...project.runs.values()].filter(
      ({ key, policy }) => policy.reading === 'eager' && (options.waits === true || !entries.has(key.runId)),
    );
    if (behind.length > 0) {
      await this.#history.refreshAll(behind, options.waits === true ? REFRESH.whole : REFRESH.page, options);
      entries = await catalogue.entries(project);
    }
    return [...project.runs].map(([directory, run]) => ({
      directory,
      run,
      entry: entries.get(run.key.runId),
      told: undefined,
    }));
  }

  /** The same runs, with what servers tell of those that only they know. */
  async #toldBy(
    runs: readonly QueriedRun[],
    wanted: RunsWanted,
    options: Signal,
  ): Promise<readonly QueriedRun[]> {
    const finders = new Set<RunFinder>();
    for (const run of runs) if (isToldByServer(run)) finders.add(run.run.finder!);
    if (finders.size === 0) return runs;
    const answers = await Promise.all(
      [...finders].map(async (finder) => [finder, byId(await finder.find(wanted, options))] as const),
    );
    const found = new Map(answers);
    return runs.map((run) => {
      if (!isToldByServer(run)) return run;
      const told = found.get(run.run.finder!)?.get(run.run.key.runId) ?? { config: [], summary: [] };
      return { ...run, told };
    });
  }

  async #narrowed(
    runs: readonly QueriedRun[],
    term: QueryTerm,
    options: Signal,
  ): Promise<readonly QueriedRun[]> {
    switch (term.kind) {
      case 'state': {
        const look = { limit: LOOKS_AT_A_TIME, ...options };
        const states = await mapLimit(runs, look, (run) => stateOf(run, options));
        return runs.filter((_, i) => states[i] === term.state);
      }
      case 'equals':
      case 'begins':
        return runs.filter((run) => valuesOf(run, term.field).some((value) => isMeant(value, term)));
      case 'name': {
        const isMatch = globMatcher(term.glob);
        return runs.filter((run) => isMatch(factOf(run, 'displayName') || run.run.key.runId));
      }
      case 'compares': {
        const { field, path, comparison, value } = term.condition;
        return runs.filter((run) => compares(valueAt(run, field, path), comparison, value));
      }
      case 'since':
        return runs.filter((run) => 1000 * startOf(run) >= this.#clock.now() - term.maxAgeMs);
      case 'from':
        return runs.filter((run) => 1000 * startOf(run) >= term.startMs);
      case 'last':
        return ranked(runs, term.count, (run) => -startOf(run));
      case 'best': {
        const sign = term.goal === 'min' ? 1 : -1;
        return ranked(runs, term.count, (run) => {
          const value = finiteNumber(valueAt(run, 'summary', term.path));
          return value === undefined ? undefined : sign * value;
        });
      }
    }
  }
}

function needsDocuments(term: QueryTerm): term is DocumentTerm {
  return term.kind === 'compares' || term.kind === 'best';
}

function wantedBy(
  { entity, project }: NamedProject,
  term: DocumentTerm,
  before: readonly RunCondition[] | null,
): RunsWanted {
  const conditions = before ?? [];
  if (term.kind === 'compares')
    return { entity, project, conditions: [...conditions, term.condition], order: null, limit: null };
  const { path, goal, count } = term;
  return { entity, project, conditions, order: { path, goal }, limit: before === null ? null : count };
}

/** Null where a server has no words for a term: what it has left is not known there. */
function conditionsWith(before: readonly RunCondition[], term: QueryTerm): readonly RunCondition[] | null {
  if (term.kind === 'compares') return [...before, term.condition];
  if (term.kind !== 'equals' || term.value === '') return null;
  const { field, value } = term;
  return field === 'tag' || field === 'group' || field === 'job' ? [...before, { field, value }] : null;
}

/** One at least: '' stands for none. */
function valuesOf(run: QueriedRun, field: EqualField): readonly string[] {
  if (field !== 'tag') return [factOf(run, FACTS[field]) ?? ''];
  const tags = factOf(run, 'tags') ?? [];
  return tags.length === 0 ? NO_TAGS : tags;
}

function isMeant(value: string, term: Extract<QueryTerm, { readonly kind: 'equals' | 'begins' }>): boolean {
  return value === term.value || (term.kind === 'begins' && value.startsWith(`${term.value}/`));
}

/** The first by a number, smallest first; of equals those that started last, then by id. Runs without one are left out. */
function ranked(
  runs: readonly QueriedRun[],
  count: number,
  rankOf: (run: QueriedRun) => number | undefined,
): readonly QueriedRun[] {
  const withRank = runs.flatMap((run) => {
    const rank = rankOf(run);
    return rank === undefined ? [] : [{ run, rank, start: startOf(run) }];
  });
  withRank.sort(
    (a, b) =>
      compareNumbers(a.rank, b.rank) ||
      compareNumbers(b.start, a.start) ||
      (a.run.run.key.runId < b.run.run.key.runId ? -1 : 1),
  );
  return withRank.slice(0, count).map(({ run }) => run);
}

/** Infinite ones too, whose difference is no number. */
function compareNumbers(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function byId(runs: readonly FoundRun[]): ReadonlyMap<string, FoundRun> {
  return new Map(runs.map((run) => [run.runId, run]));
}
