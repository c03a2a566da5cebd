/** Open files of the tree: event files, and small documents. @module */

import { type ByteRange, clampRange, LogdirError } from '../core/index.ts';
import type { EventFile } from '../eventfile/index.ts';
import type { FileNode, OpenFile, ReadOptions } from './tree.ts';

const NEVER = new AbortController().signal;

/** An event file, frozen. */
export class OpenEventFile implements OpenFile {
  readonly node: FileNode;
  readonly mayGrow: boolean;
  readonly #file: EventFile;

  constructor(node: FileNode, mayGrow: boolean, file: EventFile) {
    this.node = node;
    this.mayGrow = mayGrow;
    this.#file = file;
  }

  peek(range: ByteRange): Uint8Array | undefined {
    const read = this.#file.read(range, { signal: NEVER });
    return read instanceof Uint8Array ? read : undefined;
  }

  async *read(range: ByteRange, options: ReadOptions): AsyncIterable<Uint8Array> {
    const read = this.#file.read(range, options);
    if (!(read instanceof Uint8Array)) yield* read;
    else if (read.length > 0) yield read;
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** A small file whose bytes are in memory. */
export class MemoryFile implements OpenFile {
  readonly node: FileNode;
  readonly mayGrow = false;
  readonly #bytes: Uint8Array;

  constructor(node: FileNode, bytes: Uint8Array) {
    if (bytes.length !== node.size)
      throw new LogdirError('internal', `${node.name}: size and bytes disagree`);
    this.node = node;
    this.#bytes = bytes;
  }

  peek(range: ByteRange): Uint8Array {
    const { start, end } = clampRange(range, this.#bytes.length);
    return this.#bytes.subarray(start, end);
  }

  async *read(range: ByteRange): AsyncIterable<Uint8Array> {
    const bytes = this.peek(range);
    if (bytes.length > 0) yield bytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
