/**
 * What tells one recipe of some runs from another: the runs, which history of each, and which of them are over while others go on.
 * All that is computed follows from these, so that a name never has other bytes: in another process, after the cache was
 * deleted, and whatever a run does after it seemed to have ended. Nothing needs to be remembered for that.
 * @module
 */

import { createHash } from 'node:crypto';
import { type RunKey, type RunState, runKeyText } from '../core/index.ts';
import type { Run } from '../history/index.ts';
import type { GroupMember } from '../namespace/index.ts';
import type { Recipe, RecipeMember } from './recipe.ts';

/** Digits of a number that grows as runs join, go back, end and go on, so that names of files ascend. */
const REVISION_DIGITS = 6;
const CHECKSUM_CHARACTERS = 12;

/** A run as it is known now, as its log has it where that is open. */
interface Known {
  readonly run: Run;
  readonly generation: number;
  readonly restarts: number;
  readonly resumes: number;
  /** Of its newest row; null before the first. */
  readonly lastStep: number | null;
  /** Unix seconds; null while unknown. */
  readonly startTime: number | null;
  /** Whether it has ended, or nothing was heard of it for long. */
  readonly isOver: boolean;
}

export function identified(key: RunKey): Pick<Recipe, 'key' | 'id'> {
  return { key, id: runKeyText(key) };
}

/** Members of a recipe, and when the first of them started. */
export interface Cast {
  readonly members: readonly RecipeMember[];
  /** Unix seconds; null while it is not known of one that is not over. */
  readonly startTime: number | null;
}

export function castOf(runs: readonly GroupMember[]): Cast {
  const known = runs.map(knownNow);
  const hasGoneBack = known.some(({ restarts }) => restarts > 0);
  const newest = known.reduce(
    (step, { lastStep }) => Math.max(step, lastStep ?? step),
    Number.NEGATIVE_INFINITY,
  );
  const members = known.map((member) => {
    const { run, generation, restarts, resumes, lastStep } = member;
    // Of runs that went back, rows may stand beyond the newest step.
    const isOutrun = hasGoneBack || (lastStep ?? Number.NEGATIVE_INFINITY) < newest;
    return { run, generation, restarts, resumes, end: member.isOver && isOutrun ? { step: lastStep } : null };
  });
  return { members, startTime: startOf(known) };
}

/**
 * Tells apart what rows of a derived run depend on: what is computed (`what`), of which runs, of which history of theirs, and
 * which of them nobody waits for. A group that a run has joined, or a member of which went back or was left behind, has files of
 * other names.
 */
export function revisionText(what: readonly string[], { members, startTime }: Cast): string {
  let changes = 0;
  const histories = members.map(({ run, generation, restarts, resumes, end }) => {
    // One that is over and goes on has changed twice.
    changes += generation + restarts + 2 * resumes + (end === null ? 0 : 1);
    return [run.key.runId, run.logId.origin, generation, restarts, resumes, end === null ? 0 : [end.step]];
  });
  const text = JSON.stringify([...what, startTime, histories]);
  const checksum = createHash('sha256').update(text).digest('hex').slice(0, CHECKSUM_CHARACTERS);
  return `${String(changes).padStart(REVISION_DIGITS, '0')}-${checksum}`;
}

function knownNow({ run, entry }: GroupMember): Known {
  const { log, state } = run;
  if (log === undefined || log.ledger.commits === 0) {
    const { generation = 1, exit = null } = entry ?? {};
    const { restarts = 0, resumes = 0, lastStep = null } = entry?.progress ?? {};
    const isOver = isOverIn(state, exit !== null);
    return {
      ...{ run, generation, restarts, resumes, lastStep, isOver },
      startTime: startTimeOf(run, entry?.facts.startTime, isOver),
    };
  }
  const { ledger, generation } = log;
  const { restarts, resumes = 0 } = ledger.progress;
  const isOver = isOverIn(state, ledger.exit !== null);
  return {
    ...{ run, generation, restarts, resumes, isOver },
    lastStep: ledger.lastSteps().get(undefined) ?? null,
    startTime: startTimeOf(run, ledger.facts.startTime, isOver),
  };
}

/** An end that the log does not tell yet comes with rows that were not read. */
function isOverIn(state: RunState, isExitTold: boolean): boolean {
  return state !== 'running' && (isExitTold || state === 'crashed');
}

/** A name of a directory may say another time than the log does, once that is read. */
function startTimeOf({ listing }: Run, logged: number | undefined, isOver: boolean): number | null {
  return logged ?? (listing.isStartCertain || isOver ? listing.startTime : null);
}

function startOf(known: readonly Known[]): number | null {
  if (known.some(({ startTime, isOver }) => startTime === null && !isOver)) return null;
  const starts = known.flatMap(({ startTime }) => startTime ?? []);
  return starts.length === 0 ? 0 : starts.reduce((a, b) => Math.min(a, b));
}
