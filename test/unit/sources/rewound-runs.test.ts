/** Runs that `resume_from` rewound: what their earlier logs hold above the step is no part of them. @module */

import { describe, expect, it } from 'vitest';
import type { DocumentChange } from '../../../src/core/index.ts';
import type { BranchPointMessage } from '../../../src/protobuf/index.ts';
import {
  localSource,
  neverAborted,
  type ReadResult,
  readAll,
  rowObject,
  type TemporaryFolder,
  temporaryFolder,
} from '../../support/local-runs.ts';
import { WandbLogWriter } from '../../support/wandb-log-writer.ts';

const signal = neverAborted;
const EPOCH = 1_700_000_000;

interface Part {
  /** Seconds after the first log. */
  readonly start: number;
  readonly steps: readonly number[];
  readonly key?: string;
  readonly branchPoint?: BranchPointMessage;
  readonly style?: 'core' | 'python';
}

function logOf({ start, steps, key = 'loss', branchPoint, style = 'core' }: Part): WandbLogWriter {
  const log = new WandbLogWriter({ style }).begin('r', {
    startTime: { seconds: EPOCH + start },
    ...(branchPoint && { branchPoint }),
  });
  steps.forEach((step, i) => {
    log.row({ [key]: start + step, note: `at ${step}`, _step: step, _timestamp: EPOCH + start + i / 10 });
  });
  return log.stats(EPOCH + start + 1, { cpu: start });
}

const to = (value: number): BranchPointMessage => ({ run: 'r', metric: '_step', value });
const steps = (from: number, end: number) => Array.from({ length: end - from }, (_, i) => from + i);

async function place(folder: TemporaryFolder, name: string, log: WandbLogWriter): Promise<void> {
  await folder.write(`wandb/run-20240101_0000${name}-r/run-r.wandb`, log.bytes());
}

async function readParts(parts: readonly Part[]): Promise<ReadResult> {
  await using folder = await temporaryFolder();
  for (const part of parts) await place(folder, String(10 + part.start), logOf(part));
  const source = localSource(folder.path);
  const [run] = await source.listRuns({ signal });
  const read = await readAll(source, run!.key);
  const again = await readAll(localSource(folder.path), run!.key, { stopAt: read.cursor! });
  expect([again.cursor, again.records]).toEqual([read.cursor, read.records]);
  return read;
}

const stepsOf = async (parts: readonly Part[]) => (await readParts(parts)).rows.map(({ step }) => step);

describe('a run that was rewound', () => {
  it('has of what it had logged before the steps up to there, of every key', async () => {
    const { rows } = await readParts([
      { start: 0, steps: steps(0, 6) },
      { start: 10, steps: steps(3, 5), key: 'accuracy', branchPoint: to(2) },
    ]);
    expect(rows.map(rowObject)).toEqual([
      ...[0, 1, 2].map((step) => ({ loss: step, note: `at ${step}` })),
      ...[3, 4].map((step) => ({ accuracy: 10 + step, note: `at ${step}` })),
    ]);
  });

  it.each<[string, readonly Part[], readonly number[]]>([
    [
      'twice, further back the second time',
      [
        { start: 0, steps: steps(0, 9) },
        { start: 10, steps: steps(6, 9), branchPoint: to(5) },
        { start: 20, steps: [3], branchPoint: to(2) },
      ],
      [0, 1, 2, 3],
    ],
    [
      'within what it logged since the first time',
      [
        { start: 0, steps: steps(0, 9) },
        { start: 10, steps: steps(3, 9), branchPoint: to(2) },
        { start: 20, steps: [6], branchPoint: to(5) },
      ],
      [0, 1, 2, 3, 4, 5, 6],
    ],
    [
      'and then resumed',
      [
        { start: 0, steps: steps(0, 9) },
        { start: 10, steps: [3, 4, 5], branchPoint: to(2) },
        { start: 20, steps: [5, 6] },
      ],
      [0, 1, 2, 3, 4, 5, 5, 6],
    ],
    [
      'to a step that was never logged',
      [
        { start: 0, steps: [0, 10, 20] },
        { start: 10, steps: [16], branchPoint: to(15) },
      ],
      [0, 10, 16],
    ],
    [
      'to a step beyond what it logged',
      [
        { start: 0, steps: [0, 1] },
        { start: 10, steps: [101], branchPoint: to(100) },
      ],
      [0, 1, 101],
    ],
    [
      'to its first step',
      [
        { start: 0, steps: [0, 1] },
        // proto3 leaves zeros out.
        { start: 10, steps: [1], branchPoint: { run: 'r', metric: '_step' } },
      ],
      [0, 1],
    ],
    ['and has no earlier log', [{ start: 10, steps: [3, 4], branchPoint: to(2) }], [3, 4]],
    [
      'where the clock of the machine is behind',
      [
        { start: 0, steps: steps(0, 30) },
        { start: 1, steps: [3], branchPoint: to(2) },
      ],
      [0, 1, 2, 3],
    ],
  ])('%s', async (_, parts, expected) => {
    const { rows } = await readParts(parts);
    expect(rows.map(({ step, shape }) => [step, shape.writer])).toEqual(
      expected.map((step) => [step, undefined]),
    );
  });

  it('is not one that was forked off another, nor one that branched by another metric', async () => {
    const first = { start: 0, steps: [0, 1, 2, 3] };
    const second = { start: 10, steps: [2] };
    const fork = { run: 'other', metric: '_step', value: 1 };
    const byEpoch = { run: 'r', metric: 'epoch', value: 1 };
    expect(await stepsOf([first, { ...second, branchPoint: fork }])).toEqual([0, 1, 2, 3, 2]);
    expect(await stepsOf([first, { ...second, branchPoint: byEpoch }])).toEqual([0, 1, 2, 3, 2]);
  });

  it('tells of no fork, and one that was forked does', async () => {
    const forks = async (branchPoint: BranchPointMessage) =>
      (await readParts([{ start: 0, steps: [0], branchPoint }])).records.flatMap((record) =>
        record.kind === 'facts' ? (record.facts.forkedFrom ?? []) : [],
      );
    expect(await forks(to(3))).toEqual([]);
    expect(await forks({ ...to(3), run: 'other' })).toEqual([{ runId: 'other', step: 3 }]);
  });

  it('keeps the samples of its machine', async () => {
    const { records } = await readParts([
      { start: 0, steps: [0, 1] },
      { start: 10, steps: [1], branchPoint: to(0) },
    ]);
    expect(records.filter(({ kind }) => kind === 'system')).toHaveLength(2);
  });

  it.each(['core', 'python'] as const)(
    'has the summary of what is left, of logs of the %s SDK',
    async (style) => {
      const summary = new Map<string, string>();
      const apply = ({ update }: DocumentChange) => {
        for (const { path, json } of update) summary.set(path.join('.'), json);
      };
      await using folder = await temporaryFolder();
      const row = (log: WandbLogWriter, step: number, key: string) => {
        const item = { key, valueJson: String(step) };
        const own = { summary: { update: [item, { key: '_step', valueJson: String(step) }] } };
        const values = { [key]: step, _step: step };
        // The SDK in Python tells the summary after its row, wandb-core before.
        return style === 'python' ? log.row(values).record(own) : log.row(values);
      };
      const first = new WandbLogWriter({ style }).begin('r');
      for (const step of [0, 1, 2, 3]) row(first, step, 'loss');
      first.record({ summary: { update: [{ key: 'best', valueJson: '3' }] } });
      await place(folder, '10', first);
      const rewind = new WandbLogWriter({ style }).begin('r', { branchPoint: to(1) });
      await place(folder, '20', row(rewind, 2, 'accuracy'));
      const source = localSource(folder.path);
      const [run] = await source.listRuns({ signal });
      const { records, rows } = await readAll(source, run!.key);
      for (const record of records) if (record.kind === 'summary') apply(record.change);
      expect(rows.map(({ step }) => step)).toEqual([0, 1, 2]);
      const { loss, accuracy, best } = Object.fromEntries(summary);
      expect({ loss, accuracy, best }).toEqual({ loss: '1', accuracy: '2', best: undefined });
    },
  );

  it('after it was read is read anew, and read on then', async () => {
    await using folder = await temporaryFolder();
    await place(folder, '10', logOf({ start: 0, steps: steps(0, 6) }));
    const source = localSource(folder.path);
    const [run] = await source.listRuns({ signal });
    const key = run!.key;
    const before = await readAll(source, key);
    const rewind = logOf({ start: 10, steps: [3, 4], branchPoint: to(2) });
    await place(folder, '20', rewind);
    await source.listRuns({ signal });
    expect(await source.hasNews(key, before.cursor, { signal })).toBe(true);
    await expect(readAll(source, key, { after: before.cursor })).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining('rewound to step 2'),
    });
    const anew = await readAll(source, key);
    expect(anew.rows.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4]);
    await place(folder, '20', rewind.row({ loss: 5, _step: 5 }));
    expect(await source.hasNews(key, anew.cursor, { signal })).toBe(true);
    const after = await readAll(source, key, { after: anew.cursor });
    expect(after.rows.map(({ step }) => step)).toEqual([5]);
  });

  it('is read anew when its log names it only after it was found', async () => {
    await using folder = await temporaryFolder();
    await place(folder, '10', logOf({ start: 0, steps: steps(0, 6) }));
    const log = logOf({ start: 10, steps: [3], branchPoint: to(2) });
    await folder.write('wandb/run-20240101_000020-r/run-r.wandb', log.bytes().subarray(0, 7));
    const source = localSource(folder.path, { entity: 'acme', project: 'research' });
    const [run] = await source.listRuns({ signal });
    const before = await readAll(source, run!.key);
    expect(before.rows).toHaveLength(6);
    await place(folder, '20', log);
    expect(await source.hasNews(run!.key, before.cursor, { signal })).toBe(true);
    await expect(readAll(source, run!.key, { after: before.cursor })).rejects.toMatchObject({
      code: 'corrupt',
    });
    expect((await readAll(source, run!.key)).rows.map(({ step }) => step)).toEqual([0, 1, 2, 3]);
  });
});
