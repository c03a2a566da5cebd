import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SystemRow } from '../../../src/core/index.ts';
import { ShapeRegistry } from '../../../src/sources/shape-registry.ts';
import { parquetSystemRows, systemRowsOfLines } from '../../../src/sources/wandb-cloud/rows/index.ts';
import { allOf, ParquetFolder } from '../../support/cloud-rows.ts';
import { neverAborted, readLog } from '../../support/local-runs.ts';
import { WandbLogWriter } from '../../support/wandb-log-writer.ts';
import type { JsonObject } from '../../support/wandb-server/index.ts';

const registry = new ShapeRegistry();
const plain = ({ kind, timestamp, shape, values }: SystemRow) => {
  expect(kind).toBe('system');
  return { timestamp, ...Object.fromEntries(shape.keys.map((key, index) => [key, values[index]])) };
};

describe('system metrics in lines', () => {
  const rowsOf = (lines: readonly string[], afterTimestamp = 0, options: object = {}) =>
    systemRowsOfLines(lines, { registry, afterTimestamp, ...options }).map(plain);

  it('have the names a local log has', () => {
    const local = { cpu: 12.5, 'gpu.0.gpu': 99, memory_percent: 50 };
    const dotted = Object.entries(local).map(([key, value]) => [`system.${key}`, value] as const);
    const line = JSON.stringify({
      ...Object.fromEntries(dotted),
      _timestamp: 7.5,
      _runtime: 3,
      _wandb: true,
      _step: 1,
    });
    expect(rowsOf([line])).toEqual([{ timestamp: 7.5, ...local }]);
  });

  it.each([
    ['{"_timestamp":1,"system":{"cpu":1,"gpu":{"0":{"gpu":2}}}}', { cpu: 1, 'gpu.0.gpu': 2 }],
    ['{"_timestamp":1,"cpu":1,"system.disk":true}', { cpu: 1, disk: 1 }],
    [
      '{"_timestamp":1,"system.cpu":"NaN","system.gpu":NaN,"system.name":"x","system.none":null,"system.l":[1]}',
      { cpu: Number.NaN, gpu: Number.NaN },
    ],
    ['{"_timestamp":1,"system.cpu":1,"cpu":2}', { cpu: 2 }],
  ])('are numbers, or nothing: %s', (line, values) => {
    expect(rowsOf([line])).toEqual([{ timestamp: 1, ...values }]);
  });

  it('come by time, one sample a moment, after another moment', () => {
    const onDropped = vi.fn();
    const lines = [3, 1, 2, 2].map((at, index) => `{"_timestamp":${at},"system.cpu":${index}}`);
    const all = [...lines, '{"system.cpu":9}', '{"_timestamp":"x"}'];
    expect(rowsOf(all, 1, { onDropped })).toEqual([
      { timestamp: 2, cpu: 3 },
      { timestamp: 3, cpu: 0 },
    ]);
    expect(onDropped.mock.calls).toEqual([[2, 'no-timestamp']]);
    expect(rowsOf([])).toEqual([]);
  });

  it('fail when a line is none', () => {
    expect(() => rowsOf(['{'])).toThrow(expect.objectContaining({ code: 'unavailable' }));
  });
});

describe('system metrics in files', () => {
  let folder: ParquetFolder;
  beforeEach(async () => {
    folder = await ParquetFolder.make();
  });
  afterEach(async () => await folder[Symbol.asyncDispose]());

  const rowsOf = async (files: readonly (readonly JsonObject[])[], options: object = {}) => {
    const paths = await Promise.all(files.map((rows) => folder.export(rows, { hasStatistics: false })));
    const all = { registry, afterTimestamp: 0, signal: neverAborted, ...options };
    return (await allOf(parquetSystemRows(paths, all))).map(plain);
  };

  it('come like those in lines', async () => {
    const first = [
      { _timestamp: 15, _runtime: 15, _wandb: true, 'system.cpu': 1, 'system.gpu.0.gpu': Number.NaN },
      { _timestamp: 30, 'system.cpu': 2, 'system.name': 'x' },
    ];
    const second = [
      { _timestamp: 45.5, 'system.gpu.0.gpu': 3 },
      { _timestamp: 30, 'system.cpu': 5 },
    ];
    const expected = [
      { timestamp: 15, cpu: 1, 'gpu.0.gpu': Number.NaN },
      { timestamp: 30, cpu: 5 },
      { timestamp: 45.5, 'gpu.0.gpu': 3 },
    ];
    expect(await rowsOf([first, second])).toEqual(expected);
    expect(await rowsOf([first, second], { afterTimestamp: 15, untilTimestamp: 40 })).toEqual([expected[1]]);
    expect(await rowsOf([first, second], { batchRows: 1 })).toEqual(expected);
    expect(await rowsOf([[]])).toEqual([]);
  });

  it('may lack the time', async () => {
    const onDropped = vi.fn();
    expect(await rowsOf([[{ 'system.cpu': 1 }]], { onDropped })).toEqual([]);
    expect(onDropped.mock.calls).toEqual([[1, 'no-timestamp']]);
  });

  it('equal those of a local log', async () => {
    const samples = [15, 30, 45].map((at) => ({
      at,
      values: { cpu: at / 2, 'gpu.0.gpu': at * 3, disk: 1e-7 },
    }));
    const log = new WandbLogWriter().begin('abc');
    for (const { at, values } of samples) log.stats(at, values);
    const local = (await readLog(log.bytes())).records
      .filter((record) => record.kind === 'system')
      .map(plain);
    const events = samples.map(({ at, values }) => ({
      _timestamp: at,
      ...Object.fromEntries(Object.entries(values).map(([key, value]) => [`system.${key}`, value])),
    }));
    expect(await rowsOf([events])).toEqual(local);
    const lines = events.map((event) => JSON.stringify(event));
    expect(systemRowsOfLines(lines, { registry, afterTimestamp: 0 }).map(plain)).toEqual(local);
  });
});
