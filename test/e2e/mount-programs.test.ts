/** What programs nobody here wrote make of the mount: find, md5sum, cp, tar and fio. @module */

import { execFile, spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeClonedRuns } from '../../bench/cloned-runs.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/local-runs.ts';
import { MOUNTING_MISSING } from '../support/mounting.ts';
import { type ServedRuns, serveRuns } from '../support/served-runs.ts';

/** Event files of some 5 MB. */
const SHAPE = { project: 'cloned', runs: 6, tags: 20, rows: 10_000 };
const FILES = SHAPE.runs * 4;
const FIO_MISSING = spawnSync('which', ['fio']).status === 0 ? null : 'fio is not installed';
const FIO_SECONDS = 2;

interface FioReport {
  readonly jobs: readonly { readonly error: number; readonly read: { readonly total_ios: number } }[];
}

describe.skipIf(MOUNTING_MISSING !== null)('programs that read the mount', () => {
  let folder: TemporaryFolder;
  let served: ServedRuns;
  const place = (name: string) => join(folder.path, name);

  beforeAll(async () => {
    folder = await temporaryFolder();
    writeClonedRuns(place('wandb'), SHAPE);
    served = await serveRuns(place('wandb'), place('served'), ['--mount', place('mnt')]);
    for (let run = 0; run < SHAPE.runs; run++)
      await allRead(`acme/${SHAPE.project}/${SHAPE.project}-000${run}`);
    await served.copy('acme', place('truth/acme'));
  });

  afterAll(async () => {
    await served?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  /** Waits until a run has been read in the background: its documents tell. */
  async function allRead(run: string): Promise<void> {
    const rows = async () => {
      const document = await served.read(`${run}/run.json`);
      return (JSON.parse(document.toString()) as { history: { rows: number } }).history.rows;
    };
    while ((await rows()) < SHAPE.rows) await delay(50);
  }

  /** Runs a script, `$1` the mount and `$2` what HTTP gave; rejects when a command fails. */
  const sh = async (script: string) => {
    const words = ['-euc', script, 'sh', place('mnt'), place('truth')];
    return (await promisify(execFile)('sh', words, { cwd: folder.path, maxBuffer: 2 ** 26 })).stdout;
  };

  it('find and md5sum: every file is what HTTP serves', async () => {
    const sums = (of: string) =>
      sh(`cd "${of}"; find . -type f -print0 | xargs -0 -n 3 -P 4 md5sum | sort -k 2`);
    const lines = (await sums('$1')).trimEnd().split('\n');
    expect(lines).toEqual((await sums('$2')).trimEnd().split('\n'));
    expect(lines).toHaveLength(FILES);
  });

  it('cp -r and tar: a copy is the same tree', async () => {
    await sh('cp -r "$1" copied; diff -r copied "$2"');
    await sh('mkdir untarred; tar -C "$1" -cf - . | tar -C untarred -xf -; diff -r untarred "$2"');
  });

  it.skipIf(FIO_MISSING !== null).each([
    ['psync', 'randread', '4k-300k', 0],
    ['psync', 'read', '1m', 0],
    ['mmap', 'randread', '4k', 0],
    ['libaio', 'randread', '64k', 1],
  ])('fio: %s, %s of %s, direct=%s, four jobs', async (engine, how, size, direct) => {
    const run = join(place('mnt'), 'acme', SHAPE.project, `${SHAPE.project}-0000`);
    const name = (await readdir(run)).find((entry) => entry.includes('tfevents'))!;
    const words = [
      ...['--name=job', '--readonly', '--allow_file_create=0', '--numjobs=4', '--iodepth=8', '--thread'],
      ...[`--filename=${join(run, name)}`, `--ioengine=${engine}`, `--rw=${how}`, `--direct=${direct}`],
      ...[`--bsrange=${size.includes('-') ? size : `${size}-${size}`}`, '--invalidate=1', '--norandommap'],
      ...['--time_based', `--runtime=${FIO_SECONDS}`, '--output-format=json', '--exitall_on_error'],
    ];
    const { stdout } = await promisify(execFile)('fio', words, { cwd: folder.path, maxBuffer: 2 ** 26 });
    const { jobs } = JSON.parse(stdout.slice(stdout.indexOf('{'))) as FioReport;
    expect(jobs.map(({ error }) => error)).toEqual([0, 0, 0, 0]);
    const reads = jobs.reduce((sum, { read }) => sum + read.total_ios, 0);
    // On a busy machine two seconds are few reads; without errors they were all right.
    expect(reads).toBeGreaterThan(100);
    console.log(`${reads} reads`);
  });
});
