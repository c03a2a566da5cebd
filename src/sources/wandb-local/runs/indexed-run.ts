/** A run as the logs on disk make it up: its segments, in order, and what they say of it. @module */

import { basename, dirname } from 'node:path';
import type { RunKey } from '../../../core/index.ts';
import type { RunListing } from '../../source.ts';
import type { LogIdentity } from './log-head.ts';

/** A log as it was when last looked at. */
export interface LogFile {
  readonly path: string;
  /** Device and inode: the same for every name of one file. */
  readonly fileId: string;
  readonly sizeBytes: number;
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
  readonly segments: readonly Segment[];
}

/** The run as listings show it. */
export function listingOf({ key, segments }: IndexedRun): RunListing {
  const newestWord = (name: 'displayName' | 'group' | 'jobType'): string | null =>
    segments.findLast(({ identity }) => identity[name] !== null)?.identity[name] ?? null;
  return {
    key,
    displayName: newestWord('displayName'),
    group: newestWord('group'),
    jobType: newestWord('jobType'),
    startTime: segments.find(({ identity }) => identity.startTime !== null)?.identity.startTime ?? null,
    // Rows may precede the record that says when the run started.
    isStartCertain: false,
    state: null,
    modifiedAtMs: Math.max(...segments.map(({ modifiedAtMs }) => modifiedAtMs)),
    locations: segments.map(({ path }) => dirname(path)),
  };
}

/** Puts logs of one run in the order of their start and gives each a name of its own. */
export function nameSegments(logs: readonly LogFile[]): readonly Segment[] {
  const ordered = logs
    .map((log) => ({ log, order: segmentOrder(log) }))
    .sort((a, b) => (a.order < b.order ? -1 : 1));
  const taken = new Map<string, number>();
  return ordered.map(({ log }) => {
    const name = `${basename(dirname(log.path))}/${basename(log.path)}`;
    const count = (taken.get(name) ?? 0) + 1;
    taken.set(name, count);
    return { ...log, segmentId: count === 1 ? name : `${name}~${count}` };
  });
}

/** The time in the directory's name, which W&B gives it at the start of the run; else the start in the log. */
function segmentOrder({ path, identity }: LogFile): string {
  const named = /run-(\d{8}_\d{6})-/.exec(`${basename(dirname(path))}/${basename(path)}`)?.[1];
  const started = new Date((identity.startTime ?? 0) * 1000);
  const time = named ?? started.toISOString().replace(/[-:]/g, '').replace('T', '_').slice(0, 15);
  return `${time} ${path}`;
}
