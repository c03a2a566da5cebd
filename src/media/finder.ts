/** Looks at the files that media of runs are made of, as they are now. @module */

import { crc32 } from 'node:zlib';
import { type Clock, type ErrorCode, LogdirError, NEVER_ABORTED, toLogdirError } from '../core/index.ts';
import type { Run } from '../history/index.ts';
import type { BlobReference, ContentNeed } from '../plugins/index.ts';
import type { DrawnLabel } from './drawn-labels.ts';
import { drawnPicture } from './drawn-picture.ts';
import type { Decision, Loss } from './ledger-line.ts';
import type { LoggedRun } from './logged-run.ts';
import { MAX_FILE_BYTES, SavedBytes } from './saved-bytes.ts';

/**
 * How long a file of a run that goes on is taken to be on its way: rows may reach a server before the pictures that they
 * name, which are uploaded on their own. Meanwhile the event file ends before them.
 */
const UPLOAD_MS = 60_000;
/**
 * How long files of a run that can't be had hold up its event file. TensorBoard's loaders wait with it, also for other
 * runs; beyond this they are shown as lost, until they can be had again.
 */
const OUTAGE_MS = 60_000;
/** Files that are on their way, by name. */
const MAX_AWAITED = 100_000;

/** Trouble that lasts for as long as somebody's server is away or refuses. */
const MAY_PASS: ReadonlySet<ErrorCode> = new Set(['unavailable', 'rate-limited', 'permission-denied']);

/** What lengths of files are called where they can't be had. */
export const LENGTHS = 'lengths of files';

/** What a look came to: what is to be decided, and the bytes if some were read. */
export interface Look {
  readonly decision: Decision;
  readonly bytes?: Uint8Array;
}

export class Finder {
  readonly bytes: SavedBytes;
  readonly #clock: Clock;
  /** By run and file: when it was missed first, in monotonic milliseconds. */
  readonly #missedAtMs = new Map<string, number>();

  /** By run, files and lengths apart: since when they can't be had, in monotonic milliseconds. */
  readonly #awaySinceMs = new Map<string, number>();

  constructor(maxBytes: number, clock: Clock) {
    this.bytes = new SavedBytes(maxBytes);
    this.#clock = clock;
  }

  /** What a need comes to now. Lengths of files are asked for together: `sizes`. @throws LogdirError as `SavedBytes.get` */
  async content(target: LoggedRun, need: Exclude<ContentNeed, { readonly kind: 'size' }>): Promise<Look> {
    if (need.kind === 'drawing') return await this.#drawing(target, need);
    const bytes = await this.bytes.get(target.run, need.file, need.maxBytes);
    this.#reached(target.run, 'files');
    if (bytes === 'too-large') return { decision: { tooLarge: true } };
    return { decision: { size: bytes.length, crc: crc32(bytes) }, bytes };
  }

  /** Bytes of files by name; those that are not there are left out. @throws LogdirError as `Run.statFiles` */
  async sizes({ run }: LoggedRun, names: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const found = await run.statFiles(names, { signal: NEVER_ABORTED });
    this.#reached(run, LENGTHS);
    return new Map(found.map(({ name, size }) => [name, size]));
  }

  /**
   * The bytes of a blob, as many as it is said to have. `labels`: names of classes that it was drawn with.
   * @throws LogdirError `corrupt` where they are others, and otherwise as `SavedBytes.get`
   */
  async blob(target: LoggedRun, blob: BlobReference, labels?: readonly DrawnLabel[]): Promise<Uint8Array> {
    const { drawing, file, size } = blob;
    const bytes =
      drawing === undefined
        ? await this.bytes.get(target.run, blob, MAX_FILE_BYTES)
        : ((await drawnPicture(target, drawing, this.bytes, labels))?.bytes ?? null);
    if (bytes === null || bytes === 'too-large' || (size !== null && bytes.length !== size))
      throw new LogdirError('corrupt', `${file} is not what it was when its length was told`);
    this.#reached(target.run, 'files');
    return bytes;
  }

  /**
   * That a file is gone for good, or can't be had for too long. `what`: its name.
   * @throws the error where that may pass, and LogdirError `unavailable` where the file may be on its way
   */
  lossOf({ run }: LoggedRun, what: string, error: unknown): Loss {
    const failure = toLogdirError(error, what);
    // A file on this disk that may not be read stays so, and is no reason to show nothing that comes after it.
    const isForbidden = failure.code === 'permission-denied' && run.policy.reading === 'eager';
    if (failure.code !== 'not-found' && failure.code !== 'corrupt' && !isForbidden) {
      if (!MAY_PASS.has(failure.code) || !this.#isAwayForLong(run, what)) throw failure;
      return { lost: `${what} could not be had: ${failure.message}`, isPassing: true };
    }
    this.expectGone(run, what, failure.message);
    return { lost: failure.message };
  }

  #isAwayForLong(run: Run, what: string): boolean {
    const id = awayId(run, what);
    const nowMs = this.#clock.monotonic();
    const sinceMs = this.#awaySinceMs.get(id) ?? nowMs;
    if (this.#awaySinceMs.size >= MAX_AWAITED) this.#awaySinceMs.clear();
    this.#awaySinceMs.set(id, sinceMs);
    return nowMs - sinceMs >= OUTAGE_MS;
  }

  #reached(run: Run, what: string): void {
    this.#awaySinceMs.delete(awayId(run, what));
  }

  /** @throws LogdirError `unavailable` where a file that is not there may be on its way. */
  expectGone(run: Run, file: string, reason: string): void {
    // The SDK writes files on this disk before the rows that name them.
    if (run.policy.reading === 'eager' || run.state !== 'running') return;
    this.noteMissing(run, [file]);
    const sinceMs = this.#missedAtMs.get(JSON.stringify([run.id, file])) ?? 0;
    if (this.#clock.monotonic() - sinceMs < UPLOAD_MS)
      throw new LogdirError('unavailable', `${reason}; it may be on its way, as the run goes on`);
  }

  /** Files are waited for all at the same time. */
  noteMissing(run: Run, files: readonly string[]): void {
    const nowMs = this.#clock.monotonic();
    for (const file of files) {
      const id = JSON.stringify([run.id, file]);
      if (this.#missedAtMs.size >= MAX_AWAITED) this.#missedAtMs.clear();
      if (!this.#missedAtMs.has(id)) this.#missedAtMs.set(id, nowMs);
    }
  }

  async #drawing(
    target: LoggedRun,
    { drawing }: Extract<ContentNeed, { readonly kind: 'drawing' }>,
  ): Promise<Look> {
    const drawn = await drawnPicture(target, drawing, this.bytes);
    if (drawn === null) return { decision: { lost: `${drawing.picture.file} can't be drawn onto` } };
    const { bytes, labels } = drawn;
    return { decision: { size: bytes.length, crc: crc32(bytes), labels }, bytes };
  }
}

/** A server may tell of files while it gives none. */
function awayId({ id }: Run, what: string): string {
  return `${what === LENGTHS ? LENGTHS : 'files'} ${id}`;
}
