/**
 * Runs logged by the real SDK, shown by the real TensorBoard: every run, tag, step, wall time and value, through
 * its Python loader over WebHDFS, through its Rust loader on a plain copy of the tree, and through both on a mount.
 * @module
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TemporaryFolder, temporaryFolder } from '../support/local-runs.ts';
import { MOUNTING_MISSING } from '../support/mounting.ts';
import { PYTHON_MISSING } from '../support/python.ts';
import { copyRecordedRuns, LONG_RUN, type RecordedRuns } from '../support/recorded-runs.ts';
import { scaled } from '../support/scale.ts';
import { expectAllShown, type SdkRun, sdkRuns } from '../support/sdk-runs.ts';
import { type ServedRuns, serveRuns } from '../support/served-runs.ts';
import { shownTag } from '../support/shown-tag.ts';
import { TensorBoard } from '../support/tensorboard.ts';

const ALL_POINTS = ['--samples_per_plugin', 'scalars=1000000,text=1000000'];
const { rows: LONG_ROWS, metrics: LONG_METRICS } = LONG_RUN;
/** A long run of 1.6 million points takes TensorBoard's Python loader about a minute. */
/** More than the points of the long run and the wide one. */
const SOME_POINTS = LONG_ROWS * LONG_METRICS + 100_000;
const TEN_MINUTES_MS = 600_000;
/** What it is called, the option of TensorBoard for it, whether it is the one in Rust. */
type Loader = readonly [string, readonly string[], boolean];
const BY_ITSELF: Loader = ['the loader it takes by itself, the Rust one', [], true];
const IN_PYTHON: Loader = ['the Python loader', ['--load_fast=false'], false];
const LOADERS_ON_MOUNT = scaled([BY_ITSELF], [BY_ITSELF, IN_PYTHON]);

describe.skipIf(PYTHON_MISSING !== null)(`runs of the real SDK in the real TensorBoard`, () => {
  let folder: TemporaryFolder;
  let recorded: RecordedRuns;
  let served: ServedRuns;
  let expected: SdkRun[];

  beforeAll(async () => {
    folder = await temporaryFolder();
    recorded = await copyRecordedRuns(folder.path, [
      ...(['scalars', 'sweep', 'resume', 'crash', 'hostile', 'wide', 'long'] as const),
    ]);
    const mounting = MOUNTING_MISSING === null ? ['--mount', mountPoint()] : [];
    served = await serveRuns(recorded.wandb, join(folder.path, 'served'), mounting);
    expected = await sdkRuns(served);
  }, TEN_MINUTES_MS);

  afterAll(async () => {
    await served?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  const mountPoint = () => join(folder.path, 'mnt');

  /** The long run takes the longest. */
  async function expectAll(board: TensorBoard): Promise<number> {
    const lastPoint = { run: 'research/long', tag: `m/${LONG_METRICS - 1}` };
    await board.until(
      () => board.scalars(lastPoint.run, lastPoint.tag),
      (points) => points.length === LONG_ROWS,
      { timeoutMs: TEN_MINUTES_MS, everyMs: 1000 },
    );
    return await expectAllShown(board, expected);
  }

  it('holds what the scripts logged', () => {
    for (const { id, series, stepMetrics } of expected) {
      const truth = loggedScalars(join(recorded.truth, `${id}.jsonl`));
      truth.delete(''); // The SDK takes an empty key and does not write it.
      // A killed run loses what its SDK had not handed to the disk; everything it has must be what was logged.
      const complete = id !== 'crash001';
      if (complete) expect([id, [...series.keys()].toSorted()]).toEqual([id, [...truth.keys()].toSorted()]);
      for (const [tag, points] of series) {
        const logged = byMetric(truth.get(tag)!, truth.get(stepMetrics.get(tag) ?? ''));
        if (complete) expect([id, tag, points.length]).toEqual([id, tag, logged.size]);
        for (const [, step, value] of points) {
          if (!Object.is(value, logged.get(step)))
            expect([id, tag, step, value]).toEqual([id, tag, step, logged.get(step)]);
        }
      }
    }
  });

  // Each of them is busy on one processor for a minute or more.
  describe.concurrent('are shown as logged', () => {
    it('through the Python loader over WebHDFS', { timeout: TEN_MINUTES_MS }, async () => {
      await using board = await TensorBoard.start(`webhdfs://127.0.0.1:${served.port}/acme`, ALL_POINTS);
      expect(await expectAll(board)).toBeGreaterThan(SOME_POINTS);
      const texts = await board.texts('research/scalar run Ünïcode', 'text');
      expect(texts.map(({ step, text }) => [step, text.includes('a string é😀')])).toEqual([[8, true]]);
      const overview = await board.texts('research/scalar run Ünïcode', 'wandb/overview');
      expect(overview.at(-1)!.text).toContain('finished');
      expect(board.output).not.toMatch(/Traceback/);
    });

    it('through the Rust loader on a plain copy', { timeout: TEN_MINUTES_MS }, async () => {
      const copy = join(folder.path, 'copy');
      await served.copy('acme', copy);
      await using board = await TensorBoard.start(copy, ['--load_fast', 'true', ...ALL_POINTS]);
      expect(await expectAll(board)).toBeGreaterThan(SOME_POINTS);
      const system = await board.scalars('research/scalar run Ünïcode', 'system/cpu');
      expect(system.length).toBeGreaterThanOrEqual(2);
      expect(system.every(([, step], i) => i === 0 || step > system[i - 1]![1])).toBe(true);
      expect(board.output).not.toMatch(/Traceback/);
    });

    it.skipIf(MOUNTING_MISSING !== null).each(LOADERS_ON_MOUNT)(
      'through the mount, by %s',
      { timeout: TEN_MINUTES_MS },
      async (_, loader, isRust) => {
        await using board = await TensorBoard.start(join(mountPoint(), 'acme'), [...loader, ...ALL_POINTS]);
        const points = await expectAll(board);
        expect(points).toBeGreaterThan(SOME_POINTS);
        expect(board.hasDataServer).toBe(isRust);
        expect(board.output).not.toMatch(/Traceback/);
        console.log(`${expected.length} runs, ${points} points: all as logged`);
      },
    );
  });
});

/** Scalars by tag and step as the script passed them to `run.log`: calls of one step merge, later runs win. */
function loggedScalars(path: string): Map<string, Map<number, number | string>> {
  const series = new Map<string, Map<number, number | string>>();
  let last = Number.NEGATIVE_INFINITY;
  for (const line of readFileSync(path, 'utf8').trimEnd().split('\n')) {
    const record = JSON.parse(line) as { kind: string; step: number; values: Record<string, unknown> };
    if (record.kind !== 'row') continue;
    if (record.step < last) dropAfter(series, record.step);
    last = record.step;
    for (const [key, value] of flatNumbers('', record.values)) {
      const tag = shownTag(key);
      const points = series.get(tag) ?? new Map<number, number | string>();
      series.set(tag, points.set(record.step, value));
    }
  }
  return series;
}

function dropAfter(series: ReadonlyMap<string, Map<number, unknown>>, step: number): void {
  for (const points of series.values()) {
    for (const known of points.keys()) if (known > step) points.delete(known);
  }
}

function* flatNumbers(
  prefix: string,
  values: Readonly<Record<string, unknown>>,
): Iterable<[string, number | string]> {
  const nested: [string, Readonly<Record<string, unknown>>][] = [];
  for (const [key, value] of Object.entries(values)) {
    const tag = prefix + key;
    if (typeof value === 'boolean') yield [tag, Number(value)];
    else if (typeof value === 'number') yield [tag, shown(value)];
    else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      const { float } = value as { float?: string };
      if (float !== undefined) yield [tag, float];
      else nested.push([tag, value as Record<string, unknown>]);
    }
  }
  for (const [tag, inner] of nested) yield* flatNumbers(`${tag}.`, inner);
}

function shown(value: number): number | string {
  const single = Math.fround(value);
  return Number.isFinite(single) ? single : single > 0 ? 'Infinity' : '-Infinity';
}

type Logged = ReadonlyMap<number, number | string>;

/** Values by the metric logged in the same row instead of by the row's step. */
function byMetric(logged: Logged, metric: Logged | undefined): Logged {
  if (metric === undefined) return logged;
  return new Map([...logged].map(([step, value]) => [Number(metric.get(step)), value]));
}
