/**
 * Requests of the kernel, from bytes. Pure. Every request is
 *
 *     u32 length | u32 opcode | u64 unique | u64 node id | u32 uid | u32 gid | u32 pid | u32 extensions | body
 *
 * in the byte order of the machine, little-endian on all we run on. Bodies are the `fuse_*_in` structures of
 * Linux's include/uapi/linux/fuse.h. @module
 */

import { ERRNO, type Errno } from './errno.ts';
import { isWritingOpcode, OPCODE } from './opcodes.ts';
import { MAX_NAME_BYTES } from './reply.ts';

export const REQUEST_HEADER_BYTES = 40;
/** `FUSE_GETATTR_FH`: the request names an open file. */
const GETATTR_FH = 1;
/** `O_ACCMODE`: the bits of the open flags that say whether writing is asked for; 0 is reading alone. */
const ACCESS_MODE = 3;

/** How often the kernel forgets a node: as many lookups as it was told of. */
export interface Forget {
  readonly nodeId: number;
  readonly count: number;
}

/** What a request asks for, by `kind`. Offsets and sizes are in bytes. */
export type FuseOperation =
  | {
      readonly kind: 'init';
      readonly major: number;
      readonly minor: number;
      readonly maxReadahead: number;
      readonly flags: number;
    }
  | { readonly kind: 'lookup'; readonly name: string }
  | { readonly kind: 'forget'; readonly forgets: readonly Forget[] }
  | { readonly kind: 'getattr'; readonly handle: number | null }
  | { readonly kind: 'statx'; readonly handle: number | null }
  | { readonly kind: 'open' }
  | { readonly kind: 'read'; readonly handle: number; readonly offset: number; readonly size: number }
  | { readonly kind: 'release'; readonly handle: number }
  | { readonly kind: 'lseek'; readonly handle: number; readonly offset: number; readonly whence: number }
  | { readonly kind: 'opendir' }
  | {
      readonly kind: 'readdir';
      readonly handle: number;
      readonly offset: number;
      readonly size: number;
      /** READDIRPLUS: each entry comes with its attributes, and counts as looked up. */
      readonly isPlus: boolean;
    }
  | { readonly kind: 'releasedir'; readonly handle: number }
  | { readonly kind: 'statfs' }
  | { readonly kind: 'access'; readonly mask: number }
  | { readonly kind: 'interrupt'; readonly target: number }
  | { readonly kind: 'destroy' }
  /** Not served, and why: writing on a tree that is read-only, or something this door does not do. */
  | { readonly kind: 'refused'; readonly opcode: number; readonly errno: Errno };

export interface FuseRequest {
  /** Names the request in its answer and in interrupts. */
  readonly unique: number;
  /** What it is about. */
  readonly nodeId: number;
  /** User whose program asks; that of the mount's owner for what the kernel asks by itself. */
  readonly uid: number;
  readonly operation: FuseOperation;
}

/** A request from its frame. @throws RangeError when the frame is shorter than its operation needs. */
export function parseRequest(frame: Buffer): FuseRequest {
  return {
    unique: readU64(frame, 8),
    nodeId: readU64(frame, 16),
    uid: frame.readUInt32LE(24),
    operation: parseOperation(frame.readUInt32LE(4), frame, readU64(frame, 16)),
  };
}

/** 64-bit numbers as doubles: ours (node ids, handles) and the kernel's counters stay far below 2^53. */
export function readU64(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 0x1_0000_0000;
}

function parseOperation(opcode: number, frame: Buffer, nodeId: number): FuseOperation {
  const body = REQUEST_HEADER_BYTES;
  switch (opcode) {
    case OPCODE.read:
      return {
        kind: 'read',
        handle: readU64(frame, body),
        offset: readU64(frame, body + 8),
        size: frame.readUInt32LE(body + 16),
      };
    case OPCODE.getattr:
      return { kind: 'getattr', handle: handleOf(frame) };
    case OPCODE.lookup:
      return lookupOf(frame);
    case OPCODE.readdir:
    case OPCODE.readdirplus:
      return {
        kind: 'readdir',
        handle: readU64(frame, body),
        offset: readU64(frame, body + 8),
        size: frame.readUInt32LE(body + 16),
        isPlus: opcode === OPCODE.readdirplus,
      };
    case OPCODE.open: {
      const isReading = (frame.readUInt32LE(body) & ACCESS_MODE) === 0;
      return isReading ? { kind: 'open' } : { kind: 'refused', opcode, errno: ERRNO.EROFS };
    }
    case OPCODE.release:
      return { kind: 'release', handle: readU64(frame, body) };
    case OPCODE.opendir:
      return { kind: 'opendir' };
    case OPCODE.releasedir:
      return { kind: 'releasedir', handle: readU64(frame, body) };
    case OPCODE.forget:
      return { kind: 'forget', forgets: [{ nodeId, count: readU64(frame, body) }] };
    case OPCODE.batchForget:
      return { kind: 'forget', forgets: batchOf(frame) };
    case OPCODE.interrupt:
      return { kind: 'interrupt', target: readU64(frame, body) };
    default:
      return parseRareOperation(opcode, frame);
  }
}

function parseRareOperation(opcode: number, frame: Buffer): FuseOperation {
  const body = REQUEST_HEADER_BYTES;
  switch (opcode) {
    case OPCODE.statx:
      return { kind: 'statx', handle: handleOf(frame) };
    case OPCODE.statfs:
      return { kind: 'statfs' };
    case OPCODE.access:
      return { kind: 'access', mask: frame.readUInt32LE(body) };
    case OPCODE.lseek: {
      const offset = Number(frame.readBigInt64LE(body + 8));
      return { kind: 'lseek', handle: readU64(frame, body), offset, whence: frame.readUInt32LE(body + 16) };
    }
    case OPCODE.init:
      return {
        kind: 'init',
        major: frame.readUInt32LE(body),
        minor: frame.readUInt32LE(body + 4),
        maxReadahead: frame.readUInt32LE(body + 8),
        flags: frame.readUInt32LE(body + 12),
      };
    case OPCODE.destroy:
      return { kind: 'destroy' };
    case OPCODE.readlink:
      return { kind: 'refused', opcode, errno: ERRNO.EINVAL };
    default:
      return { kind: 'refused', opcode, errno: isWritingOpcode(opcode) ? ERRNO.EROFS : ERRNO.ENOSYS };
  }
}

/** `fuse_getattr_in` and `fuse_statx_in` begin alike: flags, padding, handle. */
function handleOf(frame: Buffer): number | null {
  const isNamed = (frame.readUInt32LE(REQUEST_HEADER_BYTES) & GETATTR_FH) !== 0;
  return isNamed ? readU64(frame, REQUEST_HEADER_BYTES + 8) : null;
}

/**
 * A name ends in NUL. Bytes that are no UTF-8 become U+FFFD, which no name in the tree has by accident. The kernel
 * itself lets names pass that are too long.
 */
function lookupOf(frame: Buffer): FuseOperation {
  const end = frame.indexOf(0, REQUEST_HEADER_BYTES);
  if (end < 0) throw new RangeError('a name without an end');
  if (end - REQUEST_HEADER_BYTES > MAX_NAME_BYTES)
    return { kind: 'refused', opcode: OPCODE.lookup, errno: ERRNO.ENAMETOOLONG };
  return { kind: 'lookup', name: frame.toString('utf8', REQUEST_HEADER_BYTES, end) };
}

function batchOf(frame: Buffer): Forget[] {
  const count = frame.readUInt32LE(REQUEST_HEADER_BYTES);
  return Array.from({ length: count }, (_, i) => {
    const at = REQUEST_HEADER_BYTES + 8 + 16 * i;
    return { nodeId: readU64(frame, at), count: readU64(frame, at + 8) };
  });
}
