/** The tree as seen through a mount by the system calls of any program, so that its contract can be checked from outside. @module */

import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { clampRange, type ErrorCode, errnoOf, LogdirError, rangeLength } from '../../src/core/index.ts';
import type { LogdirNode, LogdirTree, OpenFile } from '../../src/tree/index.ts';
import { GROWTH_UNSEEN } from './growth-unseen.ts';

/** Reads by stat, readdir, open and pread. */
export function treeThroughMount(directory: string): LogdirTree {
  const place = (path: string) => join(directory, path);
  const node = async (path: string, signal: AbortSignal): Promise<LogdirNode> => {
    signal.throwIfAborted();
    const found = await orLogdirError(stat(place(path)));
    const { mtimeMs, size } = found;
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (found.isDirectory()) return { kind: 'directory', name, mtimeMs };
    const isAppendOnly = name.includes('tfevents');
    return { kind: 'file', name, mtimeMs, size, isAppendOnly, etag: `"${size}-${mtimeMs}"`, contentType: '' };
  };
  return {
    stat: (path, { signal }) => node(path, signal),
    list: async (path, { signal }) => {
      if ((await node(path, signal)).kind === 'file') throw new LogdirError('invalid-argument', 'a file');
      const names = await orLogdirError(readdir(place(path)));
      const nodes: LogdirNode[] = [];
      for (const name of names) nodes.push(await node(path === '' ? name : `${path}/${name}`, signal));
      return nodes;
    },
    open: async (path, { signal }) => openFile(await node(path, signal), place(path)),
    ...GROWTH_UNSEEN,
  };
}

function openFile(node: LogdirNode, place: string): OpenFile {
  if (node.kind === 'directory') throw new LogdirError('invalid-argument', 'a directory');
  return {
    node,
    mayGrow: true,
    read: async function* (wanted) {
      const range = clampRange(wanted, node.size);
      if (rangeLength(range) === 0) return;
      await using file = await orLogdirError(open(place));
      const bytes = Buffer.alloc(rangeLength(range));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, range.start);
      yield bytes.subarray(0, bytesRead);
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

const BY_ERRNO: Readonly<Record<string, ErrorCode>> = {
  ENOENT: 'not-found',
  ENOTDIR: 'not-found',
  EISDIR: 'invalid-argument',
  EACCES: 'permission-denied',
  EAGAIN: 'unavailable',
};

async function orLogdirError<T>(promise: Promise<T>): Promise<T> {
  return await promise.catch((cause: unknown) => {
    throw new LogdirError(BY_ERRNO[errnoOf(cause) ?? ''] ?? 'internal', String(cause), { cause });
  });
}
