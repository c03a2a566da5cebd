/** What tells one recipe of some runs from another. @module */

import { createHash } from 'node:crypto';
import { type RunKey, runKeyText } from '../core/index.ts';
import type { Run } from '../history/index.ts';
import type { Recipe, RecipeMember } from './recipe.ts';

/** Digits of a number that grows as runs join or go back, so that names of files ascend. */
const REVISION_DIGITS = 6;
const CHECKSUM_CHARACTERS = 8;

export function identified(key: RunKey): Pick<Recipe, 'key' | 'id'> {
  return { key, id: runKeyText(key) };
}

/** As its log has it, where that is open: it may have been read on since it was listed. */
export function asRead({ run, generation, restarts }: RecipeMember): RecipeMember {
  const { log } = run;
  if (log === undefined || log.ledger.commits === 0) return { run, generation, restarts };
  return { run, generation: log.generation, restarts: log.ledger.progress.restarts };
}

/**
 * Tells apart what rows of a derived run depend on: what is computed (`what`), of which runs, and of which history of theirs. A
 * group that a run has joined, or a member of which went back, has files of other names.
 */
export function revisionText(what: readonly string[], members: readonly RecipeMember[]): string {
  const changes = members.reduce((sum, { generation, restarts }) => sum + generation + restarts, 0);
  const histories = members.map(({ run, generation, restarts }) => [
    run.key.runId,
    run.logId.origin,
    generation,
    restarts,
  ]);
  const text = JSON.stringify([...what, histories]);
  const checksum = createHash('sha256').update(text).digest('hex').slice(0, CHECKSUM_CHARACTERS);
  return `${String(changes).padStart(REVISION_DIGITS, '0')}-${checksum}`;
}

/** Unix seconds: when the first of some runs started; null where only reading them tells. */
export function certainStart(runs: readonly Run[]): number | null {
  let first: number | null = null;
  for (const { listing } of runs) {
    if (!listing.isStartCertain || listing.startTime === null) return null;
    first = Math.min(first ?? listing.startTime, listing.startTime);
  }
  return first;
}
