/**
 * Turns what W&B's server sends into rows, again and again: `cloud-rows lines|objects|UNCOMPRESSED|SNAPPY|GZIP|ZSTD|FILE
 * [ROUNDS]`. Prints the median round. @module
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { ShapeRegistry } from '../../src/sources/shape-registry.ts';
import {
  keyTypesOf,
  parquetRows,
  rowsOfLines,
  rowsOfObjects,
} from '../../src/sources/wandb-cloud/rows/index.ts';
import { randomNumbers } from '../../test/support/random.ts';
import type { Codec } from '../../test/support/wandb-server/parquet/codecs.ts';
import { encodeParquet } from '../../test/support/wandb-server/parquet/parquet-file.ts';
import { ObjectRows } from '../../test/support/wandb-server/rows/object-rows.ts';
import { median } from '../median.ts';

const ROWS = 125_000;
const METRICS = 8;
const PAGE_LINES = 10_000;

type Rows = readonly { readonly values: readonly number[] }[];
/** Reads everything once; resolves with the number of points. */
type Read = () => Promise<number>;

const CODECS: readonly string[] = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'ZSTD'];
const registry = new ShapeRegistry();
const keyTypes = keyTypesOf({ keys: {} });

const [form = 'lines', rounds = '7'] = process.argv.slice(2);
console.log(JSON.stringify(await measure(form, Number(rounds))));

async function measure(what: string, count: number): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'cloud-rows-'));
  try {
    const read = reader(what, folder);
    const delay = monitorEventLoopDelay({ resolution: 1 });
    const seconds: number[] = [];
    const cpuSeconds: number[] = [];
    let points = 0;
    for (let round = 0; round < count; round++) {
      // The first rounds are those of cold code.
      if (round === 2) delay.enable();
      const start = performance.now();
      const cpu = process.cpuUsage();
      points = await read();
      seconds.push((performance.now() - start) / 1000);
      const { user, system } = process.cpuUsage(cpu);
      cpuSeconds.push((user + system) / 1e6);
    }
    const pointsPerSecond = Math.round(points / median(seconds));
    const pointsPerCpuSecond = Math.round(points / median(cpuSeconds));
    const peakRssMegabytes = process.resourceUsage().maxRSS / 1000;
    return {
      form: what,
      points,
      seconds: median(seconds),
      pointsPerSecond,
      pointsPerCpuSecond,
      stallMs: delay.max / 1e6,
      peakRssMegabytes,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function reader(what: string, folder: string): Read {
  if (what.endsWith('.parquet')) return parquetReader(what);
  const rows = madeUpRows();
  if (what === 'lines') return linesReader(rows);
  if (what === 'objects') return objectsReader(rows);
  if (!CODECS.includes(what))
    throw new Error(`lines, objects, a .parquet file or one of ${CODECS.join(', ')}`);
  const path = join(folder, 'history.parquet');
  const block = new ObjectRows();
  block.append(rows);
  const layout = {
    codec: what as Codec,
    rowGroupRows: ROWS,
    hasStatistics: true,
    jsonKeys: new Set<string>(),
  };
  writeFileSync(path, encodeParquet([{ block, from: 0, to: ROWS }], layout));
  return parquetReader(path);
}

function madeUpRows(): Record<string, number>[] {
  const random = randomNumbers(1);
  return Array.from({ length: ROWS }, (_, step) => {
    const axes = { _runtime: step * 0.37, _step: step, _timestamp: 1.7e9 + step * 0.37 };
    const metrics = Array.from({ length: METRICS }, (_, index) => {
      return [`train/metric_${index}`, Math.sin(step / 1000 + index) + 0.1 * random()] as const;
    });
    return { ...axes, ...Object.fromEntries(metrics) };
  });
}

function linesReader(rows: readonly Record<string, number>[]): Read {
  const lines = rows.map((row) => JSON.stringify(row));
  const pages: string[][] = [];
  // Lines come out of the JSON of an answer.
  for (let at = 0; at < ROWS; at += PAGE_LINES)
    pages.push(JSON.parse(JSON.stringify(lines.slice(at, at + PAGE_LINES))) as string[]);
  return async () =>
    pages.reduce((sum, page) => sum + pointsOf(rowsOfLines(page, { registry, keyTypes })), 0);
}

function objectsReader(rows: readonly Record<string, number>[]): Read {
  const specs = Array.from({ length: METRICS }, (_, index) => `train/metric_${index}`).flatMap((key) =>
    rows.map(({ _step, _timestamp, [key]: value }) => ({ _step, _timestamp, [key]: value })),
  );
  return async () => pointsOf(rowsOfObjects(specs, { registry, keyTypes }));
}

function parquetReader(path: string): Read {
  const { signal } = new AbortController();
  return async () => {
    let points = 0;
    for await (const rows of parquetRows([path], { registry, keyTypes, afterStep: -1, signal }))
      points += pointsOf(rows);
    return points;
  };
}

function pointsOf(rows: Rows): number {
  return rows.reduce((sum, { values }) => sum + values.length, 0);
}
