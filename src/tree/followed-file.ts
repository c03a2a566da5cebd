/**
 * A file that somebody keeps open: followed as it grows, and read in spite of trouble that passes. An event file keeps
 * what was read of it and gets longer; other files stay as they were when opened. @module
 */

import {
  type ByteRange,
  type Clock,
  clampRange,
  type ErrorCode,
  LogdirError,
  type MaybePromise,
  systemClock,
  toLogdirError,
} from '../core/index.ts';
import type { FileNode, LogdirTree, OpenFile, ReadOptions, TreeOptions } from './tree.ts';

/** Trouble with a source that may be over at the next try. Anything else is final. */
const PASSING: ReadonlySet<ErrorCode> = new Set(['unavailable', 'rate-limited', 'exhausted']);
const RETRY_INTERVAL_MS = 100;

export interface FollowedFileOptions {
  readonly tree: Pick<LogdirTree, 'open'>;
  readonly path: string;
  /** How long trouble is waited out: bytes that are known to be there may have to be fetched again. */
  readonly retryForMs: number;
  readonly clock?: Clock;
}

export class FollowedFile {
  readonly #options: FollowedFileOptions;
  readonly #clock: Clock;
  #file: OpenFile;

  constructor(file: OpenFile, options: FollowedFileOptions) {
    this.#file = file;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** The file as it was last seen, frozen. */
  get current(): OpenFile {
    return this.#file;
  }

  get node(): FileNode {
    return this.#file.node;
  }

  /** Whether it stays as it was when opened. */
  get isFrozen(): boolean {
    return !this.node.isAppendOnly;
  }

  /**
   * The part of a range that lies within the file. One that reaches past the end of an event file has it brought up to
   * date first; when that fails, there is what there was.
   */
  reach(range: ByteRange, options: TreeOptions): MaybePromise<ByteRange> {
    if (range.end <= this.node.size || this.isFrozen) return clampRange(range, this.node.size);
    const newest = this.#options.tree.open(this.#options.path, options);
    if (newest instanceof Promise) return this.#reachLater(newest, range);
    this.#file = newest;
    return clampRange(range, this.node.size);
  }

  async #reachLater(opening: Promise<OpenFile>, range: ByteRange): Promise<ByteRange> {
    const newest = await opening.catch(() => undefined);
    if (newest !== undefined && newest.node.size >= this.node.size) this.#file = newest;
    return clampRange(range, this.node.size);
  }

  /**
   * Bytes of a range within the file, in order: trouble that passes is waited out, and reading goes on where it
   * stopped. @throws LogdirError as the tree does, for trouble that is final or lasts longer.
   */
  async *read({ start, end }: ByteRange, options: ReadOptions): AsyncGenerator<Uint8Array> {
    const until = this.#clock.monotonic() + this.#options.retryForMs;
    for (let at = start; at < end; ) {
      const before = at;
      try {
        const bytes = this.#file.read({ start: at, end }, options);
        if (bytes instanceof Uint8Array) {
          yield bytes;
          return;
        }
        for await (const piece of bytes) {
          at += piece.length;
          yield piece;
        }
        if (at === before) throw new LogdirError('internal', `${this.#options.path} ended before its size`);
      } catch (error) {
        const trouble = toLogdirError(error, `read ${this.#options.path}`);
        if (!PASSING.has(trouble.code) || this.#clock.monotonic() > until) throw trouble;
        await this.#clock.wait(RETRY_INTERVAL_MS, options);
      }
    }
  }

  /** Fills `target` with the bytes of a range within the file, of its length. Rejects as `read` does. */
  async fill(
    target: Uint8Array,
    range: ByteRange,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<void> {
    let filled = 0;
    for await (const piece of this.read(range, { signal, transient: true })) {
      target.set(piece, filled);
      filled += piece.length;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file[Symbol.asyncDispose]();
  }
}
