/** Bytes of files saved with runs, fetched whole and held against what was logged; those used last kept in memory. @module */

import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import PQueue from 'p-queue';
import { LogdirError, NEVER_ABORTED, SingleFlight } from '../core/index.ts';
import type { Run } from '../history/index.ts';
import type { SavedFileReference } from '../plugins/index.ts';

/** Files fetched at a time: enough to hide the latency of a server, few enough to leave room for its API. */
const FETCHES_AT_A_TIME = 8;
const SHA256_LENGTH = 64;

/** Nobody wants a file longer than this in memory, whatever settings say. */
export const MAX_FILE_BYTES = 256 * 1024 * 1024;

export class SavedBytes {
  readonly #kept: LRUCache<string, Uint8Array>;
  readonly #fetching = new SingleFlight<string, Uint8Array | 'too-large'>();
  readonly #making = new SingleFlight<string, Uint8Array | null>();
  readonly #queue = new PQueue({ concurrency: FETCHES_AT_A_TIME });

  constructor(maxBytes: number) {
    this.#kept = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ length }) => Math.max(1, length),
    });
  }

  /** Bytes kept now. */
  get keptBytes(): number {
    return this.#kept.calculatedSize;
  }

  /**
   * A file whole. `too-large`: it has more than `maxBytes`.
   * @throws LogdirError `not-found` for a file that is gone, `corrupt` for one that is not what was logged, and otherwise as
   * `Run.openFile`
   */
  async get(run: Run, file: SavedFileReference, maxBytes: number): Promise<Uint8Array | 'too-large'> {
    if (file.size !== null && file.size > maxBytes) return 'too-large';
    const id = JSON.stringify([run.id, file.file, file.size, file.digest]);
    const kept = this.#kept.get(id);
    if (kept !== undefined) return kept;
    const bytes = await this.#fetching.run(`${id} ${maxBytes}`, () =>
      this.#queue.add(() => fetchWhole(run, file, maxBytes)),
    );
    if (bytes !== 'too-large') this.#kept.set(id, bytes);
    return bytes;
  }

  /** What is made of files, such as a drawing, kept as they are. Null: nothing can be made of them. */
  async derive(id: string, make: () => Promise<Uint8Array | null>): Promise<Uint8Array | null> {
    const kept = this.#kept.get(id);
    if (kept !== undefined) return kept;
    const made = await this.#making.run(id, make);
    if (made !== null) this.#kept.set(id, made);
    return made;
  }
}

async function fetchWhole(
  run: Run,
  { file, size, digest }: SavedFileReference,
  maxBytes: number,
): Promise<Uint8Array | 'too-large'> {
  await using opened = await run.openFile(file, { signal: NEVER_ABORTED });
  const found = opened.file.size;
  if (size !== null && found !== size)
    throw new LogdirError('corrupt', `${file} has ${found} bytes, not the ${size} that were logged`);
  if (found > maxBytes) return 'too-large';
  const bytes = Buffer.allocUnsafeSlow(found);
  let at = 0;
  for await (const piece of opened.read({ start: 0, end: found }, { signal: NEVER_ABORTED })) {
    bytes.set(piece, at);
    at += piece.length;
  }
  if (at !== found) throw new LogdirError('corrupt', `${file} ended after ${at} of ${found} bytes`);
  const isOther =
    digest?.length === SHA256_LENGTH && createHash('sha256').update(bytes).digest('hex') !== digest;
  if (isOther)
    throw new LogdirError('corrupt', `${file} is not the file that was logged: its digest differs`);
  return bytes;
}
