/** A saved file that lies on this disk. @module */

import { type FileHandle, open } from 'node:fs/promises';
import { type ByteRange, clampRange, TO_READ, toLogdirError } from '../core/index.ts';
import type { OpenedSavedFile, SavedFile } from './saved-files.ts';

/** As much as a door passes on at a time. */
const PIECE_BYTES = 256 * 1024;

/** Opens the file at `path` under its name in the run. @throws LogdirError `not-found`, `permission-denied`. */
export async function openPath(path: string, name: string): Promise<OpenedSavedFile> {
  const handle = await open(path, TO_READ).catch((error: unknown) => {
    throw toLogdirError(error, `file ${name}`);
  });
  const { size, mtimeMs } = await handle.stat();
  const file: SavedFile = { name, size, mtimeMs: Math.floor(mtimeMs) };
  return {
    file,
    read: (range, { signal }) => pieces(handle, clampRange(range, size), signal),
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

async function* pieces(
  handle: FileHandle,
  range: ByteRange,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for (let at = range.start; at < range.end; ) {
    signal.throwIfAborted();
    const bytes = Buffer.allocUnsafe(Math.min(PIECE_BYTES, range.end - at));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, at);
    // The file became shorter: what is promised ends here.
    if (bytesRead === 0) return;
    at += bytesRead;
    yield bytes.subarray(0, bytesRead);
  }
}
