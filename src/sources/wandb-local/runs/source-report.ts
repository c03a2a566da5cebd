/** Explains what a path holds, for people whose path does not work. @module */

import { resolve } from 'node:path';
import { errnoOf, mapLimit, readHead } from '../../../core/index.ts';
import { LogFinder, type PassedOver, type UnreadablePath } from '../discovery/index.ts';
import { HEAD_BYTES, logKind } from './log-head.ts';

/** What looking at a path came to. */
export interface SourceReport {
  /** The path as an absolute one. */
  readonly path: string;
  /** `missing`: nothing there. `unreadable`: no permission. `empty`: no logs below it. `foreign`: only files that are no logs. */
  readonly outcome: 'runs' | 'missing' | 'unreadable' | 'empty' | 'foreign';
  readonly logCount: number;
  /** Directories looked into, at most the first 20, and how many there were. */
  readonly lookedAt: readonly string[];
  readonly directoryCount: number;
  readonly unreadable: readonly UnreadablePath[];
  /** Directories that were not looked into, and why. */
  readonly passedOver: readonly PassedOver[];
  /** Files named `*.wandb` that are no W&B logs. */
  readonly foreign: readonly string[];
  /** What would work; empty when there are runs. */
  readonly advice: string;
}

const MAX_LOOKED_AT = 20;
/** Files whose head is read to tell logs from others; more are taken for what their name says. */
const MAX_HEADS = 256;
const PARALLEL_HEADS = 32;
const EXPECTED =
  'Give a wandb folder (./wandb), a folder that contains one, a run directory (wandb/offline-run-…) or a file run-….wandb.';

/** Looks at a path and explains. Never throws for what it finds. */
export async function describeSource(
  path: string,
  options: { readonly signal: AbortSignal },
): Promise<SourceReport> {
  const absolute = resolve(path);
  const nothing = {
    path: absolute,
    logCount: 0,
    lookedAt: [],
    directoryCount: 0,
    unreadable: [],
    passedOver: [],
    foreign: [],
  };
  try {
    const found = await new LogFinder(absolute).find(options.signal);
    const parallel = { ...options, limit: PARALLEL_HEADS };
    const foreign = (await mapLimit(found.logs.slice(0, MAX_HEADS), parallel, foreignLog)).flat();
    const logCount = found.logs.length - foreign.length;
    const outcome = outcomeOf(logCount, foreign.length);
    const { directories, unreadable, passedOver } = found;
    const advice = adviceFor(outcome);
    const lookedAt = directories.slice(0, MAX_LOOKED_AT);
    return {
      path: absolute,
      outcome,
      logCount,
      lookedAt,
      directoryCount: directories.length,
      unreadable,
      passedOver,
      foreign,
      advice,
    };
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    const outcome = errno === 'EACCES' || errno === 'EPERM' ? 'unreadable' : 'missing';
    return { ...nothing, outcome, advice: adviceFor(outcome) };
  }
}

function outcomeOf(logCount: number, foreignCount: number): SourceReport['outcome'] {
  if (logCount > 0) return 'runs';
  return foreignCount > 0 ? 'foreign' : 'empty';
}

/** The path of a file that only carries the name of a log. */
async function foreignLog(path: string): Promise<readonly string[]> {
  const head = await readHead(path, HEAD_BYTES).catch(() => new Uint8Array(0));
  return logKind(head) === 'foreign' ? [path] : [];
}

function adviceFor(outcome: SourceReport['outcome']): string {
  switch (outcome) {
    case 'runs':
      return '';
    case 'missing':
      return EXPECTED;
    case 'unreadable':
      return 'This user may not read the path. Change its permissions or run as its owner.';
    case 'foreign':
      return `The .wandb files there are not W&B logs. ${EXPECTED}`;
    case 'empty':
      return `No run-….wandb log lies there: the SDK writes them when W&B is offline or online, but not when disabled. ${EXPECTED}`;
  }
}
