/** Reads what is compared of runs: each is read as its own page reads it, within a second or so. @module */

import { LogdirError, mapLimit } from '../core/index.ts';
import { type DocumentEntry, type History, REFRESH, type Run } from '../history/index.ts';
import { type Caller, type NamedProject, readingFailureFor } from '../namespace/index.ts';
import type { Curve, Curves, RunCurves } from '../series/index.ts';
import {
  type ComparedRun,
  type Comparison,
  type ComparisonQuery,
  MAX_CHARTS,
  MAX_COMPARED_RUNS,
} from './comparison.ts';
import { configDifferences } from './config-differences.ts';
import { tellingRank } from './telling-names.ts';

/** Charts where nobody has chosen: two screens of them. */
const DEFAULT_CHARTS = 6;
/** Tags that a page lists to choose from. */
const MAX_LISTED_TAGS = 300;
/** Of a curve: about one for two pixels of a chart. */
const POINTS = 300;

export interface ComparisonParts {
  readonly history: History;
  readonly curves: Curves;
  readonly caller: Caller;
}

interface OpenedRun {
  readonly compared: ComparedRun;
  readonly config: readonly DocumentEntry[];
  readonly curves: RunCurves;
}

export async function compareRuns(
  project: NamedProject,
  query: ComparisonQuery,
  parts: ComparisonParts,
): Promise<Comparison> {
  const { signal } = query;
  const { found, unknown, leftOut } = findRuns(project, query.runs);
  const options = { limit: MAX_COMPARED_RUNS, signal };
  const runs = await mapLimit([...found], options, ([directory, run]) => open(directory, run, signal, parts));
  const ranked = rankedTags(runs.map(({ curves }) => curves.tags));
  const tags = [...new Set(query.tags ?? ranked.slice(0, DEFAULT_CHARTS))].slice(0, MAX_CHARTS);
  const read = await mapLimit(runs, options, ({ curves }) => curvesOf(curves, tags));
  const charts = tags.map((tag) => ({ tag, curves: read.map((curves) => curves.get(tag) ?? null) }));
  const others = ranked.filter((tag) => !tags.includes(tag)).sort();
  return {
    path: project.path,
    runs: runs.map(({ compared }) => compared),
    ...{ unknown, leftOut, charts },
    otherTags: others.slice(0, MAX_LISTED_TAGS),
    moreTags: Math.max(0, others.length - MAX_LISTED_TAGS),
    ...configDifferences(runs.map(({ config }) => config)),
  };
}

/** By directory name, in the order they were asked for. */
function findRuns(project: NamedProject, names: readonly string[]) {
  const found = new Map<string, Run>();
  const unknown: string[] = [];
  let leftOut = 0;
  for (const name of new Set(names)) {
    const run = project.run(name);
    const directory = run && project.nameOf(run.id);
    if (run === undefined || directory === undefined) unknown.push(name);
    else if (found.size < MAX_COMPARED_RUNS || found.has(directory)) found.set(directory, run);
    else leftOut++;
  }
  return { found, unknown, leftOut };
}

async function open(
  directory: string,
  run: Run,
  signal: AbortSignal,
  { history, curves, caller }: ComparisonParts,
): Promise<OpenedRun> {
  await run.refresh(REFRESH.page, { signal });
  const { ledger } = await run.open();
  const state = await run.refreshState({ signal });
  const compared = {
    runId: run.key.runId,
    displayName: run.facts.displayName ?? null,
    ...{ directory, state },
    exitCode: ledger.exit?.exitCode ?? null,
    isBehind: run.status !== 'complete' || history.background.isWaiting(run.id),
    failure: readingFailureFor(caller, run.failure),
  };
  return { compared, config: ledger.config.entries, curves: await curves.of(run) };
}

/** A run whose rows cannot be read back now has no curves; the others have theirs. */
async function curvesOf(curves: RunCurves, tags: readonly string[]): Promise<ReadonlyMap<string, Curve>> {
  try {
    return await curves.read(tags, POINTS);
  } catch (error) {
    if (error instanceof LogdirError) return new Map();
    throw error;
  }
}

/** Those that most runs have first, of these the ones that people look at first. */
function rankedTags(tagsOfRuns: readonly (readonly string[])[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const tags of tagsOfRuns) for (const tag of tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  const ranked = [...counts].map(([tag, count]) => ({ tag, count, rank: tellingRank(tag) }));
  ranked.sort((a, b) => b.count - a.count || a.rank - b.rank || (a.tag < b.tag ? -1 : 1));
  return ranked.map(({ tag }) => tag);
}
