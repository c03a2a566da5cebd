/** Runs of a local wandb folder, put into the double by the real SDK: `wandb sync`, with all files that were saved. @module */

import { execFile } from 'node:child_process';
import { cp, lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { sdkVariables } from '../sdk-variables.ts';
import type { WandbServer } from './server.ts';

interface UploadOptions {
  /** A Python that has the SDK. */
  readonly python: string;
}

/** Notes that the SDK leaves beside a log it has uploaded, by which it would leave the log out. */
const SYNC_NOTE = /\.wandb\.sync(?:ed|state)$/;
/** Runs that the SDK uploads at a time. */
const AT_A_TIME = '4';

/**
 * Uploads every run in a folder, however deep, to the entity of the server's user and the project each was logged to. The
 * folder stays as it is: a copy is uploaded. Requests that were logged meanwhile are forgotten.
 */
export async function uploadRuns(
  server: WandbServer,
  folder: string,
  { python }: UploadOptions,
): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'wandb-upload-'));
  try {
    const copy = join(home, 'runs');
    await cp(folder, copy, { recursive: true, preserveTimestamps: true, filter: isPartOfRun });
    const entity = server.user.defaultEntity;
    const words = ['--include-online', '--include-synced', '-n', AT_A_TIME, '-e', entity];
    const names = await readdir(copy, { recursive: true });
    const logs = names.filter((name) => name.endsWith('.wandb'));
    if (logs.length === 0) throw new Error(`${folder}: no run in it`);
    const runs = new Set(logs.map((name) => join(copy, dirname(name))));
    const env = { ...process.env, ...sdkVariables(server, home) };
    // A neutral folder: Python takes a folder called wandb beside it for the SDK's package.
    const place = { cwd: home, env, maxBuffer: 2 ** 30 };
    await promisify(execFile)(python, ['-m', 'wandb', 'sync', ...words, ...runs], place);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
  server.requests.reset();
}

/** The SDK's links to its newest run lead to what is copied anyway. */
async function isPartOfRun(path: string): Promise<boolean> {
  return !SYNC_NOTE.test(path) && !(await lstat(path)).isSymbolicLink();
}
