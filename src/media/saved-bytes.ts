/** Bytes of files saved with runs, fetched whole and held against what was logged; those used last kept in memory. @module */

import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import PQueue from 'p-queue';
import { LogdirError, NEVER_ABORTED, SingleFlight } from '../core/index.ts';
import type { Run } from '../history/index.ts';
import type { SavedFileReference } from '../plugins/index.ts';

/** Files fetched at a time: enough to hide the latency of a server, few enough to leave room for its API. */
const FETCHES_AT_A_TIME = 8;
/** A drawing takes a processor, and four bytes of memory for each of fifty million pixels at worst. */
const MAKINGS_AT_A_TIME = 1;
/** Digits of a SHA-256, and of what the SDK puts of one into names of files. MD5 has others. */
const SHA256_LENGTHS: ReadonlySet<number> = new Set([64, 20]);

/** Nobody wants a file longer than this in memory, whatever settings say. */
export const MAX_FILE_BYTES = 256 * 1024 * 1024;

export class SavedBytes {
  readonly #kept: LRUCache<string, Uint8Array>;
  readonly #fetching = new SingleFlight<string, Uint8Array | 'too-large'>();
  readonly #making = new SingleFlight<string, Uint8Array | null>();
  readonly #queue = new PQueue({ concurrency: FETCHES_AT_A_TIME });
  readonly #makers = new PQueue({ concurrency: MAKINGS_AT_A_TIME });

  constructor(maxBytes: number) {
    this.#kept = new LRUCache({
      // A share of a setting may be a fraction.
      maxSize: Math.max(1, Math.floor(maxBytes)),
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
    const kept = this.peek(run, file);
    if (kept !== undefined) return kept.length > maxBytes ? 'too-large' : kept;
    const id = idOf(run, file);
    // A file whose length is known is in its bounds here, for whoever wants it.
    const bytes = await this.#fetching.run(file.size === null ? `${id} ${maxBytes}` : id, () =>
      this.#queue.add(() => fetchSavedFile(run, file, maxBytes)),
    );
    if (bytes !== 'too-large') this.#kept.set(id, bytes);
    return bytes;
  }

  /** The same if it is in memory, perhaps since nobody knew its length. */
  peek(run: Run, file: SavedFileReference): Uint8Array | undefined {
    const kept = this.#kept.get(idOf(run, file));
    if (kept !== undefined || file.size === null) return kept;
    const ofAnyLength = this.#kept.get(idOf(run, { ...file, size: null }));
    return ofAnyLength?.length === file.size ? ofAnyLength : undefined;
  }

  /** What is made of files, such as a drawing, kept as they are; one after the other. Null: nothing can be made of them. */
  async derive(id: string, make: () => Promise<Uint8Array | null>): Promise<Uint8Array | null> {
    const kept = this.#kept.get(id);
    if (kept !== undefined) return kept;
    const made = await this.#making.run(id, () => this.#makers.add(make));
    if (made !== null) this.keep(id, made);
    return made;
  }

  /** Keeps what was made of files under another id, too. */
  keep(id: string, made: Uint8Array): void {
    this.#kept.set(id, made);
  }
}

function idOf(run: Run, { file, size, digest }: SavedFileReference): string {
  return JSON.stringify([run.id, file, size, digest]);
}

/**
 * A file whole, held against what was logged. `too-large`: it has more than `maxBytes`.
 * @throws LogdirError as `SavedBytes.get`
 */
export async function fetchSavedFile(
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
    digest !== null &&
    SHA256_LENGTHS.has(digest.length) &&
    !createHash('sha256').update(bytes).digest('hex').startsWith(digest);
  if (isOther)
    throw new LogdirError('corrupt', `${file} is not the file that was logged: its digest differs`);
  return bytes;
}
