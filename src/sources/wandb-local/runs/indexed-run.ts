/** A run as the logs on disk make it up: its segments, in order, and what they say of it. @module */

import { basename, dirname } from 'node:path';
import type { RunKey } from '../../../core/index.ts';
import type { RunListing } from '../../source.ts';
import { directoryTime } from '../discovery/index.ts';
import { type LogIdentity, newerTitle, type RunTitle } from './log-head.ts';

/** A log as it was when last looked at. */
export interface LogFile {
  readonly path: string;
  /** Device and inode: the same for every name of one file. */
  readonly fileId: string;
  readonly sizeBytes: number;
  /** Of the log, or of what the SDK writes beside it while nothing has reached the log. */
  readonly modifiedAtMs: number;
  readonly identity: LogIdentity;
}

/** One log of a run; a run has several when it was resumed. */
export interface Segment extends LogFile {
  /** Names the segment in cursors: its directory and file name, so that the tree may be moved. */
  readonly segmentId: string;
}

/** A run and its segments, oldest first; never without one. */
export interface IndexedRun {
  readonly key: RunKey;
  /** Whether no log names an entity. */
  readonly isEntityAssumed: boolean;
  readonly segments: readonly Segment[];
  /** What reading came upon in RunRecords beyond the head of the newest log. */
  readonly readTitle: Partial<RunTitle>;
}

/** Whether a log holds nothing yet: wandb-core writes blocks of 32 KiB, and the first may take minutes. */
export function isWaiting({ identity }: LogFile): boolean {
  return identity.origin === 'pending';
}

/** The run as listings show it. */
export function listingOf({ key, isEntityAssumed, segments, readTitle }: IndexedRun): RunListing {
  const nameless: RunTitle = { displayName: null, group: null, jobType: null };
  const inHeads = segments.reduce<RunTitle>((title, { identity }) => newerTitle(title, identity), nameless);
  const waits = segments.every(isWaiting);
  return {
    key,
    ...newerTitle(inHeads, readTitle),
    startTime: segments.find(({ identity }) => identity.startTime !== null)?.identity.startTime ?? null,
    // Rows may precede the record that says when the run started.
    isStartCertain: false,
    state: null,
    modifiedAtMs: newestChange(segments),
    locations: segments.map(({ path }) => dirname(path)),
    ...(waits && { isWaiting: true }),
    ...(isEntityAssumed && { isEntityAssumed: true }),
    ...(segments[0]?.identity.isResumed && { isResumed: true }),
    ...(segments.every(isOffline) && { isOffline: true }),
  };
}

/** By the name that the SDK gives the directory. */
function isOffline({ path }: LogFile): boolean {
  return basename(dirname(path)).startsWith('offline-run-');
}

/** When the run last changed. Unix milliseconds. */
export function newestChange(segments: readonly LogFile[]): number {
  return Math.max(...segments.map(({ modifiedAtMs }) => modifiedAtMs));
}

/** Logs of one run in the order of their start. */
export function inOrder<T extends LogFile>(logs: readonly T[]): readonly T[] {
  return logs.toSorted(byStart);
}

/** Puts logs of one run in order and gives each a name of its own. */
export function nameSegments(logs: readonly LogFile[]): readonly Segment[] {
  const taken = new Map<string, number>();
  return inOrder(logs).map((log) => {
    const name = `${basename(dirname(log.path))}/${basename(log.path)}`;
    const count = (taken.get(name) ?? 0) + 1;
    taken.set(name, count);
    return { ...log, segmentId: count === 1 ? name : `${name}~${count}` };
  });
}

/**
 * By the time in the RunRecord: a directory's name has the local time of its machine, to the second. Then by directory:
 * of two that were made in one second, the SDK calls the later one `…-1`.
 */
function byStart(a: LogFile, b: LogFile): number {
  return (
    (startOf(a) ?? 0) - (startOf(b) ?? 0) ||
    compare(dirname(a.path), dirname(b.path)) ||
    compare(basename(a.path), basename(b.path))
  );
}

/** Unix seconds; as the directory's name has it for a log that does not say. */
export function startOf({ path, identity }: LogFile): number | null {
  return (
    identity.startTime ?? directoryTime(basename(dirname(path))) ?? directoryTime(basename(path)) ?? null
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
