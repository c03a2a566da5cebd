/**
 * A source that fails and is slow, and a cache too small for its rows, while TensorBoard and other programs read
 * through the mount: no read fails, no byte is wrong, and in the end every point is there.
 * @module
 */

import { execFile } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { LogdirError, type RunKey, type RunRecord, runKey } from '../../src/core/index.ts';
import { runReaders, total } from '../support/file-readers.ts';
import { buildHouse, COMPLETE, eventPath, readWhole } from '../support/house.ts';
import { temporaryFolder } from '../support/local-runs.ts';
import { MOUNTING_MISSING, mountTree } from '../support/mounting.ts';
import { MovingClock } from '../support/moving-clock.ts';
import { PYTHON_MISSING } from '../support/python.ts';
import { RacingClock } from '../support/racing-clock.ts';
import { randomNumbers } from '../support/random.ts';
import { exitRecord, factsRecord, row } from '../support/records.ts';
import { scaled } from '../support/scale.ts';
import { ScriptedSource } from '../support/scripted-source.ts';
import { TensorBoard } from '../support/tensorboard.ts';

const FAILURES = scaled(8, 50);
/** One of them lasts longer than a read waits before its program is told to ask again. */
const LONG_FAILURE_MS = 3000;
const PATIENCE_MS = 1000;
const RUNS = 12;
/** Of these, this many grow meanwhile. */
const GROWING = 4;
const ROWS = 6000;
const TAGS = 8;
const READERS = 2;
const OPERATIONS = scaled(120, 1000);
/** Rows of a run take some 400 KB: the cache holds two runs of twelve, memory the encoded blocks of about one. */
const BOUNDS = { cacheMaxBytes: 1_000_000, memoryMaxBytes: 500_000 };
const ALL_POINTS = ['--samples_per_plugin', 'scalars=1000000'];

const keyOf = (run: number): RunKey => runKey('acme', 'trouble', `run-${run}`);
const directoryOf = (run: number) => `acme/trouble/run-${run}`;
const RECORDS: readonly RunRecord[] = Array.from({ length: ROWS }, (_, step) =>
  row(step, Object.fromEntries(Array.from({ length: TAGS }, (_unused, k) => [`m/${k}`, step * k]))),
);
/** The long failure is one of these, in the middle. */
const lengthsMs = (random: () => number) =>
  Array.from({ length: FAILURES }, (_, i) => (i === FAILURES / 2 ? LONG_FAILURE_MS : 20 + 200 * random()));

describe.skipIf((MOUNTING_MISSING ?? PYTHON_MISSING) !== null)(
  'a source in trouble, through the mount',
  () => {
    it(`loses nothing in ${FAILURES} failures`, async () => {
      await using folder = await temporaryFolder();
      const oracle = (run: number) => join(folder.path, `run-${run}`);
      const source = new ScriptedSource();
      source.batchSize = 500;
      for (let run = 0; run < RUNS; run++)
        source.add(keyOf(run), [factsRecord(`run-${run}`), ...RECORDS, exitRecord()]);
      await writeOracles(source, oracle);
      for (let run = 0; run < GROWING; run++)
        source.rewrite(keyOf(run), [factsRecord(`run-${run}`), ...RECORDS.slice(0, 500)]);

      const clock = new RacingClock(500);
      await using house = await buildHouse({ sources: [source], clock, ...BOUNDS });
      house.history.watch();
      for (let run = 0; run < RUNS; run++) await house.tree.stat(`${directoryOf(run)}/run.json`, COMPLETE);
      await using mount = await mountTree(house.tree, { readPatienceMs: PATIENCE_MS });
      const logdir = join(mount.directory, 'acme/trouble');
      await using rust = await TensorBoard.start(logdir, ['--load_fast', 'true', ...ALL_POINTS]);
      await using python = await TensorBoard.start(logdir, ['--load_fast', 'false', ...ALL_POINTS]);
      const files = await Promise.all(
        Array.from({ length: RUNS / 2 }, async (_, i) => ({
          file: join(mount.directory, await eventPath(house.tree, directoryOf(2 * i))),
          oracle: oracle(2 * i),
        })),
      );
      const readsBefore = source.reads;
      const shares = files.map(() => 0);
      const reading = files.map((of, i) =>
        runReaders({
          ...{ ...of, readers: READERS, operations: OPERATIONS },
          onProgress: (share) => {
            shares[i] = share;
          },
        }),
      );
      await failAgainAndAgain(source, () => Math.min(...shares));
      const reports = (await Promise.all(reading)).flat();
      expect(reports.flatMap(({ wrong }) => wrong)).toEqual([]);
      expect(total(reports, ({ operations }) => operations)).toBe(files.length * OPERATIONS);
      for (const board of [rust, python]) {
        for (let run = 0; run < RUNS; run++) {
          const shown = () => board.scalars(`run-${run}`, `m/${TAGS - 1}`);
          const points = await board.until(shown, ({ length }) => length === ROWS);
          expect(points.every(([, step, value], i) => step === i && value === i * (TAGS - 1))).toBe(true);
        }
        expect(board.output).not.toMatch(/Traceback|error/i);
      }
      console.log(
        `${FAILURES} failures met ${source.failures} times, runs read from the source ${source.reads - readsBefore} times anew, ${files.length * OPERATIONS} reads: all right`,
      );
      // The test means something only if failures were met, and rows had to be fetched again and again.
      expect(source.failures).toBeGreaterThan(FAILURES);
      expect(source.reads - readsBefore).toBeGreaterThan(5 * RUNS);
    });
  },
);

/** Reads a file whole, and asks for its size all the while, as others do. */
const PATIENT_READER = `
import os, sys, threading, time
path, oracle = sys.argv[1:]
fd = os.open(path, os.O_RDONLY)
wanted = open(oracle, "rb").read()
def look():
    while True:
        assert os.stat(path).st_size == len(wanted)
        time.sleep(0.05)
threading.Thread(target=look, daemon=True).start()
started, found = time.monotonic(), b""
print("reading", flush=True)
while part := os.pread(fd, 1 << 20, len(found)):
    found += part
print("right" if found == wanted else "wrong", round(time.monotonic() - started, 1))
`;

describe.skipIf((MOUNTING_MISSING ?? PYTHON_MISSING) !== null)('rows that had to make room', () => {
  it('are waited for while the source is away, however often others ask for the size', async () => {
    await using folder = await temporaryFolder();
    const source = new ScriptedSource();
    source.batchSize = 500;
    for (const run of [0, 1]) source.add(keyOf(run), [factsRecord(`run-${run}`), ...RECORDS, exitRecord()]);
    const clock = new MovingClock();
    await using house = await buildHouse({
      sources: [source],
      clock,
      cacheMaxBytes: 500_000,
      memoryMaxBytes: 1000,
    });
    await house.tree.stat(`${directoryOf(0)}/run.json`, COMPLETE);
    const path = await eventPath(house.tree, directoryOf(0));
    const oracle = join(folder.path, 'oracle');
    await writeFile(oracle, await readWhole(house.tree, path));
    clock.advance(60_000);
    await house.tree.stat(`${directoryOf(1)}/run.json`, COMPLETE);
    while ((await rowFiles(house.cacheDir)).length > 1) await delay(10);
    await using mount = await mountTree(house.tree, { readPatienceMs: PATIENCE_MS });
    source.failure = new LogdirError('unavailable', 'the network is away');
    const words = ['-c', PATIENT_READER, join(mount.directory, path), oracle];
    const reading = promisify(execFile)('python3', words);
    reading.child.stdout!.once('data', () =>
      setTimeout(() => {
        source.failure = null;
      }, LONG_FAILURE_MS),
    );
    const { stdout } = await reading;
    const [, verdict, seconds] = stdout.split(/\s/);
    expect([verdict, Number(seconds) > 2]).toEqual(['right', true]);
  });
});

/** Locks, which are directories, come and go while it looks. */
async function rowFiles(cacheDir: string): Promise<string[]> {
  for (;;) {
    const names = await readdir(cacheDir, { recursive: true }).catch(() => null);
    if (names !== null) return names.filter((name) => name.endsWith('.rows'));
  }
}

/** Each run's event file as it will be, from a house of their own. */
async function writeOracles(source: ScriptedSource, oracle: (run: number) => string): Promise<void> {
  await using house = await buildHouse({ sources: [source] });
  for (let run = 0; run < RUNS; run++) {
    await house.tree.stat(`${directoryOf(run)}/run.json`, COMPLETE);
    await writeFile(oracle(run), await readWhole(house.tree, await eventPath(house.tree, directoryOf(run))));
  }
}

/** Failures and slowness by turns, spread over what readers do, while some runs grow to their end. */
async function failAgainAndAgain(source: ScriptedSource, progress: () => number): Promise<void> {
  const steps = FAILURES - 5;
  for (const [i, lengthMs] of lengthsMs(randomNumbers(7)).entries()) {
    while (progress() < (0.95 * i) / FAILURES) await delay(5);
    source.failure = new LogdirError(i % 3 === 0 ? 'rate-limited' : 'unavailable', 'the network is away');
    await delay(lengthMs);
    source.failure = null;
    source.pauseMs = i % 4 === 0 ? 15 : 0;
    if (i < steps) grow(source, i, steps);
  }
  source.pauseMs = 0;
}

function grow(source: ScriptedSource, step: number, steps: number): void {
  const [from, to] = [step, step + 1].map((at) => 500 + Math.round(((ROWS - 500) * at) / steps));
  const end = to === ROWS ? [exitRecord()] : [];
  for (let run = 0; run < GROWING; run++) source.push(keyOf(run), ...RECORDS.slice(from, to), ...end);
}
