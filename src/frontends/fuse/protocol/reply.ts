/**
 * Answers to the kernel, as bytes. Pure. Every answer is
 *
 *     u32 length | i32 -errno | u64 unique | body
 *
 * Bodies are the `fuse_*_out` structures of Linux's include/uapi/linux/fuse.h; an error has none. @module
 */

import type { Errno } from './errno.ts';

export const REPLY_HEADER_BYTES = 16;
const ATTRIBUTES_BYTES = 88;
export const ENTRY_BYTES = 40 + ATTRIBUTES_BYTES;
/** Statistics and sizes are told in blocks of this many bytes, whatever the page cache uses (stat(2)). */
const BLOCK_BYTES = 512;
/** What `cp` and `cat` take as the size of a good read. */
const PREFERRED_READ_BYTES = 128 * 1024;
/** Names are one path component. */
export const MAX_NAME_BYTES = 255;
const PAGE_BYTES = 4096;

/** What stat(2) tells of a file or directory. */
export interface Attributes {
  readonly inode: number;
  /** Kind and permissions, as in `st_mode`. */
  readonly mode: number;
  /** Bytes. */
  readonly size: number;
  /** Unix milliseconds. */
  readonly mtimeMs: number;
  readonly uid: number;
  readonly gid: number;
}

/** Attributes, and for how long the kernel may answer from them without asking. */
export interface TimedAttributes {
  readonly attributes: Attributes;
  readonly validMs: number;
}

/** A name that was looked up. */
export interface Entry extends TimedAttributes {
  /** For how long the name may be taken to lead here. */
  readonly nameValidMs: number;
}

/** How an open file is read: `FOPEN_*`. */
export const OPEN_FLAG = {
  /** Past the page cache: every read comes to us, whatever size the kernel knows. */
  directIo: 1 << 0,
  /** What is cached of the file from earlier holds. */
  keepCache: 1 << 1,
  /** Nothing to flush on close. */
  noFlush: 1 << 5,
} as const;

/** An answer of a body of `bodyBytes` zeros, to be filled in. */
export function emptyReply(unique: number, bodyBytes: number): Buffer {
  const reply = Buffer.alloc(REPLY_HEADER_BYTES + bodyBytes);
  writeHeader(reply, unique, reply.length, 0);
  return reply;
}

export function errorReply(unique: number, errno: Errno): Buffer {
  const reply = Buffer.allocUnsafe(REPLY_HEADER_BYTES);
  writeHeader(reply, unique, reply.length, errno);
  return reply;
}

/** The same with a body of any content, every byte of which is written afterwards. */
function unfilledReply(unique: number, bodyBytes: number): Buffer {
  const reply = Buffer.allocUnsafe(REPLY_HEADER_BYTES + bodyBytes);
  writeHeader(reply, unique, reply.length, 0);
  return reply;
}

/** The header of an answer whose body, of `bodyBytes`, is written right after it. */
export function dataReplyHeader(unique: number, bodyBytes: number): Buffer {
  const header = Buffer.allocUnsafe(REPLY_HEADER_BYTES);
  writeHeader(header, unique, REPLY_HEADER_BYTES + bodyBytes, 0);
  return header;
}

/** A whole answer with these bytes, put together in `message`, which has room for it. */
export function dataReply(message: Buffer, unique: number, bytes: Uint8Array): Uint8Array {
  const length = REPLY_HEADER_BYTES + bytes.length;
  writeHeader(message, unique, length, 0);
  message.set(bytes, REPLY_HEADER_BYTES);
  return message.subarray(0, length);
}

export function entryReply(unique: number, entry: Entry): Buffer {
  const reply = unfilledReply(unique, ENTRY_BYTES);
  writeEntry(reply, REPLY_HEADER_BYTES, entry);
  return reply;
}

export function attributesReply(unique: number, { attributes, validMs }: TimedAttributes): Buffer {
  const reply = unfilledReply(unique, 16 + ATTRIBUTES_BYTES);
  writeDuration(reply, REPLY_HEADER_BYTES, REPLY_HEADER_BYTES + 8, validMs);
  writeU32(reply, REPLY_HEADER_BYTES + 12, 0);
  writeAttributes(reply, REPLY_HEADER_BYTES + 16, attributes);
  return reply;
}

/** `flags`: a sum of `OPEN_FLAG`. */
export function openReply(unique: number, handle: number, flags: number): Buffer {
  const reply = emptyReply(unique, 16);
  writeU64(reply, REPLY_HEADER_BYTES, handle);
  reply.writeUInt32LE(flags, REPLY_HEADER_BYTES + 8);
  return reply;
}

export function lseekReply(unique: number, offset: number): Buffer {
  const reply = emptyReply(unique, 8);
  writeU64(reply, REPLY_HEADER_BYTES, offset);
  return reply;
}

/** A tree takes no space of its own and has none to give: all counts are 0. */
export function statfsReply(unique: number): Buffer {
  const reply = emptyReply(unique, 80);
  reply.writeUInt32LE(PAGE_BYTES, REPLY_HEADER_BYTES + 40);
  reply.writeUInt32LE(MAX_NAME_BYTES, REPLY_HEADER_BYTES + 44);
  reply.writeUInt32LE(PAGE_BYTES, REPLY_HEADER_BYTES + 48);
  return reply;
}

/** `STATX_BASIC_STATS`: all that stat(2) tells; when a file was born the tree does not know. */
const STATX_BASIC = 0x7ff;

/** `fuse_statx_out`: asked by Linux 6.6 and later for programs that want more than stat(2) tells. */
export function statxReply(unique: number, { attributes, validMs }: TimedAttributes): Buffer {
  const reply = emptyReply(unique, 32 + 256);
  writeDuration(reply, REPLY_HEADER_BYTES, REPLY_HEADER_BYTES + 8, validMs);
  const at = REPLY_HEADER_BYTES + 32;
  const { inode, mode, size, mtimeMs, uid, gid } = attributes;
  reply.writeUInt32LE(STATX_BASIC, at);
  reply.writeUInt32LE(PREFERRED_READ_BYTES, at + 4);
  reply.writeUInt32LE(1, at + 16); // Links.
  reply.writeUInt32LE(uid, at + 20);
  reply.writeUInt32LE(gid, at + 24);
  reply.writeUInt16LE(mode, at + 28);
  writeU64(reply, at + 32, inode);
  writeU64(reply, at + 40, size);
  writeU64(reply, at + 48, Math.ceil(size / BLOCK_BYTES));
  // Accessed at 64, born at 80 (left out), changed at 96, modified at 112.
  for (const timeAt of [64, 96, 112]) writeTime(reply, at + timeAt, at + timeAt + 8, mtimeMs);
  return reply;
}

/** `fuse_entry_out`. */
export function writeEntry(bytes: Uint8Array, at: number, entry: Entry): void {
  writeU64(bytes, at, entry.attributes.inode);
  writeU64(bytes, at + 8, 0); // Generation: an inode number never stands for another node.
  writeDuration(bytes, at + 16, at + 32, entry.nameValidMs);
  writeDuration(bytes, at + 24, at + 36, entry.validMs);
  writeAttributes(bytes, at + 40, entry.attributes);
}

/** `fuse_attr`. One link each, directories too: `find` then knows that links do not count subdirectories. */
function writeAttributes(bytes: Uint8Array, at: number, attributes: Attributes): void {
  const { inode, mode, size, mtimeMs, uid, gid } = attributes;
  writeU64(bytes, at, inode);
  writeU64(bytes, at + 8, size);
  writeU64(bytes, at + 16, Math.ceil(size / BLOCK_BYTES));
  const seconds = Math.floor(mtimeMs / 1000);
  const nanoseconds = Math.round((mtimeMs - seconds * 1000) * 1e6);
  // Accessed, modified, changed.
  for (let i = 0; i < 3; i++) {
    writeU64(bytes, at + 24 + 8 * i, seconds);
    writeU32(bytes, at + 48 + 4 * i, nanoseconds);
  }
  writeU32(bytes, at + 60, mode);
  writeU32(bytes, at + 64, 1);
  writeU32(bytes, at + 68, uid);
  writeU32(bytes, at + 72, gid);
  writeU32(bytes, at + 76, 0);
  writeU32(bytes, at + 80, PREFERRED_READ_BYTES);
  writeU32(bytes, at + 84, 0);
}

/** Two's complement, so that times before 1970 come out right as well. */
export function writeU64(bytes: Uint8Array, at: number, value: number): void {
  writeU32(bytes, at, value >>> 0);
  writeU32(bytes, at + 4, Math.floor(value / 0x1_0000_0000) >>> 0);
}

/** Four plain stores: `Buffer.writeUInt32LE` checks its arguments, which takes longer than writing. */
export function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

function writeHeader(bytes: Uint8Array, unique: number, length: number, errno: Errno | 0): void {
  writeU32(bytes, 0, length);
  writeU32(bytes, 4, -errno);
  writeU64(bytes, 8, unique);
}

/** Seconds as u64 and nanoseconds as u32 in places of their own. */
function writeTime(bytes: Uint8Array, secondsAt: number, nanosecondsAt: number, ms: number): void {
  const seconds = Math.floor(ms / 1000);
  writeU64(bytes, secondsAt, seconds);
  writeU32(bytes, nanosecondsAt, Math.round((ms - seconds * 1000) * 1e6));
}

function writeDuration(bytes: Uint8Array, secondsAt: number, nanosecondsAt: number, ms: number): void {
  writeU64(bytes, secondsAt, Math.floor(ms / 1000));
  writeU32(bytes, nanosecondsAt, (ms % 1000) * 1_000_000);
}
