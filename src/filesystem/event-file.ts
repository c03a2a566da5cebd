/** An open event file: frozen at its size, its bytes synthesized block by block as they are read. @module */

import { type ByteRange, clampRange, LogdirError, rangeLength } from '../core/index.ts';
import type { RunLog } from '../history/index.ts';
import type { EncodedBlocks } from './encoded-blocks.ts';
import type { FileNode, OpenFile, ReadOptions } from './tree.ts';

/**
 * Ranges longer than this go past the block cache: somebody reads the file from end to end, as TensorBoard does
 * once, and will not ask again. Below it, a range is a few blocks, encoded in one go in about a millisecond.
 */
const CACHED_RANGE_BYTES = 384 * 1024;
/** A peek over several blocks copies; beyond this a read in pieces is the better way. */
const PEEK_COPY_BYTES = 1024 * 1024;

export class EventFile implements OpenFile {
  readonly node: FileNode;
  readonly mayGrow: boolean;
  readonly #log: RunLog;
  readonly #blocks: EncodedBlocks;

  constructor(node: FileNode, mayGrow: boolean, log: RunLog, blocks: EncodedBlocks) {
    this.node = node;
    this.mayGrow = mayGrow;
    this.#log = log;
    this.#blocks = blocks;
  }

  peek(wanted: ByteRange): Uint8Array | undefined {
    const range = clampRange(wanted, this.node.size);
    const length = rangeLength(range);
    if (length === 0) return new Uint8Array(0);
    if (length > PEEK_COPY_BYTES) return undefined;
    const { ledger } = this.#log;
    const first = ledger.blockAt(range.start);
    const firstBytes = this.#blocks.peek(this.#log, first);
    if (firstBytes === undefined) return undefined;
    const offset = range.start - ledger.block(first).eventsAt;
    if (offset + length <= firstBytes.length) return firstBytes.subarray(offset, offset + length);
    return this.#peekAcross(first, range);
  }

  #peekAcross(first: number, range: ByteRange): Uint8Array | undefined {
    const joined = new Uint8Array(rangeLength(range));
    for (let index = first, filled = 0; filled < joined.length; index++) {
      const bytes = this.#blocks.peek(this.#log, index);
      if (bytes === undefined) return undefined;
      const part = this.#within(index, bytes, range);
      joined.set(part, filled);
      filled += part.length;
    }
    return joined;
  }

  async *read(wanted: ByteRange, options: ReadOptions): AsyncIterable<Uint8Array> {
    const range = clampRange(wanted, this.node.size);
    if (rangeLength(range) === 0) return;
    const { ledger } = this.#log;
    const end = ledger.blockAt(range.end - 1) + 1;
    let index = ledger.blockAt(range.start);
    const blocks = rangeLength(range) <= CACHED_RANGE_BYTES ? this.#keep(index, end) : undefined;
    for await (const bytes of blocks ?? this.#blocks.stream(this.#log, index, end, options)) {
      options.signal.throwIfAborted();
      const part = this.#within(index++, bytes, range);
      if (part.length > 0) yield part;
    }
  }

  async *#keep(first: number, end: number): AsyncGenerator<Uint8Array> {
    yield* await this.#blocks.read(this.#log, first, end - first);
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  /** The part of a block's bytes that lies in a range of the file. */
  #within(index: number, bytes: Uint8Array, range: ByteRange): Uint8Array {
    const { eventsAt } = this.#log.ledger.block(index);
    return bytes.subarray(Math.max(0, range.start - eventsAt), Math.max(0, range.end - eventsAt));
  }
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
