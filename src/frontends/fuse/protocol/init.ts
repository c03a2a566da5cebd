/** The first exchange on a connection: which protocol is spoken, and what this side can do. Pure. @module */

import { ERRNO } from './errno.ts';
import { emptyReply, errorReply, REPLY_HEADER_BYTES } from './reply.ts';
import type { FuseOperation } from './request.ts';

/** What the kernel offers when it opens a connection. */
export type InitOffer = Extract<FuseOperation, { kind: 'init' }>;

const MAJOR = 7;
/** 7.23 (Linux 3.15) made this exchange what it is; our answers are those of 7.31 (Linux 5.4). */
const MIN_MINOR = 23;
const MINOR = 31;

/** `FUSE_INIT` flags, of those the kernel offers, that suit files which only grow. */
const FLAGS = {
  /** Several reads of one file at a time. */
  asyncRead: 1 << 0,
  /** A changed size or time drops the file's cached pages: the last page of a file that grew is not full. */
  autoInvalData: 1 << 12,
  readdirplus: 1 << 13,
  /** READDIRPLUS where the program stats what it lists, READDIR elsewhere. */
  readdirplusAuto: 1 << 14,
  asyncDirectIo: 1 << 15,
  parallelDirectoryOperations: 1 << 18,
  maxPages: 1 << 22,
} as const;

/** Pages per request: 1 MiB of 4 KiB pages, the most that Linux takes. */
const MAX_PAGES = 256;
/** Nothing is written; the least the kernel allows keeps the buffer that requests are read into small. */
const MAX_WRITE_BYTES = 4096;
/** Requests the kernel keeps under way on its own account (readahead), and when it starts to hold back: its own defaults. */
const MAX_BACKGROUND = 12;
const CONGESTION_THRESHOLD = 9;

/** The answer to the kernel's offer; `EPROTO` when there is no version both speak. */
export function initReply(unique: number, offer: InitOffer): Buffer {
  if (offer.major !== MAJOR || offer.minor < MIN_MINOR) return errorReply(unique, ERRNO.EPROTO);
  const wanted = Object.values(FLAGS).reduce((flags, flag) => flags | flag, 0);
  const reply = emptyReply(unique, 64);
  let at = REPLY_HEADER_BYTES;
  at = reply.writeUInt32LE(MAJOR, at);
  at = reply.writeUInt32LE(Math.min(MINOR, offer.minor), at);
  at = reply.writeUInt32LE(offer.maxReadahead, at);
  at = reply.writeUInt32LE((wanted & offer.flags) >>> 0, at);
  at = reply.writeUInt16LE(MAX_BACKGROUND, at);
  at = reply.writeUInt16LE(CONGESTION_THRESHOLD, at);
  at = reply.writeUInt32LE(MAX_WRITE_BYTES, at);
  // Granularity of times, in nanoseconds: the tree's own are milliseconds.
  at = reply.writeUInt32LE(1_000_000, at);
  reply.writeUInt16LE(MAX_PAGES, at);
  return reply;
}
