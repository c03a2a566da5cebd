/** A small file whose bytes are in memory. @module */

import { type ByteRange, clampRange, LogdirError } from '../core/index.ts';
import type { FileNode, OpenFile } from './tree.ts';

/** The most that is given at once, as the port says. */
const PIECE_BYTES = 1024 * 1024;

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

  read(range: ByteRange): Uint8Array | AsyncIterable<Uint8Array> {
    const { start, end } = clampRange(range, this.#bytes.length);
    const bytes = this.#bytes.subarray(start, end);
    return bytes.length <= PIECE_BYTES ? bytes : pieces(bytes);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}
