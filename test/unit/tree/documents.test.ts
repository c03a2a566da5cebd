import { describe, expect, it } from 'vitest';
import { runKey } from '../../../src/core/index.ts';
import {
  configDocument,
  type RunDescription,
  runJson,
  summaryJson,
} from '../../../src/tree/documents/index.ts';

const dictionary = {
  keys: ['loss', 'note', 'img', 'cpu'],
  shapes: [
    { kind: 'history', keys: [0], type: null },
    { kind: 'cell', keys: [1], type: 'string' },
    { kind: 'cell', keys: [2], type: 'html-file' },
    { kind: 'system', keys: [3], type: null },
    { kind: 'cell', keys: [2], type: 'null' },
    { kind: 'cell', keys: [2], type: 'list' },
    { kind: 'history', keys: [], type: null },
  ],
} as const;

const description: RunDescription = {
  key: runKey('acme', 'research', 'abc'),
  state: 'failed',
  facts: { displayName: 'sunny', host: 'node7' },
  exit: { exitCode: 2, runtimeSeconds: 30 },
  progress: {
    rows: 5,
    systemRows: 2,
    firstStep: 0,
    lastStep: 4,
    lastTimestamp: 1.7e9,
    startTime: 1.6e9,
    restarts: 1,
  },
  dictionary,
  shapeRows: [5, 3, 2, 2, 1, undefined],
  stepMetricOf: () => null,
  metrics: [{ name: 'val\\.acc/*', stepMetric: 'epoch\\.n' }],
  writtenTags: [{ tag: 'img', shapeId: 2, points: 2 }],
  emptyValues: new Map([[2, 1]]),
  leftOut: [{ shapeId: 2, sampled: 3, tooLarge: 1 }],
  losses: ['media/a.png is gone'],
  unread: { console: 7, artifact: 1 },
  skippedBytes: 12,
  locations: ['/runs/a'],
  toldSummary: [],
  untoldSummary: [],
  isWaiting: false,
  eventFile: { name: 'events.out.tfevents.1.abc', size: 99 },
  failure: null,
};

describe('run.json', () => {
  const run = JSON.parse(runJson(description)) as Record<string, unknown>;

  it('tells what the run is', () => {
    expect(run).toMatchObject({
      entity: 'acme',
      project: 'research',
      id: 'abc',
      name: 'sunny',
      host: 'node7',
      state: 'failed',
      exitCode: 2,
      history: { rows: 5, lastStep: 4, restarts: 1 },
      eventFile: { size: 99 },
      source: { locations: ['/runs/a'], skippedBytes: 12, failure: null },
      // As people wrote it, not as W&B escapes it.
      metrics: [{ name: 'val.acc/*', stepMetric: 'epoch.n' }],
    });
  });

  it('lists every tag with its points', () => {
    expect(run['series']).toEqual([
      { tag: 'img', key: 'img', type: 'text', points: 2 },
      { tag: 'img/text', key: 'img', type: 'text', points: 0 },
      { tag: 'loss', key: 'loss', type: 'scalar', points: 5 },
      { tag: 'note', key: 'note', type: 'text', points: 3 },
      { tag: 'system/cpu', key: 'cpu', type: 'scalar', points: 2 },
    ]);
  });

  it('lists what is not shown, each with a reason', () => {
    const notShown = run['notShown'] as {
      key: string | null;
      type: string;
      count: number;
      reason: string;
      path?: string;
    }[];
    expect(notShown.map(({ key, type, count }) => [key, type, count])).toEqual([
      ['img', 'html-file', 2],
      ['img', 'null', 1],
      ['img', 'html-file', 3],
      ['img', 'html-file', 1],
      ['img', 'html-file', 1],
      [null, 'lost', 1],
      [null, 'console', 7],
      [null, 'artifact', 1],
    ]);
    expect(new Set(notShown.map(({ reason }) => reason)).size).toBe(8);
    expect(notShown.map(({ path }) => path)).toContain('@files/media/html');
  });
});

describe('summary.json and config.yaml', () => {
  it('are an object and its YAML, with words for what JSON lacks', () => {
    const entries = [
      { path: ['best', 'loss'], json: 'NaN' },
      { path: ['_wandb'], json: '{"runtime":1}' },
    ];
    expect(JSON.parse(summaryJson(entries))).toEqual({ best: { loss: 'NaN' }, _wandb: { runtime: 1 } });
    expect(configDocument(entries)).toBe('best:\n  loss: NaN\n');
  });

  it('of nothing are an empty object', () => {
    expect([summaryJson([]), configDocument([])]).toEqual(['{}\n', '{}\n']);
  });
});
