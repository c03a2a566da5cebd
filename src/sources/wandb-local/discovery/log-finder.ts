/** Finds `.wandb` logs below a path: a wandb folder, a parent of some, one run, or one file. @module */

import { type Dirent, promises as fs } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errnoOf, mapLimit } from '../../../core/index.ts';

/** `sweeps/exp/user/project/wandb/run-…`: deeper trees are given by a deeper path. */
const MAX_DEPTH = 6;
/** A home directory has more; walking on would take minutes and find nothing that the user meant. */
const MAX_DIRECTORIES = 50_000;
const PARALLEL_READS = 32;
/** Names below which no log lies: content of run directories, and big trees of other programs. */
export const SKIPPED_DIRECTORIES: ReadonlySet<string> = new Set([
  'files',
  'logs',
  'tmp',
  'media',
  'artifacts',
  'node_modules',
  'site-packages',
  '__pycache__',
  'venv',
  'proc',
  'sys',
]);
const RUN_DIRECTORY = /^(?:offline-)?run-\d{8}_\d{6}-|^latest-run$/;
const LOG_NAME = /\.wandb$/;

/** A path that could not be looked into, with the errno that says why. */
export interface UnreadablePath {
  readonly path: string;
  readonly errno: string;
}

export interface Discovery {
  /** Paths of logs, links resolved, sorted, each once. */
  readonly logs: readonly string[];
  /** Directories looked into. */
  readonly directories: readonly string[];
  readonly unreadable: readonly UnreadablePath[];
  /** Set when the walk stopped early because there were too many directories. */
  readonly truncated: boolean;
}

/** Whether a watcher or a walk should go below a directory of this name. */
export function isWorthVisiting(name: string): boolean {
  if (name.startsWith('.')) return name === '.wandb';
  return !SKIPPED_DIRECTORIES.has(name);
}

export function isLogName(name: string): boolean {
  return LOG_NAME.test(name);
}

/** Walks again and again over one root, remembering what cannot change: the logs of a run directory. */
export class LogFinder {
  readonly #root: string;
  readonly #runDirectories = new Map<string, readonly string[]>();

  constructor(root: string) {
    this.#root = root;
  }

  /** Forgets what was remembered of a log's directory, because the log is gone. */
  forget(logPath: string): void {
    this.#runDirectories.delete(dirname(logPath));
  }

  /** @throws the system error of the root itself, when it does not exist or is not readable. */
  async find(signal: AbortSignal): Promise<Discovery> {
    const root = await fs.realpath(this.#root);
    if (!(await fs.stat(root)).isDirectory()) {
      return { logs: isLogName(root) ? [root] : [], directories: [], unreadable: [], truncated: false };
    }
    const walk = new Walk(this.#runDirectories, signal);
    await walk.run(root);
    return walk.result();
  }
}

/** One walk, breadth first, every directory once whatever links lead to it. */
class Walk {
  readonly #remembered: Map<string, readonly string[]>;
  readonly #signal: AbortSignal;
  readonly #logs = new Set<string>();
  readonly #visited = new Set<string>();
  readonly #unreadable: UnreadablePath[] = [];
  #truncated = false;

  constructor(remembered: Map<string, readonly string[]>, signal: AbortSignal) {
    this.#remembered = remembered;
    this.#signal = signal;
  }

  async run(root: string): Promise<void> {
    let level: readonly string[] = [root];
    for (let depth = 0; depth <= MAX_DEPTH && level.length > 0; depth++) {
      const fresh = level.filter((path) => this.#enter(path));
      const options = { limit: PARALLEL_READS, signal: this.#signal };
      const below = await mapLimit(fresh, options, (path) => this.#visit(path, depth === 0));
      level = below.flat();
    }
  }

  result(): Discovery {
    return {
      logs: [...this.#logs].sort(),
      directories: [...this.#visited],
      unreadable: this.#unreadable,
      truncated: this.#truncated,
    };
  }

  #enter(path: string): boolean {
    if (this.#visited.has(path)) return false;
    this.#truncated ||= this.#visited.size >= MAX_DIRECTORIES;
    if (this.#truncated) return false;
    this.#visited.add(path);
    return true;
  }

  /** Notes the logs in a directory and returns the directories below it that are worth visiting. */
  async #visit(path: string, isRoot: boolean): Promise<readonly string[]> {
    const remembered = this.#remembered.get(path);
    if (remembered !== undefined) {
      for (const log of remembered) this.#logs.add(log);
      return [];
    }
    let entries: readonly Dirent[];
    try {
      entries = await fs.readdir(path, { withFileTypes: true });
    } catch (error) {
      const errno = errnoOf(error) ?? 'unknown';
      if (isRoot) throw error;
      // Gone between two looks is no trouble; anything else is.
      if (errno !== 'ENOENT' && errno !== 'ENOTDIR') this.#unreadable.push({ path, errno });
      return [];
    }
    return this.#sort(path, entries);
  }

  async #sort(path: string, entries: readonly Dirent[]): Promise<readonly string[]> {
    const logs: string[] = [];
    const below: string[] = [];
    for (const entry of entries) {
      const child = join(path, entry.name);
      if (entry.isSymbolicLink()) await this.#follow(child, logs, below);
      else if (entry.isFile() && isLogName(entry.name)) logs.push(child);
      else if (entry.isDirectory() && isWorthVisiting(entry.name)) below.push(child);
    }
    for (const log of logs) this.#logs.add(log);
    if (logs.length === 0 || !RUN_DIRECTORY.test(basename(path))) return below;
    this.#remembered.set(path, logs);
    return [];
  }

  /** A link that dangles, loops or leads to a place nobody may see is as good as absent. */
  async #follow(link: string, logs: string[], below: string[]): Promise<void> {
    try {
      const target = await fs.realpath(link);
      const stats = await fs.stat(target);
      if (stats.isDirectory()) {
        if (isWorthVisiting(basename(link)) && isWorthVisiting(basename(target))) below.push(target);
      } else if (stats.isFile() && isLogName(link)) logs.push(target);
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
    }
  }
}
