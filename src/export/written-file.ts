/** Files of an export on disk: their digests, and writing them so that each is whole or not there. @module */

import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf, makeDirectory } from '../core/index.ts';

/** Beside the file it becomes. TensorBoard takes no file of this name for one of events. */
const TEMPORARY_NAME = '.wandb-logdir.part';

type Signal = { readonly signal: AbortSignal };

/** What was written. */
export interface Written {
  readonly bytes: number;
  /** Of the whole file. */
  readonly sha256: string;
}

/** The digest of the first so many bytes of a file, to be gone on with; undefined where there are fewer, or no file. */
export async function digestOf(path: string, bytes: number, { signal }: Signal): Promise<Hash | undefined> {
  const hash = createHash('sha256');
  if (bytes === 0) return hash;
  let read = 0;
  try {
    for await (const piece of createReadStream(path, { end: bytes - 1, signal }) as AsyncIterable<Buffer>) {
      hash.update(piece);
      read += piece.length;
    }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  return read === bytes ? hash : undefined;
}

/** Hexadecimal digest of the first so many of some bytes. */
export async function digestOfPieces(pieces: AsyncIterable<Uint8Array>, bytes: number): Promise<string> {
  const hash = createHash('sha256');
  let left = bytes;
  for await (const piece of pieces) {
    hash.update(piece.subarray(0, left));
    left -= Math.min(left, piece.length);
    if (left === 0) break;
  }
  return hash.digest('hex');
}

/** Writes a file beside its place, and puts it there once `tell` has told of it. */
export async function writeWhole(
  path: string,
  pieces: AsyncIterable<Uint8Array>,
  tell: (written: Written) => Promise<void>,
): Promise<void> {
  await makeDirectory(dirname(path));
  const temporary = join(dirname(path), TEMPORARY_NAME);
  try {
    // What a process that was killed left; or a link, which would be followed to who knows where.
    await rm(temporary, { force: true });
    await tell(await writePieces(temporary, 'wx', 0, pieces, createHash('sha256')));
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Writes on from a place in a file. `hash`: of what stands before. */
export async function writeOn(
  path: string,
  at: number,
  pieces: AsyncIterable<Uint8Array>,
  hash: Hash,
): Promise<Written> {
  return await writePieces(path, 'r+', at, pieces, hash);
}

async function writePieces(
  path: string,
  flags: 'wx' | 'r+',
  at: number,
  pieces: AsyncIterable<Uint8Array>,
  hash: Hash,
): Promise<Written> {
  await using file = await open(path, flags);
  let bytes = at;
  for await (const piece of pieces) {
    hash.update(piece);
    for (let from = 0; from < piece.length; ) {
      const { bytesWritten } = await file.write(piece, from, piece.length - from, bytes + from);
      from += bytesWritten;
    }
    bytes += piece.length;
  }
  // What a process that was killed had written behind it.
  await file.truncate(bytes);
  return { bytes, sha256: hash.digest('hex') };
}
