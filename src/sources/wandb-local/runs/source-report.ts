/** Explains what a path holds, for people whose path does not work. @module */

import { resolve } from 'node:path';
import { errnoOf } from '../../../core/index.ts';
import { LogFinder, type UnreadablePath } from '../discovery/index.ts';
import { HEAD_BYTES, logKind, readHead, readIdentity } from './log-head.ts';

/** What looking at a path came to. */
export interface SourceReport {
  /** The path as an absolute one. */
  readonly path: string;
  /** `missing`: nothing there. `unreadable`: no permission. `empty`: no logs below it. `foreign`: only files that are no logs. `starting`: only logs that do not name their run yet. */
  readonly outcome: 'runs' | 'missing' | 'unreadable' | 'empty' | 'foreign' | 'starting';
  readonly logCount: number;
  /** Directories looked into, at most the first 20, and how many there were. */
  readonly lookedAt: readonly string[];
  readonly directoryCount: number;
  readonly unreadable: readonly UnreadablePath[];
  /** Files named `*.wandb` that are no W&B logs. */
  readonly foreign: readonly string[];
  /** What would work; empty when there are runs. */
  readonly advice: string;
}

const MAX_LOOKED_AT = 20;
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
    foreign: [],
  };
  try {
    const found = await new LogFinder(absolute).find(options.signal);
    const kinds = await Promise.all(found.logs.slice(0, MAX_LOOKED_AT).map(contentOf));
    const foreign = found.logs.filter((_, index) => kinds[index] === 'foreign');
    const logCount = found.logs.length - foreign.length;
    const silentCount = kinds.filter((kind) => kind === 'silent').length;
    const outcome = outcomeOf(logCount, silentCount, foreign.length);
    const { directories, unreadable } = found;
    const advice = adviceFor(outcome);
    const lookedAt = directories.slice(0, MAX_LOOKED_AT);
    return {
      path: absolute,
      outcome,
      logCount,
      lookedAt,
      directoryCount: directories.length,
      unreadable,
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

function outcomeOf(logCount: number, silentCount: number, foreignCount: number): SourceReport['outcome'] {
  if (logCount > silentCount) return 'runs';
  if (logCount > 0) return 'starting';
  return foreignCount > 0 ? 'foreign' : 'empty';
}

async function contentOf(log: string): Promise<'foreign' | 'silent' | 'run'> {
  const head = await readHead(log, HEAD_BYTES).catch(() => new Uint8Array(0));
  if (logKind(head) === 'foreign') return 'foreign';
  return readIdentity(head) === 'pending' ? 'silent' : 'run';
}

function adviceFor(outcome: SourceReport['outcome']): string {
  switch (outcome) {
    case 'runs':
      return '';
    case 'missing':
      return `There is nothing at this path. ${EXPECTED}`;
    case 'unreadable':
      return 'This user may not read the path. Change its permissions or run as its owner.';
    case 'foreign':
      return `The .wandb files there are not W&B logs. ${EXPECTED}`;
    case 'starting':
      return 'The log there does not name its run yet: W&B writes it in blocks of 32 KiB. Try again when the run has logged more.';
    case 'empty':
      return `No run-….wandb log lies there: the SDK writes them when W&B is offline or online, but not when disabled. ${EXPECTED}`;
  }
}
