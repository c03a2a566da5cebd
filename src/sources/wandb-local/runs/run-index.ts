/** Which logs there are and which runs they make up. @module */

import { dirname, join } from 'node:path';
import { errnoOf, FolderLooks, mapLimit, type RunKey, runKey, runKeyText } from '../../../core/index.ts';
import type { Logger } from '../../../observability/index.ts';
import { type Discovery, LogFinder } from '../discovery/index.ts';
import {
  type IndexedRun,
  isWaiting,
  type LogFile,
  listingOf,
  nameSegments,
  type Segment,
} from './indexed-run.ts';
import { withoutCopies } from './log-copies.ts';
import {
  HEAD_BYTES,
  identityFromPath,
  type LogIdentity,
  logKind,
  type NoIdentity,
  newerTitle,
  type RunTitle,
  readIdentity,
} from './log-head.ts';
import { newestSign, startInMetadata } from './run-folder.ts';

const PARALLEL_HEADS = 32;
const NO_TITLE: RunTitle = { displayName: null, group: null, jobType: null };
const TITLE_WORDS = ['displayName', 'group', 'jobType'] as const;

interface HeadEntry {
  readonly fileId: string;
  readonly sizeBytes: number;
  readonly identity: LogIdentity | NoIdentity | 'foreign';
}

export interface RunIndexOptions {
  readonly path: string;
  readonly logger: Logger;
  /** Entity and project of runs whose log names none. */
  readonly entity?: string | undefined;
  readonly project?: string | undefined;
}

export class RunIndex {
  readonly #options: RunIndexOptions;
  readonly #finder: LogFinder;
  readonly #looks: FolderLooks;
  readonly #heads = new Map<string, HeadEntry>();
  readonly #warned = new Set<string>();
  #discovery: Discovery | null = null;
  /** By `runKeyText`. */
  #runs = new Map<string, IndexedRun>();
  /** By path of a log: the `runKeyText` of its run. */
  #owners = new Map<string, string>();

  constructor(options: RunIndexOptions) {
    this.#options = options;
    this.#looks = new FolderLooks(options.path);
    this.#finder = new LogFinder(options.path, this.#looks);
  }

  /** The run as of the last refresh. */
  get(key: RunKey): IndexedRun | undefined {
    return this.#runs.get(runKeyText(key));
  }

  get runs(): readonly IndexedRun[] {
    return [...this.#runs.values()];
  }

  /** What the last refresh found on disk; null before the first. */
  get discovery(): Discovery | null {
    return this.#discovery;
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
    const { size, mtimeMs } = await this.#looks.stat(segment.path);
    const modifiedAtMs = isWaiting(segment) ? Math.max(mtimeMs, await newestSign(segment.path)) : mtimeMs;
    const restated = { ...segment, sizeBytes: size, modifiedAtMs };
    const run = this.ownerOf(segment.path);
    if (run !== undefined) {
      const segments = run.segments.map((known) => (known.path === segment.path ? restated : known));
      this.#runs.set(runKeyText(run.key), { ...run, segments });
    }
    return restated;
  }

  /** Notes a title that reading a run has come upon; true when that changes what it is called. */
  retitle(key: RunKey, title: Partial<RunTitle>): boolean {
    const run = this.get(key);
    if (run === undefined) return false;
    const renamed = { ...run, readTitle: newerTitle(newerTitle(NO_TITLE, run.readTitle), title) };
    this.#runs.set(runKeyText(key), renamed);
    const [before, after] = [listingOf(run), listingOf(renamed)];
    return TITLE_WORDS.some((word) => before[word] !== after[word]);
  }

  /** Looks at the disk again. @throws the system error of the root, when it cannot be looked into. */
  async refresh(signal: AbortSignal): Promise<readonly IndexedRun[]> {
    const found = await this.#finder.find(signal);
    this.#warnOfTrouble(found);
    const parallel = { limit: PARALLEL_HEADS, signal };
    const looked = await mapLimit(found.logs, parallel, (path) => this.#look(path));
    const logs = looked.filter((log) => log !== null);
    const runs = await mapLimit(this.#group(logs), parallel, async ({ group, ...run }) => ({
      ...run,
      segments: nameSegments(await withoutCopies(group)),
    }));
    this.#discovery = found;
    this.#runs = new Map(
      runs.map((run) => [runKeyText(run.key), { ...run, readTitle: this.#titleRead(run) }]),
    );
    this.#owners = new Map(
      runs.flatMap(({ key, segments }) => segments.map(({ path }) => [path, runKeyText(key)])),
    );
    const paths = new Set(found.logs);
    for (const path of this.#heads.keys()) if (!paths.has(path)) this.#heads.delete(path);
    return this.runs;
  }

  /** What reading came upon holds until a newer log says what the run is called. */
  #titleRead({ key, segments }: Pick<IndexedRun, 'key' | 'segments'>): Partial<RunTitle> {
    const known = this.get(key);
    return known?.segments.at(-1)?.path === segments.at(-1)?.path ? (known?.readTitle ?? {}) : {};
  }

  #group(logs: readonly LogFile[]): readonly GroupOfLogs[] {
    const groups = new Map<string, GroupOfLogs & { group: LogFile[] }>();
    const neighbours = projectsByFolder(logs);
    for (const log of logs) {
      const owner = this.#ownerOf(log, neighbours);
      const key = runKey(owner.entity, owner.project, log.identity.runId);
      const text = runKeyText(key);
      const entry = groups.get(text) ?? { key, isEntityAssumed: owner.entity === null, group: [] };
      entry.group.push(log);
      groups.set(text, entry);
    }
    return [...groups.values()];
  }

  /** A run that waits for the first block of its log goes by the project of the runs beside it, if they have one alone. */
  #ownerOf({ path, identity }: LogFile, neighbours: ReadonlyMap<string, ProjectOfFolder>): Owner {
    const { entity = null, project = null } = this.#options;
    const folder = wandbFolderOf(path);
    const beside = [neighbours.get(join(folder, identity.runId)), neighbours.get(folder)];
    const known = identity.origin === 'pending' ? beside.find(isOneProject) : undefined;
    return { entity: (known ?? identity).entity ?? entity, project: (known ?? identity).project ?? project };
  }

  /** A log's size and identity; null when it is gone, unreadable, or no log at all. */
  async #look(path: string): Promise<LogFile | null> {
    try {
      const stats = await this.#looks.stat(path);
      const fileId = `${stats.dev}:${stats.ino}`;
      const { identity } = await this.#head(path, fileId, stats.size);
      if (identity === 'foreign') return null;
      const log = { path, fileId, sizeBytes: stats.size, modifiedAtMs: stats.mtimeMs };
      if (typeof identity === 'object') return { ...log, identity };
      const fromPath = identityFromPath(path, identity);
      if (identity === 'missing') return { ...log, identity: fromPath };
      const modifiedAtMs = Math.max(stats.mtimeMs, await newestSign(path));
      return { ...log, modifiedAtMs, identity: { ...fromPath, startTime: await startInMetadata(path) } };
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === undefined) throw error;
      this.#finder.forget(path);
      if (errno !== 'ENOENT') this.#warnOnce(path, 'log not readable, its run is left out', { errno });
      return null;
    }
  }

  /** The head of a log, read once, and again while it grows. */
  async #head(path: string, fileId: string, sizeBytes: number): Promise<HeadEntry> {
    const known = this.#heads.get(path);
    if (known !== undefined && known.fileId === fileId && sizeBytes >= known.sizeBytes) {
      if (known.sizeBytes >= HEAD_BYTES || sizeBytes === known.sizeBytes) return known;
    }
    const headBytes = Math.min(sizeBytes, HEAD_BYTES);
    const identity = await this.#looks.withHead(path, headBytes, (bytes) =>
      logKind(bytes) === 'foreign' ? 'foreign' : readIdentity(bytes),
    );
    if (identity === 'foreign')
      this.#warnOnce(path, 'file is named like a W&B log but is none, it is left out', {});
    const entry: HeadEntry = { fileId, sizeBytes, identity };
    this.#heads.set(path, entry);
    return entry;
  }

  #warnOfTrouble(found: Discovery): void {
    for (const { path, errno } of found.unreadable) {
      this.#warnOnce(path, 'directory not readable, runs below it are left out', { errno });
    }
    for (const { reason, count, example } of found.passedOver) {
      if (reason !== 'depth' && reason !== 'count') continue;
      const fields = { reason, passedOver: count, example, directories: found.directories.length };
      this.#warnOnce(
        `${this.#options.path} ${reason}`,
        'too many directories, give a path nearer to the runs',
        fields,
      );
    }
  }

  #warnOnce(path: string, message: string, fields: object): void {
    if (this.#warned.has(path)) return;
    this.#warned.add(path);
    this.#options.logger.warn({ path, ...fields }, message);
  }
}

type Owner = Pick<LogIdentity, 'entity' | 'project'>;
type ProjectOfFolder = Owner | 'several';

interface GroupOfLogs {
  readonly key: RunKey;
  readonly isEntityAssumed: boolean;
  readonly group: readonly LogFile[];
}

/** By wandb folder, and by folder and run id: the project of the runs there that name theirs. */
function projectsByFolder(logs: readonly LogFile[]): ReadonlyMap<string, ProjectOfFolder> {
  const projects = new Map<string, ProjectOfFolder>();
  for (const { path, identity } of logs) {
    if (identity.origin !== 'log') continue;
    const { entity, project, runId } = identity;
    const folder = wandbFolderOf(path);
    for (const place of [folder, join(folder, runId)]) {
      const known = projects.get(place) ?? { entity, project };
      const isSame = known !== 'several' && known.entity === entity && known.project === project;
      projects.set(place, isSame ? known : 'several');
    }
  }
  return projects;
}

function isOneProject(found: ProjectOfFolder | undefined): found is Exclude<ProjectOfFolder, 'several'> {
  return found !== undefined && found !== 'several';
}

/** The folder that a log's run directory lies in. */
function wandbFolderOf(logPath: string): string {
  return dirname(dirname(logPath));
}
