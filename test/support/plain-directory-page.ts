/** An answer of READDIR or READDIRPLUS made entry by entry, as the kernel's structures say: what prepared ones are held against. @module */

import type { DirectoryItem, Entry } from '../../src/frontends/fuse/protocol/index.ts';

const KIND = { directory: 4, file: 8 } as const;

/** Entries from `first` on, as many as fit; of `.` and `..` nothing is known. */
export function plainDirectoryPage(
  items: readonly (DirectoryItem & { readonly entry: Entry | null })[],
  { first, size, isPlus }: { readonly first: number; readonly size: number; readonly isPlus: boolean },
): Buffer {
  const page: Buffer[] = [];
  let used = 0;
  for (const [i, item] of items.entries()) {
    if (i < first) continue;
    const told = isPlus ? Buffer.concat([entryOut(item.entry), dirent(item, i + 1)]) : dirent(item, i + 1);
    if (used + told.length > size) break;
    used += told.length;
    page.push(told);
  }
  return Buffer.concat(page);
}

/** `fuse_dirent`, to the next multiple of eight bytes. */
function dirent({ name, kind, inode }: DirectoryItem, next: number): Buffer {
  const bytes = Buffer.from(name);
  const out = Buffer.alloc(Math.ceil((24 + bytes.length) / 8) * 8);
  out.writeBigUInt64LE(BigInt(inode), 0);
  out.writeBigUInt64LE(BigInt(next), 8);
  out.writeUInt32LE(bytes.length, 16);
  out.writeUInt32LE(KIND[kind], 20);
  bytes.copy(out, 24);
  return out;
}

/** `fuse_entry_out`. */
function entryOut(entry: Entry | null): Buffer {
  const out = Buffer.alloc(128);
  if (entry === null) return out;
  const { inode, mode, size, mtimeMs, uid, gid } = entry.attributes;
  out.writeBigUInt64LE(BigInt(inode), 0);
  out.writeBigUInt64LE(BigInt(Math.floor(entry.nameValidMs / 1000)), 16);
  out.writeBigUInt64LE(BigInt(Math.floor(entry.validMs / 1000)), 24);
  out.writeUInt32LE((entry.nameValidMs % 1000) * 1e6, 32);
  out.writeUInt32LE((entry.validMs % 1000) * 1e6, 36);
  out.writeBigUInt64LE(BigInt(inode), 40);
  out.writeBigUInt64LE(BigInt(size), 48);
  out.writeBigUInt64LE(BigInt(Math.ceil(size / 512)), 56);
  for (const at of [64, 72, 80]) out.writeBigInt64LE(BigInt(Math.floor(mtimeMs / 1000)), at);
  for (const at of [88, 92, 96]) out.writeUInt32LE((mtimeMs - Math.floor(mtimeMs / 1000) * 1000) * 1e6, at);
  for (const [i, word] of [mode, 1, uid, gid, 0, 128 * 1024, 0].entries())
    out.writeUInt32LE(word, 100 + 4 * i);
  return out;
}
