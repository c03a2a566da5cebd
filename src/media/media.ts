/**
 * Media of runs: the contents that values are made of, and blobs. For event files what is found of each is decided once
 * and kept (`MediaLedger`); the data provider looks anew each time.
 * @module
 */

import { crc32 } from 'node:zlib';
import { type Clock, LogdirError, NEVER_ABORTED, within } from '../core/index.ts';
import type { Run, RunLog, RunStore } from '../history/index.ts';
import type { Logger, Metrics } from '../observability/index.ts';
import {
  type BlobReference,
  type ContentNeed,
  type Contents,
  type Drawing,
  type ExcerptNeed,
  type Excerpts,
  placeholderFor,
  placeholderOf,
  type SavedFileReference,
} from '../plugins/index.ts';
import { blobKey, contentsOf, type Found, needKey, ofKey } from './contents.ts';
import { Decider, isLost } from './decider.ts';
import type { DrawnLabel } from './drawn-labels.ts';
import { decideExcerpts } from './excerpts.ts';
import { Finder } from './finder.ts';
import { MediaLedger } from './ledger.ts';
import type { LoggedRun } from './logged-run.ts';
import { MAX_FILE_BYTES } from './saved-bytes.ts';

/** Of the memory that event files may take: files are needed whole, and again for each piece that is read. */
const MEMORY_SHARE = 1 / 2;

/** Between two tries of files that could not be had: their event file is made anew when one succeeds. */
const RECOVERY_MS = 2 * 60_000;

export interface MediaOptions {
  readonly store: RunStore;
  readonly memoryMaxBytes: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

export class Media {
  readonly #options: MediaOptions;
  readonly #logger: Logger;
  readonly #finder: Finder;
  readonly #ledgers = new WeakMap<RunLog, Promise<MediaLedger>>();
  readonly #decider: Decider;
  /** When it was last tried whether files can be had again, in monotonic milliseconds. */
  readonly #recoveredAtMs = new WeakMap<MediaLedger, number>();

  constructor(options: MediaOptions) {
    this.#options = options;
    this.#logger = options.logger.child({ room: 'media' });
    this.#finder = new Finder(options.memoryMaxBytes * MEMORY_SHARE, options.clock);
    this.#decider = new Decider(this.#finder, this.#logger);
    options.metrics.gauge('media_memory_bytes', () => this.#finder.bytes.keptBytes);
  }

  /** What was decided of a run's media, read from its store once. */
  async ledger(log: RunLog): Promise<MediaLedger> {
    let ledger = this.#ledgers.get(log);
    if (ledger === undefined) {
      ledger = MediaLedger.load(this.#options.store, log);
      this.#ledgers.set(log, ledger);
      ledger.catch(() => this.#ledgers.delete(log));
    }
    return await ledger;
  }

  /**
   * What an event file's values need, as decided; what was not is looked at now, for `maxWaitMs` at most, and goes on being
   * looked at after that. Nothing is fetched where that is 0.
   * @throws LogdirError `unavailable` when it is not there by then, and what fetching fails with as long as that may pass
   */
  async decide(
    target: LoggedRun,
    needs: readonly ContentNeed[],
    { maxWaitMs, signal }: { readonly maxWaitMs: number; readonly signal: AbortSignal },
  ): Promise<Contents> {
    const { run } = target;
    const ledger = await this.ledger(target.log);
    const byKey = new Map(needs.map((need) => [needKey(need), need]));
    if (
      maxWaitMs === 0 &&
      ![...byKey].every(([key, need]) => this.#decider.isAtHand(run, need, ledger.get(key)))
    )
      throw new LogdirError('unavailable', `media of run ${run.key.runId} were not fetched yet`);
    const found = new Map<string, Found>();
    const work = this.#decider.all(target, byKey, ledger, found);
    await within(maxWaitMs, work, signal, this.#options.clock);
    if (found.size < byKey.size) {
      // A failure that was met by now is told; one that is met later, by who asks then.
      await Promise.race([work, Promise.resolve()]);
      throw new LogdirError('unavailable', `media of run ${run.key.runId} are still being fetched`);
    }
    return contentsOf(found);
  }

  /** What files of a run tell at its exits, as decided. What can't be had soon is not told. @throws LogdirError of storage */
  async excerpts(target: LoggedRun, needs: readonly ExcerptNeed[]): Promise<Excerpts> {
    return await decideExcerpts(target.run, needs, await this.ledger(target.log), this.#options);
  }

  /**
   * The bytes of a blob in an event file: as many as it is said to have, and the same each time. A placeholder where they are
   * gone for good.
   */
  async blob(target: LoggedRun, blob: BlobReference): Promise<Uint8Array> {
    const ledger = await this.ledger(target.log);
    const key = blobKey(blob);
    const placeholder = () => placeholderOf(blob.file, blob.size ?? 0);
    if (isLost(ledger.get(key))) return placeholder();
    const look = await this.#decider.lookOr(target, key, async () => {
      const bytes = await this.#finder.blob(target, blob, labelsIn(ledger, blob));
      return { decision: { size: bytes.length, crc: crc32(bytes) }, bytes };
    });
    const settled = await this.#decider.settle(target, ledger, key, look);
    return settled?.bytes ?? placeholder();
  }

  /** What values need, as it is now: nothing is kept. What can't be had for now is `unknown`. */
  async look(target: LoggedRun, needs: readonly ContentNeed[]): Promise<Contents> {
    const found = new Map<string, Found>();
    await Promise.all(
      needs.map(async (need) => {
        // Lengths matter to files alone.
        if (need.kind !== 'content') return;
        try {
          const { bytes } = await this.#finder.content(target, need);
          found.set(needKey(need), bytes ?? 'too-large');
        } catch (error) {
          if (isLoss(error)) found.set(needKey(need), 'lost');
          this.#logger.debug(
            { err: error, run: target.run.key.runId },
            'content of a value can not be had now',
          );
        }
      }),
    );
    return contentsOf(found);
  }

  /** The bytes of a blob as it is now; a placeholder where it is gone for good. @throws LogdirError */
  async lookAtBlob(target: LoggedRun, blob: BlobReference): Promise<Uint8Array> {
    try {
      return await this.#finder.blob(target, blob);
    } catch (error) {
      if (!isLoss(error)) throw error;
      // As it was logged, where it can't be drawn onto.
      if (blob.drawing !== undefined) return await this.lookAtBlob(target, blob.drawing.picture);
      // What a log says of a length may be anything.
      const { file, size } = blob;
      return size !== null && size <= MAX_FILE_BYTES ? placeholderOf(file, size) : placeholderFor(file);
    }
  }

  /**
   * Has what could not be had for long decided anew, if it can be had again: looks at one file now and then. The event file
   * goes on under another name then.
   */
  async recover(target: LoggedRun): Promise<void> {
    const ledger = await this.ledger(target.log);
    const nowMs = this.#options.clock.monotonic();
    const triedAtMs = this.#recoveredAtMs.get(ledger) ?? Number.NEGATIVE_INFINITY;
    if (nowMs - triedAtMs < RECOVERY_MS) return;
    const { passing } = ledger;
    const [first] = passing;
    if (first === undefined) return;
    this.#recoveredAtMs.set(ledger, nowMs);
    const file = { file: ofKey(first).file, size: null, digest: null };
    try {
      await this.#finder.bytes.get(target.run, file, MAX_FILE_BYTES);
    } catch (error) {
      if (!isLoss(error)) return;
    }
    await ledger.supersede({ reason: 'files can be had again', lost: [], forgotten: passing });
  }

  /** Asks for the addresses of files together, so that fetching each costs no further request. Trouble is met then. */
  async locate(run: Run, needs: readonly ContentNeed[]): Promise<void> {
    const files = needs.flatMap((need) => (need.kind === 'drawing' ? filesOf(need.drawing) : [need.file]));
    const missing = await missingFiles(run, files).catch(() => []);
    this.#finder.noteMissing(run, missing);
  }

  /** Fetches blobs that will be wanted soon. Trouble is met when they are. */
  async fetchAhead(run: Run, blobs: readonly BlobReference[]): Promise<void> {
    const files = blobs.flatMap((blob) => (blob.drawing === undefined ? [blob] : filesOf(blob.drawing)));
    try {
      await missingFiles(run, files);
      await Promise.allSettled(files.map((file) => this.#finder.bytes.get(run, file, MAX_FILE_BYTES)));
    } catch {
      // Met by who wants them.
    }
  }
}

function filesOf({ picture, boxes, masks }: Drawing): readonly SavedFileReference[] {
  return [picture, ...[...boxes, ...masks].map(({ file }) => file)];
}

/** Names of those that are not there. So all addresses are known after few requests; what lies on this disk needs none. */
async function missingFiles(run: Run, files: readonly SavedFileReference[]): Promise<readonly string[]> {
  if (run.policy.reading === 'eager') return [];
  const names = [...new Set(files.map(({ file }) => file))];
  const found = await run.statFiles(names, { signal: NEVER_ABORTED });
  const there = new Set(found.map(({ name }) => name));
  return names.filter((name) => !there.has(name));
}

/** Whether a file is gone for good, or is another. */
function isLoss(error: unknown): boolean {
  return error instanceof LogdirError && (error.code === 'not-found' || error.code === 'corrupt');
}

/** Names of classes that a blob was drawn with, as it was decided. */
function labelsIn(ledger: MediaLedger, { drawing }: BlobReference): readonly DrawnLabel[] | undefined {
  if (drawing === undefined) return undefined;
  const decision = ledger.get(needKey({ kind: 'drawing', drawing }));
  return decision !== undefined && 'size' in decision ? decision.labels : undefined;
}
