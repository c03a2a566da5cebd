/** Finds `.wandb` logs below a path: a wandb folder, a parent of some, one run, or one file. @module */

import { type Dirent, promises as fs } from 'node:fs';
import { basename, dirname } from 'node:path';
import { errnoOf, FolderLooks, mapLimit } from '../../../core/index.ts';
import { contentOf, type DirectoryContent, type PassedOver } from './directory-content.ts';
import { isLogName, isRunDirectoryName, type PassedOverReason } from './directory-names.ts';

/** Only a tree that grows by itself is deeper: links are followed once, so they make no tree endless. */
const MAX_DEPTH = 64;
/** Run directories apart. A home directory has some tens of thousands; a walk over so many takes seconds. */
const MAX_DIRECTORIES = 200_000;
const PARALLEL_READS = 32;
/** Directories taken on at a time, so that none of the work between reads takes long. */
const SLICE_DIRECTORIES = 1024;
/** A directory with more entries is read in pieces, and again only when its time of change has moved. */
const BIG_DIRECTORY_ENTRIES = 4096;
/** What a file system says is the size of such a directory, at least: one of 20 bytes an entry. */
const BIG_DIRECTORY_BYTES = 20 * BIG_DIRECTORY_ENTRIES;
/** Entries read at a time from a big directory: about 1 ms. */
const PIECE_ENTRIES = 1024;
/** A directory that changed so shortly before it was read may change again within the same tick of its clock. */
const SETTLED_AFTER_MS = 2000;

/** A path that could not be looked into, with the errno that says why. */
export interface UnreadablePath {
  readonly path: string;
  readonly errno: string;
}

export interface Discovery {
  /** Paths of logs, links resolved, sorted, each once. */
  readonly logs: readonly string[];
  /** Directories looked into, links resolved. */
  readonly directories: readonly string[];
  readonly unreadable: readonly UnreadablePath[];
  readonly passedOver: readonly PassedOver[];
}

/** The content of a directory, kept as long as its time of change stays. */
interface KeptContent extends DirectoryContent {
  readonly modifiedAtMs: number;
}

/** What does not change from one walk to the next. */
interface Memory {
  /** Logs by run directory: the SDK writes one log there when it makes the directory, and no other. */
  readonly runDirectories: Map<string, readonly string[]>;
  readonly bigDirectories: Map<string, KeptContent>;
  /** Directories of the last walk: those beside the big ones were small then. */
  visited: ReadonlySet<string>;
}

const NOTHING: DirectoryContent = { logs: [], below: [], passedOver: [] };

/** Walks again and again over one root. */
export class LogFinder {
  readonly #root: string;
  readonly #looks: FolderLooks;
  readonly #memory: Memory = { runDirectories: new Map(), bigDirectories: new Map(), visited: new Set() };

  constructor(root: string, looks = new FolderLooks(root)) {
    this.#root = root;
    this.#looks = looks;
  }

  /** Forgets what was remembered of a log's directory, because the log is gone. */
  forget(logPath: string): void {
    this.#memory.runDirectories.delete(dirname(logPath));
  }

  /** @throws the system error of the root itself, when it does not exist or is not readable. */
  async find(signal: AbortSignal): Promise<Discovery> {
    const root = await fs.realpath(this.#root);
    if (!(await fs.stat(root)).isDirectory()) {
      return { logs: isLogName(root) ? [root] : [], directories: [], unreadable: [], passedOver: [] };
    }
    const walk = new Walk(this.#memory, this.#looks, signal);
    await walk.run(root);
    return walk.result();
  }
}

/** One walk, breadth first, so that bounds cut off what is furthest; every directory once, whatever links lead to it. */
class Walk {
  readonly #memory: Memory;
  readonly #looks: FolderLooks;
  readonly #signal: AbortSignal;
  readonly #logs = new Set<string>();
  readonly #visited = new Set<string>();
  readonly #unreadable: UnreadablePath[] = [];
  readonly #passedOver = new Map<PassedOverReason, PassedOver>();
  #countedDirectories = 0;

  constructor(memory: Memory, looks: FolderLooks, signal: AbortSignal) {
    this.#memory = memory;
    this.#looks = looks;
    this.#signal = signal;
  }

  async run(root: string): Promise<void> {
    let level: readonly string[] = [root];
    for (let depth = 0; level.length > 0; depth++) {
      const below: string[] = [];
      for (let from = 0; from < level.length; from += SLICE_DIRECTORIES) {
        const entered = level
          .slice(from, from + SLICE_DIRECTORIES)
          .filter((path) => this.#enter(path, depth));
        const parallel = { limit: PARALLEL_READS, signal: this.#signal };
        const contents = await mapLimit(entered, parallel, (path) => this.#look(path, depth === 0));
        for (const content of contents) below.push(...content.below);
      }
      level = below;
    }
    this.#memory.visited = this.#visited;
    for (const kept of [this.#memory.runDirectories, this.#memory.bigDirectories])
      for (const path of kept.keys()) if (!this.#visited.has(path)) kept.delete(path);
  }

  result(): Discovery {
    return {
      logs: [...this.#logs].sort(),
      directories: [...this.#visited],
      unreadable: this.#unreadable,
      passedOver: [...this.#passedOver.values()],
    };
  }

  /** False for a directory that has been looked into, or that is beyond the bounds of a walk. */
  #enter(path: string, depth: number): boolean {
    if (this.#visited.has(path)) return false;
    const reason = depth > MAX_DEPTH ? 'depth' : this.#countedDirectories >= MAX_DIRECTORIES ? 'count' : null;
    if (reason !== null) {
      this.#passOver({ reason, count: 1, example: path });
      return false;
    }
    this.#visited.add(path);
    if (!isRunDirectoryName(basename(path))) this.#countedDirectories++;
    return true;
  }

  #passOver({ reason, count, example }: PassedOver): void {
    const known = this.#passedOver.get(reason);
    this.#passedOver.set(reason, {
      reason,
      count: count + (known?.count ?? 0),
      example: known?.example ?? example,
    });
  }

  /** Notes the logs in a directory. Gone between two looks is no trouble; anything else is. */
  async #look(path: string, isRoot: boolean): Promise<DirectoryContent> {
    try {
      const content = await this.#content(path);
      for (const log of content.logs) this.#logs.add(log);
      for (const directories of content.passedOver) this.#passOver(directories);
      return content;
    } catch (error) {
      const errno = errnoOf(error);
      if (isRoot || errno === undefined) throw error;
      if (errno !== 'ENOENT' && errno !== 'ENOTDIR') this.#unreadable.push({ path, errno });
      return NOTHING;
    }
  }

  async #content(path: string): Promise<DirectoryContent> {
    const { runDirectories, bigDirectories, visited } = this.#memory;
    const logs = runDirectories.get(path);
    if (logs !== undefined) return { ...NOTHING, logs };
    const big = bigDirectories.get(path);
    if (big !== undefined || !visited.has(path)) {
      const { size, mtimeMs } = await this.#looks.stat(path);
      if (big?.modifiedAtMs === mtimeMs) return big;
      if (big !== undefined || size >= BIG_DIRECTORY_BYTES) return await this.#readBig(path, mtimeMs);
    }
    const entries = await this.#looks.entries(path);
    const content = await contentOf(path, entries);
    if (isRunDirectoryName(basename(path)) && content.logs.length > 0) {
      runDirectories.set(path, content.logs);
      return { ...NOTHING, logs: content.logs };
    }
    if (entries.length > BIG_DIRECTORY_ENTRIES) this.#keep(path, content, Number.NaN);
    return content;
  }

  async #readBig(path: string, modifiedAtMs: number): Promise<DirectoryContent> {
    const relevant: Dirent[] = [];
    for await (const entry of await fs.opendir(path, { bufferSize: PIECE_ENTRIES }))
      if (!entry.isFile() || isLogName(entry.name)) relevant.push(entry);
    const content = await contentOf(path, relevant);
    this.#keep(path, content, Date.now() - modifiedAtMs > SETTLED_AFTER_MS ? modifiedAtMs : Number.NaN);
    return content;
  }

  /** NaN for a time that says nothing: the directory is read again, in pieces. */
  #keep(path: string, content: DirectoryContent, modifiedAtMs: number): void {
    this.#memory.bigDirectories.set(path, { ...content, modifiedAtMs });
  }
}
