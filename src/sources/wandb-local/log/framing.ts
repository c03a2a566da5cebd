/**
 * Takes the records out of a `.wandb` log: LevelDB log framing with W&B's variations, without I/O.
 *
 *     file   = header(7) block*            header = ":W&B" e1 be 00
 *     block  = chunk* [fewer than 7 zero bytes]     32 KiB, counted from `origin`
 *     chunk  = crc(u32le) length(u16le) type(u8) payload
 *
 * Blocks are counted from the start of the file; wandb-core before 0.17.6 counted them from the end of the
 * header. Source: github.com/wandb/wandb core/pkg/leveldb/record.go. @module
 */

import {
  CHUNK_HEADER_BYTES,
  checkStretch,
  chunkLength,
  chunkType,
  FIRST,
  FULL,
  isSound,
  LAST,
} from './chunk.ts';

export const LOG_HEADER = Uint8Array.of(0x3a, 0x57, 0x26, 0x42, 0xe1, 0xbe, 0x00);
export const BLOCK_BYTES = 32_768;
/** No record W&B writes comes near; a longer one is damage that would otherwise fill memory. */
export const MAX_RECORD_BYTES = 256 * 1024 * 1024;
/** A window of this size always lets the framer move on: a block, the header before it, and the other origin's shift. */
export const MIN_WINDOW_BYTES = 2 * BLOCK_BYTES;

/** Where blocks are counted from: 0, or 7 in logs of wandb-core before 0.17.6. */
export type BlockOrigin = 0 | 7;

const EMPTY = new Uint8Array(0);

/** Chunks that follow one another in a window, `[start, end)` of its bytes, whose checksums are known to hold. */
export interface SoundChunks {
  readonly window: Uint8Array;
  /** File offset of the window. */
  readonly offset: number;
  readonly start: number;
  readonly end: number;
}

type Verdict = 'chunk' | 'more' | 'damaged';

/**
 * Walks over a log through windows of consecutive bytes. After `next()` said true, the record is
 * `payload[payloadStart, payloadEnd)`; it stays valid until the window is overwritten. Never throws, always
 * moves forward.
 */
export class LogFramer {
  payload: Uint8Array = EMPTY;
  payloadStart = 0;
  payloadEnd = 0;
  /** File offset after everything consumed so far. */
  position: number;
  origin: BlockOrigin;
  /** `next()` does not go past this file offset, if it is a place reading may resume at. */
  limit = Number.POSITIVE_INFINITY;
  /** Damaged bytes passed over since construction. */
  skippedBytes = 0;

  #window: Uint8Array = EMPTY;
  #windowOffset = 0;
  #carry: Uint8Array | null = null;
  #carryLength = 0;
  #recordStart = 0;
  #chunkStart = 0;
  #chunkEnd = 0;
  /** File offsets of a stretch of chunks whose checksums are known to hold. */
  #soundFrom = 0;
  #soundTo = 0;
  /** File offset after a stretch of chunks some of which are damaged. */
  #doubtfulTo = 0;

  readonly #checkStretch: typeof checkStretch;

  constructor(position: number, origin: BlockOrigin, check = checkStretch) {
    this.position = position;
    this.origin = origin;
    this.#checkStretch = check;
  }

  /** Where reading must resume: after the last whole record, or after damage that is wholly there. */
  get resumeAt(): number {
    return this.#carry === null ? this.position : this.#recordStart;
  }

  /** Whether the record was put together of pieces, and so lies outside the window. */
  get isAssembled(): boolean {
    return this.payload !== this.#window;
  }

  /** Bytes held of a record that is not complete yet. */
  get carriedBytes(): number {
    return this.#carryLength;
  }

  /** Gives bytes [windowOffset, windowOffset + window.length) of the file; they must include `position` or end there. */
  attach(window: Uint8Array, windowOffset: number): void {
    this.#window = window;
    this.#windowOffset = windowOffset;
  }

  /** Moves to the next record; false when the bytes from `position` on do not hold one (yet). */
  next(): boolean {
    while (this.position < this.limit) {
      const verdict = this.#examine(this.position, this.origin);
      if (verdict === 'chunk') {
        if (this.#take()) return true;
      } else if (!this.#switchOrigin() && !(verdict === 'damaged' && this.#skipBlock())) return false;
    }
    return false;
  }

  /** The sound chunks that the next records begin with; null where `next` has to look for them. */
  soundChunks(): SoundChunks | null {
    if (this.#carry !== null || this.position >= this.limit) return null;
    if (this.#examine(this.position, this.origin) !== 'chunk') return null;
    const start = this.#chunkStart - CHUNK_HEADER_BYTES;
    const end = this.#soundTo - this.#windowOffset;
    const isSound = start >= this.#soundFrom - this.#windowOffset && start < end;
    return isSound ? { window: this.#window, offset: this.#windowOffset, start, end } : null;
  }

  /** Goes on behind whole records that were taken out of the window up to an offset in it. */
  passTo(offset: number): void {
    this.position = this.#windowOffset + offset;
  }

  /** Goes on behind records that somebody else has taken, at a file offset beyond the window. Not within a record. */
  goOnAt(position: number, origin: BlockOrigin): void {
    this.position = position;
    this.origin = origin;
  }

  /** Judges the chunk at a file offset and leaves its payload bounds in #chunkStart and #chunkEnd. */
  #examine(at: number, origin: BlockOrigin): Verdict {
    if (at >= this.#soundFrom && at < this.#soundTo) return this.#accept(at - this.#windowOffset);
    const window = this.#window;
    let left = blockLeft(at, origin);
    let start = at - this.#windowOffset;
    if (left < CHUNK_HEADER_BYTES) {
      start += left;
      left = BLOCK_BYTES;
    }
    if (start + CHUNK_HEADER_BYTES > window.length) return 'more';
    const type = chunkType(window, start);
    const end = start + CHUNK_HEADER_BYTES + chunkLength(window, start);
    if (type < FULL || type > LAST || end > start + left) return 'damaged';
    if (end > window.length) return 'more';
    if (!this.#holds(start, end, start + left)) return 'damaged';
    return this.#accept(start);
  }

  #accept(start: number): 'chunk' {
    this.#chunkStart = start + CHUNK_HEADER_BYTES;
    this.#chunkEnd = this.#chunkStart + chunkLength(this.#window, start);
    return 'chunk';
  }

  /** Whether the checksum of the chunk `[start, end)` holds; looks ahead, to the end of the block or beyond, to check many at once. */
  #holds(start: number, end: number, blockEnd: number): boolean {
    const offset = this.#windowOffset;
    if (offset + start >= this.#doubtfulTo) {
      const stretch = this.#checkStretch(this.#window, start, blockEnd);
      if (stretch > 0) {
        this.#soundFrom = offset + start;
        this.#soundTo = offset + stretch;
        return true;
      }
      this.#doubtfulTo = offset - stretch;
    }
    return isSound(this.#window, start, end);
  }

  /** Consumes the examined chunk; true when it completes a record. */
  #take(): boolean {
    const type = this.#window[this.#chunkStart - 1]!;
    const end = this.#windowOffset + this.#chunkEnd;
    if (type <= FIRST) {
      this.#dropCarry(this.position);
      if (type === FULL) {
        this.payload = this.#window;
        this.payloadStart = this.#chunkStart;
        this.payloadEnd = this.#chunkEnd;
      } else {
        this.#recordStart = this.position;
        this.#carry = EMPTY;
        this.#extendCarry();
      }
    } else if (this.#carry === null) this.skippedBytes += end - this.position;
    else if (this.#carryLength + this.#chunkEnd - this.#chunkStart > MAX_RECORD_BYTES) this.#dropCarry(end);
    else {
      this.#extendCarry();
      if (type === LAST) {
        this.position = end;
        return this.#completeCarry();
      }
    }
    this.position = end;
    return type === FULL;
  }

  #completeCarry(): true {
    this.payload = this.#carry!;
    this.payloadStart = 0;
    this.payloadEnd = this.#carryLength;
    this.#carry = null;
    this.#carryLength = 0;
    return true;
  }

  #extendCarry(): void {
    const length = this.#chunkEnd - this.#chunkStart;
    const needed = this.#carryLength + length;
    let carry = this.#carry!;
    if (needed > carry.length) {
      const grown = pooledBytes(Math.max(2 * needed, 1024));
      grown.set(carry.subarray(0, this.#carryLength));
      carry = grown;
    }
    carry.set(this.#window.subarray(this.#chunkStart, this.#chunkEnd), this.#carryLength);
    this.#carry = carry;
    this.#carryLength = needed;
  }

  /** Gives up a record that was begun; its bytes up to `end` count as damaged. */
  #dropCarry(end: number): void {
    if (this.#carry === null) return;
    this.skippedBytes += end - this.#recordStart;
    this.#carry = null;
    this.#carryLength = 0;
  }

  /** Takes up the other block origin if that makes a sound chunk of what lies here; its checksum is the proof. */
  #switchOrigin(): boolean {
    const at = this.position;
    const other: BlockOrigin = this.origin === 0 ? 7 : 0;
    if (this.#examine(at, other) !== 'chunk') {
      // After a skipped block the other origin's next block begins a little later.
      const atEdge = other === 7 && blockLeft(at, 0) === BLOCK_BYTES;
      if (!atEdge || this.#examine(at + 7, other) !== 'chunk') return false;
      this.#skipTo(at + 7);
    }
    this.origin = other;
    return true;
  }

  /**
   * Goes on at the next block after damage; false while the block, and what the other origin would count to it,
   * is not wholly there, so that the outcome does not depend on when one looks.
   */
  #skipBlock(): boolean {
    const left = blockLeft(this.position, this.origin);
    const blockEnd = this.position + (left < CHUNK_HEADER_BYTES ? left + BLOCK_BYTES : left);
    if (blockEnd + CHUNK_HEADER_BYTES > this.#windowOffset + this.#window.length) return false;
    this.#skipTo(blockEnd);
    return true;
  }

  #skipTo(offset: number): void {
    if (this.#carry === null) this.skippedBytes += offset - this.position;
    else this.#dropCarry(offset);
    this.position = offset;
  }
}

/** Room for a record that spans blocks, from Node's pool if it is small: there is one in every block. */
function pooledBytes(length: number): Uint8Array {
  const { buffer, byteOffset } = Buffer.allocUnsafe(length);
  return new Uint8Array(buffer, byteOffset, length);
}

/** Bytes from a file offset to the end of its block: 1 to BLOCK_BYTES. */
function blockLeft(at: number, origin: BlockOrigin): number {
  return BLOCK_BYTES - ((at - origin) % BLOCK_BYTES);
}
