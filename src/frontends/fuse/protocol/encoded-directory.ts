/**
 * A directory's entries in the form that READDIR and READDIRPLUS tell them, one after the other. Any answer is a stretch of
 * that, whichever offset and size it is asked for with: what the kernel goes on from is a number within each entry. @module
 */

import { ENTRY_BYTES, type Entry, writeEntry, writeU32, writeU64 } from './reply.ts';

/** `fuse_dirent` before its name: inode, offset of the next entry, length of the name, kind. */
const DIRENT_BYTES = 24;

/** The kind of an entry as `d_type` has it: the file type bits of a mode, moved down. */
const KIND = { directory: 4, file: 8 } as const;

export interface DirectoryItem {
  readonly name: string;
  readonly kind: keyof typeof KIND;
  readonly inode: number;
}

/** What an entry is told with; null tells a name without making it known, as `.` and `..`. */
export type EntryAt = (index: number) => Entry | null;

export class EncodedDirectory {
  /** Where each entry begins among the plain ones, and where the last ends. */
  readonly #starts: Uint32Array;
  readonly #plain: Buffer;
  /** The same with attributes: those of the first `#attributed` entries. */
  #plus: Buffer | undefined;
  #attributed = 0;

  constructor(items: readonly DirectoryItem[]) {
    const starts = new Uint32Array(items.length + 1);
    for (let i = 0; i < items.length; i++)
      starts[i + 1] = starts[i]! + padded(DIRENT_BYTES + Buffer.byteLength(items[i]!.name));
    this.#starts = starts;
    this.#plain = Buffer.allocUnsafe(starts[items.length]!);
    for (let i = 0; i < items.length; i++)
      writeDirent(this.#plain, starts[i]!, starts[i + 1]!, items[i]!, i + 1);
  }

  /** Entries. */
  get length(): number {
    return this.#starts.length - 1;
  }

  /** The entry after the last that fits into so many bytes, of those from `first` on. */
  endWithin(first: number, bytes: number, isPlus: boolean): number {
    if (first >= this.length) return first;
    const limit = this.#start(first, isPlus) + bytes;
    let low = first;
    let high = this.length;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#start(middle, isPlus) <= limit) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The entries `[first, end)`, as READDIR tells them. */
  names(first: number, end: number): Uint8Array {
    if (first >= end) return NOTHING;
    return this.#plain.subarray(this.#starts[first], this.#starts[end]);
  }

  /** The same as READDIRPLUS tells them. Asks for what is told of an entry the first time alone. */
  entries(first: number, end: number, entryAt: EntryAt): Uint8Array {
    if (first >= end) return NOTHING;
    this.#plus ??= Buffer.allocUnsafeSlow(this.#start(this.length, true));
    while (this.#attributed < end) this.#addAttributes(this.#attributed++, entryAt);
    return this.#plus.subarray(this.#start(first, true), this.#start(end, true));
  }

  /** An entry is told with other attributes from now on. */
  refresh(index: number, entryAt: EntryAt): void {
    if (index < this.#attributed) this.#addAttributes(index, entryAt);
  }

  /** An entry has another number from now on. */
  renumber(index: number, inode: number, entryAt: EntryAt): void {
    writeU64(this.#plain, this.#starts[index]!, inode);
    this.refresh(index, entryAt);
  }

  #start(index: number, isPlus: boolean): number {
    return this.#starts[index]! + (isPlus ? index * ENTRY_BYTES : 0);
  }

  #addAttributes(index: number, entryAt: EntryAt): void {
    const plus = this.#plus!;
    const at = this.#start(index, true);
    const entry = entryAt(index);
    if (entry === null) plus.fill(0, at, at + ENTRY_BYTES);
    else writeEntry(plus, at, entry);
    this.#plain.copy(plus, at + ENTRY_BYTES, this.#starts[index], this.#starts[index + 1]);
  }
}

const NOTHING = new Uint8Array(0);

function writeDirent(
  bytes: Buffer,
  at: number,
  end: number,
  { name, kind, inode }: DirectoryItem,
  nextOffset: number,
): void {
  writeU64(bytes, at, inode);
  writeU64(bytes, at + 8, nextOffset);
  writeU32(bytes, at + 20, KIND[kind]);
  const nameBytes = writeName(bytes, at + DIRENT_BYTES, name);
  writeU32(bytes, at + 16, nameBytes);
  for (let i = at + DIRENT_BYTES + nameBytes; i < end; i++) bytes[i] = 0;
}

/** As UTF-8; gives its length in bytes. Of a short name of ASCII letters a call of `Buffer.write` is most of the cost. */
function writeName(bytes: Buffer, at: number, name: string): number {
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code >= 0x80) return bytes.write(name, at, 'utf8');
    bytes[at + i] = code;
  }
  return name.length;
}

/** Entries start at multiples of eight bytes. */
function padded(bytes: number): number {
  return (bytes + 7) & ~7;
}
