import { describe, expect, it } from 'vitest';
import type { DocumentChange, RunFacts, RunRecord } from '../../../src/core/index.ts';
import { readLog } from '../../support/local-runs.ts';
import { WandbLogWriter } from '../../support/wandb-log-writer.ts';

function factsOf(records: readonly RunRecord[]): RunFacts {
  return Object.assign({}, ...records.map((record) => (record.kind === 'facts' ? record.facts : {})));
}

function changesOf(records: readonly RunRecord[], kind: 'config' | 'summary'): readonly DocumentChange[] {
  return records.flatMap((record) => (record.kind === kind && 'change' in record ? [record.change] : []));
}

describe('facts', () => {
  it('are gathered from run, environment, telemetry and header records', async () => {
    const writer = new WandbLogWriter().begin('abc', {
      displayName: 'lively-sun-1',
      runGroup: 'g',
      jobType: 'train',
      notes: 'multi\nline',
      tags: ['a', 'b'],
      sweepId: 'sw',
      git: { remoteUrl: 'git@x:y.git', commit: 'abc' },
      branchPoint: { run: 'parent', value: 20 },
      startTime: { seconds: 1_700_000_000, nanos: 500_000_000 },
    });
    writer.record({
      environment: { os: 'Linux', args: ['--lr', '1'], program: 'train.py', cpuCount: 8, gpuType: 'H100' },
    });
    writer.record({ telemetry: { cliVersion: '0.30.0', pythonVersion: '3.11.7' } });
    const { records } = await readLog(writer.bytes());
    expect(factsOf(records)).toEqual({
      displayName: 'lively-sun-1',
      group: 'g',
      jobType: 'train',
      notes: 'multi\nline',
      tags: ['a', 'b'],
      sweepId: 'sw',
      gitRemote: 'git@x:y.git',
      gitCommit: 'abc',
      forkedFrom: { runId: 'parent', step: 20 },
      startTime: 1_700_000_000.5,
      os: 'Linux',
      args: ['--lr', '1'],
      program: 'train.py',
      cpuCount: 8,
      gpu: 'H100',
      sdkVersion: '0.30.0',
      python: '3.11.7',
    });
  });
});

describe('config and summary', () => {
  it('keep the JSON text and the path of every change', async () => {
    const writer = new WandbLogWriter().begin('abc', {
      config: { update: [{ key: 'lr', valueJson: '{"desc": null}' }] },
    });
    writer.record({
      config: { update: [{ nestedKey: ['opt', 'wd'], valueJson: 'Infinity' }], remove: [{ key: 'lr' }] },
    });
    const { records } = await readLog(writer.bytes());
    expect(changesOf(records, 'config')).toEqual([
      { update: [{ path: ['lr'], json: '{"desc": null}' }], remove: [] },
      { update: [{ path: ['opt', 'wd'], json: 'Infinity' }], remove: [['lr']] },
    ]);
  });

  it('condense the summaries of a batch to the newest value of each key', async () => {
    const writer = new WandbLogWriter().begin('abc');
    for (let step = 0; step < 50; step++) writer.row({ loss: 1 / (step + 1), _step: step });
    const { records } = await readLog(writer.bytes());
    const summaries = changesOf(records, 'summary');
    expect(summaries).toHaveLength(1);
    expect(Object.fromEntries(summaries[0]!.update.map(({ path, json }) => [path.join('.'), json]))).toEqual({
      '_wandb.runtime': '0',
      loss: '0.02',
      _step: '49',
    });
  });

  it('honour removals in their order', async () => {
    const writer = new WandbLogWriter().begin('abc');
    writer.record({
      summary: {
        update: [
          { nestedKey: ['a'], valueJson: '1' },
          { nestedKey: ['b'], valueJson: '2' },
        ],
      },
    });
    writer.record({ summary: { remove: [{ nestedKey: ['a'] }] } });
    writer.record({ summary: { update: [{ nestedKey: ['a'], valueJson: '3' }] } });
    const { records } = await readLog(writer.bytes());
    expect(changesOf(records, 'summary')).toEqual([
      {
        update: [
          { path: ['a'], json: '1' },
          { path: ['b'], json: '2' },
        ],
        remove: [],
      },
      { update: [], remove: [['a']] },
      { update: [{ path: ['a'], json: '3' }], remove: [] },
    ]);
  });
});

describe('the other records', () => {
  it('are system rows, metric definitions and the exit', async () => {
    const writer = new WandbLogWriter().begin('abc').stats(1_700_000_003, { cpu: 12.5, 'gpu.0.gpu': 99 });
    writer.record({
      metric: {
        name: 'acc',
        stepMetric: 'epoch',
        options: { hidden: true },
        summary: { max: true, last: true },
        goal: 2,
      },
    });
    writer.record({ metric: { globName: 'val/*' } }).exit(3, 60);
    const { records } = await readLog(writer.bytes());
    expect(records.slice(2)).toEqual([
      { kind: 'system', timestamp: 1_700_000_003, shape: { keys: ['cpu', 'gpu.0.gpu'] }, values: [12.5, 99] },
      {
        kind: 'metric',
        metric: {
          name: 'acc',
          stepMetric: 'epoch',
          hidden: true,
          summary: ['max', 'last'],
          goal: 'maximize',
        },
      },
      { kind: 'metric', metric: { name: 'val/*' } },
      { kind: 'exit', exitCode: 3, runtimeSeconds: 60 },
      { kind: 'begun' },
    ]);
  });

  it('tell the summary as it is at an exit before it', async () => {
    const writer = new WandbLogWriter().begin('abc').row({ a: 1, _step: 0 });
    writer.record({ summary: { update: [{ key: 'best', valueJson: '3' }] } }).exit();
    writer.record({ summary: { update: [{ key: 'best', valueJson: '4' }] } });
    const { records } = await readLog(writer.bytes());
    const last = records.filter(({ kind }) => kind === 'summary' || kind === 'exit').slice(-3);
    expect(last.map(({ kind }) => kind)).toEqual(['summary', 'exit', 'summary']);
    expect(last[0]).toMatchObject({
      change: { update: expect.arrayContaining([{ path: ['best'], json: '3' }]) },
    });
  });

  it('are counted by kind when nothing is made of them', async () => {
    const writer = new WandbLogWriter()
      .begin('abc')
      .record({ output: { line: 'x' } })
      .record({ outputRaw: { line: 'y' } });
    writer
      .record({ files: Uint8Array.of(10, 0) })
      .record({ artifact: Uint8Array.of() })
      .record({ alert: Uint8Array.of() });
    writer
      .record({ tbrecord: Uint8Array.of() })
      .record({ preempting: Uint8Array.of() })
      .record({ final: Uint8Array.of() });
    const { batches } = await readLog(writer.bytes());
    expect(batches[0]!.unread).toEqual({
      console: 2,
      file: 1,
      artifact: 1,
      alert: 1,
      tensorboard: 1,
      other: 1,
    });
  });
});
