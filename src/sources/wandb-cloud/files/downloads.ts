/** Files of a run, exported history above all: fetched whole, read from disk, removed. @module */

import { randomUUID } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LogdirError, makeDirectory } from '../../../core/index.ts';
import { UrlExpired } from '../connection/index.ts';
import type { RunContext } from '../run-context.ts';

/** Times addresses are asked for anew while fetching: they are good for minutes at least. */
const RENEWALS = 3;
/** No download takes that long, and no fetched file is kept for longer without being asked for. */
const STALE_MS = 24 * 3_600_000;

/** Files on this disk for as long as they are needed. */
export interface LocalFiles extends AsyncDisposable {
  /** In the order of the addresses. */
  readonly paths: readonly string[];
}

/**
 * Fetches what signed addresses point at. `renew` asks for the same addresses anew, in the same order, once they have
 * expired.
 * @throws LogdirError `unavailable`, `not-found`, `permission-denied`.
 */
export async function fetchFiles(
  { storage, temporaryDir, options }: RunContext,
  urls: readonly string[],
  renew: () => Promise<readonly string[]>,
): Promise<LocalFiles> {
  const files = await temporaryFiles(
    { temporaryDir },
    urls.map((_, i) => `${i}`),
  );
  const { paths } = files;
  try {
    let missing = urls.map((url, i) => ({ url, i }));
    for (let renewals = 0; ; renewals++) {
      const outcomes = await Promise.allSettled(
        missing.map(({ url, i }) => storage.download(url, paths[i]!, options)),
      );
      const failures = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason : null));
      missing = missing.filter((_, n) => failures[n] !== null);
      if (missing.length === 0) return files;
      const other: unknown = failures.find((failure) => failure !== null && !(failure instanceof UrlExpired));
      if (other !== undefined) throw other;
      const renewed = renewals < RENEWALS ? await renew() : [];
      if (renewed.length !== urls.length) throw expired(failures.find((failure) => failure !== null));
      missing = missing.map(({ i }) => ({ url: renewed[i]!, i }));
    }
  } catch (error) {
    await files[Symbol.asyncDispose]();
    throw error;
  }
}

/** Room for files on this disk, in a folder of their own. */
export async function temporaryFiles(
  { temporaryDir }: Pick<RunContext, 'temporaryDir'>,
  names: readonly string[],
): Promise<LocalFiles> {
  const folder = join(temporaryDir, randomUUID());
  await makeDirectory(folder);
  return {
    paths: names.map((name) => join(folder, name)),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Folders nobody can be using any more: those that a program which was killed left behind. */
export async function removeStaleDownloads(temporaryDir: string, nowMs: number): Promise<void> {
  for (const name of await readdir(temporaryDir).catch(() => [])) {
    const path = join(temporaryDir, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: nowMs }));
    if (nowMs - mtimeMs > STALE_MS) await rm(path, { recursive: true, force: true });
  }
}

function expired(cause: unknown): LogdirError {
  return new LogdirError(
    'unavailable',
    'the addresses W&B gives for exported history are refused, also new ones',
    {
      cause,
    },
  );
}

/** Signed addresses of one export come in any order; their paths tell the files apart, and the order they were written in. */
export function inFileOrder(urls: readonly string[]): string[] {
  const nameOf = (url: string) => new URL(url).pathname;
  return [...urls].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}
