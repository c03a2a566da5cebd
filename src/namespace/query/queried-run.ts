/** A run as queries see it: from the catalogue, without opening its log. @module */

import type { RunFacts, RunState } from '../../core/index.ts';
import type { CatalogueEntry, Run } from '../../history/index.ts';
import { valueAtPath } from './value-at-path.ts';

/** Config and summary, or as much of them as is asked about. */
export type RunDocuments = Pick<CatalogueEntry, 'config' | 'summary'>;

const NOTHING: RunFacts = {};

export interface QueriedRun {
  /** Name of its directory. */
  readonly directory: string;
  readonly run: Run;
  /** What the catalogue keeps of it; undefined where it was never read. */
  readonly entry: CatalogueEntry | undefined;
  /** What its server says now, where that was asked. */
  readonly told: RunDocuments | undefined;
}

type Fact = Parameters<Run['factWith']>[0];

/** The newest word on one of its facts. */
export function factOf<Name extends Fact>(
  { run, entry }: QueriedRun,
  name: Name,
): RunFacts[Name] | undefined {
  return run.factWith(name, entry?.facts ?? run.log?.ledger.facts ?? NOTHING);
}

/** Whether only its server can tell its config and summary as they are: it was never read, or goes on. */
export function isToldByServer({ run, entry }: QueriedRun): boolean {
  if (run.finder === undefined) return false;
  return (entry?.exit ?? null) === null || run.listing.state === 'running';
}

/** Unix seconds; -infinite while unknown. */
export function startOf(run: QueriedRun): number {
  return factOf(run, 'startTime') ?? Number.NEGATIVE_INFINITY;
}

/** Its log says how it ended; of others their source is asked, which for a folder is a look at the size of a file. */
export async function stateOf(
  { run, entry }: QueriedRun,
  options: { readonly signal: AbortSignal },
): Promise<RunState> {
  const exit = entry?.exit ?? null;
  if (exit !== null && run.policy.reading === 'eager') return exit.exitCode === 0 ? 'finished' : 'failed';
  return await run.refreshState({ ...options, exit });
}

/** The JSON of a value by its key, with dots where keys nest; undefined where there is none. */
export function valueAt(
  { told, entry }: QueriedRun,
  field: keyof RunDocuments,
  path: string,
): string | undefined {
  return valueAtPath((told ?? entry)?.[field] ?? [], path);
}
