/** Which logs there are and which runs they make up. @module */

import { promises as fs } from 'node:fs';
import { basename, dirname } from 'node:path';
import { type Clock, errnoOf, type RunKey, runKey, runKeyText } from '../../core/index.ts';
import type { Logger } from '../../observability/index.ts';
import type { RunListing } from '../source.ts';
import { mapConcurrently } from './concurrency.ts';
import { type Discovery, LogFinder } from './discovery.ts';
import { withoutCopies } from './log-copies.ts';
import {
  HEAD_BYTES,
  identityFromPath,
  type LogIdentity,
  logKind,
  type NoIdentity,
  readHead,
  readIdentity,
} from './log-head.ts';

const PARALLEL_HEADS = 32;

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

interface HeadEntry {
  readonly fileId: string;
  readonly sizeBytes: number;
  readonly identity: LogIdentity | NoIdentity | 'foreign';
}

export interface RunIndexOptions {
  readonly path: string;
  readonly logger: Logger;
  readonly clock: Clock;
  /**
   * A log that does not name its run is left out for this long after its last change: the next block will tell the
   * run's true key. Later it goes by its path, for its process may have died.
   */
  readonly quietAfterMs: number;
  /** Entity and project of runs whose log names none. */
  readonly entity?: string | undefined;
  readonly project?: string | undefined;
}

export class RunIndex {
  readonly #options: RunIndexOptions;
  readonly #finder: LogFinder;
  readonly #heads = new Map<string, HeadEntry>();
  readonly #warned = new Set<string>();
  #runs = new Map<string, IndexedRun>();

  constructor(options: RunIndexOptions) {
    this.#options = options;
    this.#finder = new LogFinder(options.path);
  }

  /** The run as of the last refresh. */
  get(key: RunKey): IndexedRun | undefined {
    return this.#runs.get(runKeyText(key));
  }

  get runs(): readonly IndexedRun[] {
    return [...this.#runs.values()];
  }

  /** Looks at the disk again. @throws the system error of the root, when it cannot be looked into. */
  async refresh(signal: AbortSignal): Promise<readonly IndexedRun[]> {
    const found = await this.#finder.find(signal);
    this.#warnOfTrouble(found);
    const looked = await mapConcurrently(found.logs, PARALLEL_HEADS, (path) => this.#look(path));
    signal.throwIfAborted();
    const logs = looked.filter((log) => log !== null);
    const runs = await mapConcurrently(this.#group(logs), PARALLEL_HEADS, async ({ key, group }) => ({
      key,
      segments: nameSegments(await withoutCopies(group)),
    }));
    this.#runs = new Map(runs.map((run) => [runKeyText(run.key), run]));
    const paths = new Set(found.logs);
    for (const path of this.#heads.keys()) if (!paths.has(path)) this.#heads.delete(path);
    return runs;
  }

  #group(logs: readonly LogFile[]): readonly { readonly key: RunKey; readonly group: readonly LogFile[] }[] {
    const groups = new Map<string, { key: RunKey; group: LogFile[] }>();
    for (const log of logs) {
      const key = this.#keyOf(log);
      const text = runKeyText(key);
      const entry = groups.get(text) ?? { key, group: [] };
      entry.group.push(log);
      groups.set(text, entry);
    }
    return [...groups.values()];
  }

  #keyOf({ identity }: LogFile): RunKey {
    const { entity, project } = this.#options;
    return runKey(identity.entity ?? entity ?? null, identity.project ?? project ?? null, identity.runId);
  }

  /** A log's size and identity; null when it is gone, unreadable, too young to name its run, or no log at all. */
  async #look(path: string): Promise<LogFile | null> {
    try {
      const stats = await fs.stat(path);
      const fileId = `${stats.dev}:${stats.ino}`;
      const head = await this.#head(path, fileId, stats.size);
      const identity = this.#identify(path, head, stats.mtimeMs);
      if (identity === null) return null;
      return { path, fileId, sizeBytes: stats.size, modifiedAtMs: stats.mtimeMs, identity };
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === undefined) throw error;
      this.#finder.forget(path);
      if (errno !== 'ENOENT') this.#warnOnce(path, 'log not readable, its run is left out', { errno });
      return null;
    }
  }

  #identify(path: string, { identity }: HeadEntry, modifiedAtMs: number): LogIdentity | null {
    if (identity === 'foreign') return null;
    if (identity === 'missing') return identityFromPath(path);
    if (identity !== 'pending') return identity;
    const { clock, quietAfterMs } = this.#options;
    return clock.now() - modifiedAtMs > quietAfterMs ? identityFromPath(path) : null;
  }

  /** The head of a log, read once, and again only while it grows and does not name its run. */
  async #head(path: string, fileId: string, sizeBytes: number): Promise<HeadEntry> {
    const known = this.#heads.get(path);
    if (known !== undefined && known.fileId === fileId && sizeBytes >= known.sizeBytes) {
      const settled = typeof known.identity === 'object' || known.sizeBytes >= HEAD_BYTES;
      if (settled || sizeBytes === known.sizeBytes) return known;
    }
    const bytes = await readHead(path, Math.min(sizeBytes, HEAD_BYTES));
    const foreign = logKind(bytes) === 'foreign';
    if (foreign) this.#warnOnce(path, 'file is named like a W&B log but is none, it is left out', {});
    const entry: HeadEntry = { fileId, sizeBytes, identity: foreign ? 'foreign' : readIdentity(bytes) };
    this.#heads.set(path, entry);
    return entry;
  }

  #warnOfTrouble(found: Discovery): void {
    for (const { path, errno } of found.unreadable) {
      this.#warnOnce(path, 'directory not readable, runs below it are left out', { errno });
    }
    if (found.truncated) {
      const directories = found.directories.length;
      this.#warnOnce(this.#options.path, 'too many directories, give a path nearer to the runs', {
        directories,
      });
    }
  }

  #warnOnce(path: string, message: string, fields: object): void {
    if (this.#warned.has(path)) return;
    this.#warned.add(path);
    this.#options.logger.warn({ path, ...fields }, message);
  }
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
function nameSegments(logs: readonly LogFile[]): readonly Segment[] {
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
