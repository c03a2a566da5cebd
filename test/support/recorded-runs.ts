/**
 * Runs that the real SDK logged offline with make-runs.py, for tests that only read them: logged once on a machine, and
 * copied. They are logged anew when the script, the SDK or the sizes change.
 * @module
 */

import { existsSync } from 'node:fs';
import { cp, lstat, readdir, readFile, realpath, symlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeShared, sharedPath } from '../../scripts/shared-cache.mjs';
import { PYTHON_MISSING, runPython } from './python.ts';
import { scaled } from './scale.ts';

export const SWEEP_RUNS = 10;
export const LONG_RUN = { rows: scaled(8000, 200_000), metrics: 8 };

/** Recordings by kind, with the words that make-runs.py takes beside. */
const RECORDINGS = {
  scalars: [],
  media: [],
  sweep: ['--runs', `${SWEEP_RUNS}`],
  resume: [],
  crash: [],
  hostile: [],
  hostmedia: [],
  tb: [],
  wide: [],
  long: ['--rows', `${LONG_RUN.rows}`, '--metrics', `${LONG_RUN.metrics}`],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type RecordingKind = keyof typeof RECORDINGS;

export interface RecordedRuns {
  /** The SDK's folder. */
  readonly wandb: string;
  /** What the scripts logged, a file for each run. */
  readonly truth: string;
  /** Event files that writers of TensorBoard's own left, which `tb` alone has: the run directories link to them. */
  readonly events: string;
}

/** A copy of recordings below `folder`, with the times of their files. */
export async function copyRecordedRuns(
  folder: string,
  kinds: readonly RecordingKind[],
): Promise<RecordedRuns> {
  const copied = partsOf(folder);
  // The SDK's links to its newest run and log are of no use to a copy.
  const filter = async (path: string) => !(await lstat(path)).isSymbolicLink();
  for (const kind of kinds) {
    const recorded = partsOf(await realpath(await pathOf(kind)));
    const options = { recursive: true, preserveTimestamps: true, filter };
    await cp(recorded.wandb, copied.wandb, options);
    await cp(recorded.truth, copied.truth, options);
    if (!existsSync(recorded.events)) continue;
    await cp(recorded.events, copied.events, options);
    await linkEvents(recorded, copied);
  }
  return copied;
}

/** The SDK's links to event files, which lead to their copies then. */
async function linkEvents(recorded: RecordedRuns, copied: RecordedRuns): Promise<void> {
  const entries = await readdir(recorded.wandb, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isSymbolicLink() || !entry.name.includes('tfevents')) continue;
    const link = join(entry.parentPath, entry.name);
    const target = join(copied.events, relative(recorded.events, await realpath(link)));
    await symlink(target, join(copied.wandb, relative(recorded.wandb, link)));
  }
}

/** For vitest, before the first test: logs what has not been logged yet. */
export async function setup(): Promise<void> {
  if (PYTHON_MISSING !== null) return;
  await recordRuns(Object.keys(RECORDINGS) as RecordingKind[]);
}

/** Logs those that have not been logged yet. Each waits for the SDK more than it computes. */
export async function recordRuns(kinds: readonly RecordingKind[]): Promise<void> {
  await Promise.all(kinds.map(record));
}

async function record(kind: RecordingKind): Promise<void> {
  await makeShared(await pathOf(kind), 'truth', async (folder) => {
    const places = ['--out', folder, '--truth', join(folder, 'truth')];
    await runPython('make-runs.py', [kind, ...places, ...RECORDINGS[kind]]);
  });
}

async function pathOf(kind: RecordingKind): Promise<string> {
  const read = (path: string) => readFile(fileURLToPath(new URL(path, import.meta.url)), 'utf8');
  const [script, requirements] = await Promise.all([read('make-runs.py'), read('../requirements.txt')]);
  return sharedPath(`runs-${kind}`, [script, requirements, ...RECORDINGS[kind]]);
}

function partsOf(folder: string): RecordedRuns {
  return { wandb: join(folder, 'wandb'), truth: join(folder, 'truth'), events: join(folder, 'runs') };
}
