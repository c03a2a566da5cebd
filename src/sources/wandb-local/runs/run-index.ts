/** Which logs there are and which runs they make up. @module */

import { promises as fs } from 'node:fs';
import { type Clock, errnoOf, mapLimit, type RunKey, runKey, runKeyText } from '../../../core/index.ts';
import type { Logger } from '../../../observability/index.ts';
import { type Discovery, LogFinder } from '../discovery/index.ts';
import { type IndexedRun, type LogFile, nameSegments, type Segment } from './indexed-run.ts';
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
  /** By path of a log: the `runKeyText` of its run. */
  #owners = new Map<string, string>();

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

  /** The run that a log belongs to; undefined for one that is in no run yet. */
  ownerOf(logPath: string): IndexedRun | undefined {
    const owner = this.#owners.get(logPath);
    return owner === undefined ? undefined : this.#runs.get(owner);
  }

  /**
   * Looks at one log again. Its size and time of change show in its run from now on, without a walk over the
   * directories. @throws system errors.
   */
  async restat(segment: Segment): Promise<Segment> {
    const { size, mtimeMs } = await fs.stat(segment.path);
    const restated = { ...segment, sizeBytes: size, modifiedAtMs: mtimeMs };
    const run = this.ownerOf(segment.path);
    if (run !== undefined) {
      const segments = run.segments.map((known) => (known.path === segment.path ? restated : known));
      this.#runs.set(runKeyText(run.key), { ...run, segments });
    }
    return restated;
  }

  /** Looks at the disk again. @throws the system error of the root, when it cannot be looked into. */
  async refresh(signal: AbortSignal): Promise<readonly IndexedRun[]> {
    const found = await this.#finder.find(signal);
    this.#warnOfTrouble(found);
    const parallel = { limit: PARALLEL_HEADS, signal };
    const looked = await mapLimit(found.logs, parallel, (path) => this.#look(path));
    const logs = looked.filter((log) => log !== null);
    const runs = await mapLimit(this.#group(logs), parallel, async ({ key, group }) => ({
      key,
      segments: nameSegments(await withoutCopies(group)),
    }));
    this.#runs = new Map(runs.map((run) => [runKeyText(run.key), run]));
    this.#owners = new Map(
      runs.flatMap(({ key, segments }) => segments.map(({ path }) => [path, runKeyText(key)])),
    );
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
