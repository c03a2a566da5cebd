/** A LogdirTree over names and bytes in memory, honest to its port; files may grow. @module */

import { createHash } from 'node:crypto';
import { clampRange, LogdirError, type MaybePromise, rangeLength } from '../../src/core/index.ts';
import type { FileNode, LogdirNode, LogdirTree, OpenFile, TreeOptions } from '../../src/tree/index.ts';

/** Path → bytes. Directories are those that files lie in. */
export type MemoryFiles = Map<string, Uint8Array>;

/** What was asked of the tree, for tests of who asks how. */
export interface TreeCall {
  readonly method: 'stat' | 'list' | 'open';
  readonly path: string;
  readonly freshness?: TreeOptions['freshness'];
}

export interface MemoryTreeOptions {
  /** Bytes per piece of `read`. */
  readonly pieceBytes?: number;
  /** Whether what is not asked for `complete` is answered at once. Default true. */
  readonly isWarm?: boolean;
  /** Default false. */
  readonly mayGrow?: boolean;
  readonly mtimeMs?: number;
  readonly contentType?: string;
}

/** As much as the port lets a tree give at once. */
const AT_ONCE_BYTES = 1024 * 1024;
const DEFAULT_MTIME_MS = Date.UTC(2026, 0, 2, 3, 4, 5);

export class MemoryTree implements LogdirTree {
  readonly #growthListeners = new Set<(path: string) => void>();
  readonly files: MemoryFiles;
  readonly calls: TreeCall[] = [];
  /** Pieces handed out, over all reads. */
  piecesRead = 0;
  /** Reads begun and not yet ended. */
  openReads = 0;
  readonly #options: Required<MemoryTreeOptions>;

  constructor(files: Record<string, Uint8Array | string>, options: MemoryTreeOptions = {}) {
    const encoder = new TextEncoder();
    this.files = new Map(
      Object.entries(files).map(([path, body]) => [
        path,
        typeof body === 'string' ? encoder.encode(body) : body,
      ]),
    );
    this.#options = {
      pieceBytes: 65_536,
      isWarm: true,
      mayGrow: false,
      mtimeMs: DEFAULT_MTIME_MS,
      contentType: 'application/octet-stream',
      ...options,
    };
  }

  stat(path: string, options: TreeOptions): MaybePromise<LogdirNode> {
    return this.#answer('stat', path, options, () => this.#node(path));
  }

  /** Replaces the bytes of a file by more, and tells whoever watches. */
  grow(path: string, bytes: Uint8Array): void {
    this.files.set(path, bytes);
    for (const listener of this.#growthListeners) listener(path);
  }

  watchGrowth(onGrowth: (path: string) => void): Disposable {
    this.#growthListeners.add(onGrowth);
    return { [Symbol.dispose]: () => void this.#growthListeners.delete(onGrowth) };
  }

  async list(path: string, { signal }: { readonly signal: AbortSignal }): Promise<readonly LogdirNode[]> {
    signal.throwIfAborted();
    this.calls.push({ method: 'list', path });
    if (this.#node(path).kind === 'file') throw new LogdirError('invalid-argument', `${path} is a file`);
    const prefix = path === '' ? '' : `${path}/`;
    const names = new Set<string>();
    for (const file of this.files.keys()) {
      if (file.startsWith(prefix)) names.add(file.slice(prefix.length).split('/')[0] ?? '');
    }
    return [...names].sort().map((name) => this.#node(prefix + name));
  }

  open(path: string, options: TreeOptions): MaybePromise<OpenFile> {
    return this.#answer('open', path, options, () => this.#open(path));
  }

  #answer<T>(
    method: 'stat' | 'open',
    path: string,
    { signal, freshness }: TreeOptions,
    make: () => T,
  ): MaybePromise<T> {
    this.calls.push({ method, path, freshness });
    const later = async () => {
      signal.throwIfAborted();
      return make();
    };
    return this.#options.isWarm && freshness !== 'complete' && this.files.has(path) ? make() : later();
  }

  #open(path: string): OpenFile {
    const node = this.#node(path);
    const bytes = this.files.get(path);
    if (node.kind === 'directory' || bytes === undefined) {
      throw new LogdirError('invalid-argument', `${path} is a directory`);
    }
    return {
      node,
      mayGrow: this.#options.mayGrow,
      read: (range, { signal }) => {
        const { start, end } = clampRange(range, bytes.length);
        const isAtHand = this.#options.isWarm && rangeLength({ start, end }) <= AT_ONCE_BYTES;
        const slice = bytes.subarray(start, end);
        return isAtHand ? slice : this.#pieces(slice, signal);
      },
      [Symbol.asyncDispose]: async () => {},
    };
  }

  async *#pieces(bytes: Uint8Array, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    this.openReads++;
    try {
      for (let start = 0; start < bytes.length; start += this.#options.pieceBytes) {
        signal.throwIfAborted();
        this.piecesRead++;
        yield bytes.subarray(start, start + this.#options.pieceBytes);
      }
    } finally {
      this.openReads--;
    }
  }

  #node(path: string): LogdirNode {
    const name = path.split('/').at(-1) ?? '';
    const bytes = this.files.get(path);
    if (bytes !== undefined) return this.#fileNode(name, bytes);
    const prefix = `${path}/`;
    if (path === '' || [...this.files.keys()].some((file) => file.startsWith(prefix))) {
      return { kind: 'directory', name, mtimeMs: this.#options.mtimeMs };
    }
    throw new LogdirError('not-found', `no such file or directory: ${path}`);
  }

  #fileNode(name: string, bytes: Uint8Array): FileNode {
    const { mtimeMs, contentType } = this.#options;
    const etag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}"`;
    const isAppendOnly = name.includes('tfevents');
    return { kind: 'file', name, mtimeMs, size: bytes.length, isAppendOnly, etag, contentType };
  }
}
