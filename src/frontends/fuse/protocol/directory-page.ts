/** One answer of READDIR or READDIRPLUS: as many entries as fit into the size the kernel gives. Pure. @module */

import {
  dataReplyHeader,
  ENTRY_BYTES,
  type Entry,
  REPLY_HEADER_BYTES,
  writeEntry,
  writeU64,
} from './reply.ts';

/** `fuse_dirent` before its name: inode, offset of the next entry, length of the name, kind. */
const DIRENT_BYTES = 24;

/** The kind of an entry as `d_type` has it: the file type bits of a mode, moved down. */
const KIND = { directory: 4, file: 8 } as const;

export interface DirectoryItem {
  readonly name: string;
  readonly kind: keyof typeof KIND;
  readonly inode: number;
}

export class DirectoryPage {
  readonly #bytes: Buffer;
  readonly #isPlus: boolean;
  #used = REPLY_HEADER_BYTES;

  /** `size`: most bytes of entries. */
  constructor(size: number, isPlus: boolean) {
    this.#bytes = Buffer.allocUnsafe(REPLY_HEADER_BYTES + size);
    this.#isPlus = isPlus;
  }

  /**
   * Adds an entry, or says that it does not fit. `nextOffset` is where the kernel goes on after it. `entry` is
   * asked for once the entry is sure to be told; null tells a name without making it known, as `.` and `..`.
   */
  add(item: DirectoryItem, nextOffset: number, entry: () => Entry | null): boolean {
    const nameBytes = Buffer.byteLength(item.name);
    const head = this.#isPlus ? ENTRY_BYTES : 0;
    const length = padded(head + DIRENT_BYTES + nameBytes);
    if (this.#used + length > this.#bytes.length) return false;
    const bytes = this.#bytes;
    const start = this.#used;
    if (this.#isPlus) {
      const known = entry();
      if (known === null) bytes.fill(0, start, start + ENTRY_BYTES);
      else writeEntry(bytes, start, known);
    }
    const at = start + head;
    writeU64(bytes, at, item.inode);
    writeU64(bytes, at + 8, nextOffset);
    bytes.writeUInt32LE(nameBytes, at + 16);
    bytes.writeUInt32LE(KIND[item.kind], at + 20);
    bytes.write(item.name, at + DIRENT_BYTES, nameBytes, 'utf8');
    bytes.fill(0, at + DIRENT_BYTES + nameBytes, start + length);
    this.#used += length;
    return true;
  }

  reply(unique: number): Buffer {
    const reply = this.#bytes.subarray(0, this.#used);
    dataReplyHeader(unique, this.#used - REPLY_HEADER_BYTES).copy(reply);
    return reply;
  }
}

/** Entries start at multiples of eight bytes. */
function padded(bytes: number): number {
  return (bytes + 7) & ~7;
}
