/**
 * Media of runs: the contents that values are made of, and blobs. For event files what is found of each is decided once
 * and kept (`MediaLedger`); the data provider looks anew each time.
 * @module
 */

import { crc32 } from 'node:zlib';
import {
  type Clock,
  LogdirError,
  NEVER_ABORTED,
  SingleFlight,
  toLogdirError,
  within,
} from '../core/index.ts';
import type { Run, RunLog, RunStore } from '../history/index.ts';
import type { Logger, Metrics } from '../observability/index.ts';
import {
  type BlobReference,
  type ContentNeed,
  type Contents,
  placeholderFor,
  placeholderOf,
} from '../plugins/index.ts';
import { contentsOf, type Found, needKey } from './contents.ts';
import { drawnPicture } from './drawn-picture.ts';
import { type Decision, MediaLedger } from './ledger.ts';
import { MAX_FILE_BYTES, SavedBytes } from './saved-bytes.ts';

/** Of the memory that event files may take: files are needed whole, and again for each piece that is read. */
const MEMORY_SHARE = 1 / 2;

export interface MediaOptions {
  readonly store: RunStore;
  readonly memoryMaxBytes: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/** A run with the log whose event file is made. */
interface LoggedRun {
  readonly run: Run;
  readonly log: RunLog;
}

export class Media {
  readonly #options: MediaOptions;
  readonly #logger: Logger;
  readonly #bytes: SavedBytes;
  readonly #ledgers = new WeakMap<RunLog, Promise<MediaLedger>>();
  readonly #deciding = new SingleFlight<string, Found>();

  constructor(options: MediaOptions) {
    this.#options = options;
    this.#logger = options.logger.child({ room: 'media' });
    this.#bytes = new SavedBytes(options.memoryMaxBytes * MEMORY_SHARE);
    options.metrics.gauge('media_memory_bytes', () => this.#bytes.keptBytes);
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
   * looked at after that.
   * @throws LogdirError `unavailable` when it is not there by then, and what fetching fails with as long as that may pass
   */
  async decide(
    { run, log }: LoggedRun,
    needs: readonly ContentNeed[],
    { maxWaitMs, signal }: { readonly maxWaitMs: number; readonly signal: AbortSignal },
  ): Promise<Contents> {
    const ledger = await this.ledger(log);
    if (maxWaitMs === 0 && needs.some((need) => ledger.get(needKey(need)) === undefined))
      throw new LogdirError('unavailable', `media of run ${run.key.runId} were not fetched yet`);
    await this.#statSizes({ run, log }, needs, ledger);
    const found = new Map<string, Found>();
    const work = Promise.all(
      needs.map(async (need) => {
        const key = needKey(need);
        found.set(key, await this.#decideOne({ run, log }, need, ledger));
      }),
    );
    await within(maxWaitMs, work, signal, this.#options.clock);
    if (found.size < new Set(needs.map(needKey)).size) {
      // A failure that was met by now is told; one that is met later, by who asks then.
      await Promise.race([work, Promise.resolve()]);
      throw new LogdirError('unavailable', `media of run ${run.key.runId} are still being fetched`);
    }
    return contentsOf(found);
  }

  /** The bytes of a blob in an event file: as many as it is said to have. A placeholder where they are gone for good. */
  async blob({ run, log }: LoggedRun, blob: BlobReference): Promise<Uint8Array> {
    const ledger = await this.ledger(log);
    const key = `blob ${blob.drawing === undefined ? '' : 'drawn '}${blob.file} ${blob.size}`;
    const known = ledger.get(key);
    if (known !== undefined && 'lost' in known) return placeholderOf(blob.file, blob.size ?? 0);
    try {
      const bytes = await this.#blobBytes(run, log, blob);
      await ledger.decide(key, { size: bytes.length });
      return bytes;
    } catch (error) {
      const lost = lossOf(error, blob.file);
      await ledger.reload();
      await this.#lose(run, ledger, key, lost);
      return placeholderOf(blob.file, blob.size ?? 0);
    }
  }

  /** What values need, as it is now: nothing is kept. What can't be had for now is `unknown`. */
  async look({ run, log }: LoggedRun, needs: readonly ContentNeed[]): Promise<Contents> {
    const found = new Map<string, Found>();
    await Promise.all(
      needs.map(async (need) => {
        // Lengths matter to files alone.
        if (need.kind !== 'content') return;
        try {
          found.set(needKey(need), await this.#find(run, log, need));
        } catch (error) {
          this.#logger.debug({ err: error, run: run.key.runId }, 'content of a value can not be had now');
        }
      }),
    );
    return contentsOf(found);
  }

  /** The bytes of a blob as it is now; a placeholder where it is gone for good. @throws LogdirError */
  async lookAtBlob(target: LoggedRun, blob: BlobReference): Promise<Uint8Array> {
    try {
      return await this.#blobBytes(target.run, target.log, blob);
    } catch (error) {
      lossOf(error, blob.file);
      return blob.size === null ? placeholderFor(blob.file) : placeholderOf(blob.file, blob.size);
    }
  }

  /** Fetches blobs that will be wanted soon. Trouble is met when they are. */
  async fetchAhead(run: Run, blobs: readonly BlobReference[]): Promise<void> {
    try {
      const names = blobs.map(({ file }) => file);
      // Their addresses, in few requests.
      await run.statFiles(names, { signal: NEVER_ABORTED });
      await Promise.allSettled(blobs.map((blob) => this.#bytes.get(run, blob, MAX_FILE_BYTES)));
    } catch {
      // Met by who wants them.
    }
  }

  /** Lengths of many files are asked for together. */
  async #statSizes({ run }: LoggedRun, needs: readonly ContentNeed[], ledger: MediaLedger): Promise<void> {
    const files = needs.flatMap((need) =>
      need.kind === 'size' && ledger.get(needKey(need)) === undefined ? [need] : [],
    );
    if (files.length === 0) return;
    await ledger.reload();
    const names = [...new Set(files.map(({ file }) => file.file))];
    const found = await run.statFiles(names, { signal: NEVER_ABORTED });
    const sizes = new Map(found.map(({ name, size }) => [name, size]));
    for (const need of files) {
      const size = sizes.get(need.file.file);
      await ledger.decide(
        needKey(need),
        size === undefined ? { lost: `${need.file.file} is not among the files of the run` } : { size },
      );
    }
  }

  #decideOne(target: LoggedRun, need: ContentNeed, ledger: MediaLedger): Promise<Found> {
    const key = needKey(need);
    return this.#deciding.run(JSON.stringify([target.run.id, target.log.generation, key]), async () => {
      const known = ledger.get(key);
      if (known !== undefined && ('lost' in known || 'tooLarge' in known)) return foundOf(known);
      if (known !== undefined && need.kind !== 'content') return foundOf(known);
      try {
        const found = await this.#find(target.run, target.log, need);
        if (known !== undefined) return this.#asBefore(found, known, need);
        return await this.#keep(ledger, key, found);
      } catch (error) {
        await this.#lose(target.run, ledger, key, lossOf(error, key));
        return 'lost';
      }
    });
  }

  /** @throws LogdirError `corrupt` where a file is another than it was. */
  #asBefore(found: Found, known: Decision, need: ContentNeed): Found {
    const isSame = found instanceof Uint8Array && 'crc' in known && crc32(found) === known.crc;
    if (isSame) return found;
    throw new LogdirError('corrupt', `${needKey(need)} is another than it was`);
  }

  async #keep(ledger: MediaLedger, key: string, found: Found): Promise<Found> {
    if (found === 'too-large') await ledger.decide(key, { tooLarge: true });
    else if (typeof found === 'number') return foundOf(await ledger.decide(key, { size: found }));
    else if (found !== 'lost') await ledger.decide(key, { size: found.length, crc: crc32(found) });
    return found;
  }

  /** Loses for good: late where something was served by it. */
  async #lose(run: Run, ledger: MediaLedger, key: string, lost: string): Promise<void> {
    const isLate = ledger.get(key) !== undefined;
    await ledger.decide(key, { lost, ...(isLate && { late: true }) });
    this.#logger.warn({ run: run.id, reason: lost }, 'a file of the run is lost; a placeholder is shown');
  }

  /** @throws LogdirError as `SavedBytes.get` */
  async #find(run: Run, log: RunLog, need: ContentNeed): Promise<Found> {
    switch (need.kind) {
      case 'size': {
        const [found] = await run.statFiles([need.file.file], { signal: NEVER_ABORTED });
        return found?.size ?? 'lost';
      }
      case 'content':
        return await this.#bytes.get(run, need.file, need.maxBytes);
      case 'drawing':
        return (await drawnPicture(run, log, need.drawing, this.#bytes))?.length ?? 'lost';
    }
  }

  async #blobBytes(run: Run, log: RunLog, blob: BlobReference): Promise<Uint8Array> {
    const bytes =
      blob.drawing === undefined
        ? await this.#bytes.get(run, blob, MAX_FILE_BYTES)
        : await drawnPicture(run, log, blob.drawing, this.#bytes);
    if (bytes === null || bytes === 'too-large' || (blob.size !== null && bytes.length !== blob.size))
      throw new LogdirError('corrupt', `${blob.file} is not what it was when its length was told`);
    return bytes;
  }
}

function foundOf(decision: Decision): Found {
  if ('lost' in decision) return 'lost';
  return 'tooLarge' in decision ? 'too-large' : decision.size;
}

/** Why a file is gone for good. @throws the error where that may pass */
function lossOf(error: unknown, what: string): string {
  const failure = toLogdirError(error, what);
  if (failure.code === 'not-found' || failure.code === 'corrupt') return failure.message;
  throw failure;
}
