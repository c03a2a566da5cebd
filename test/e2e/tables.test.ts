/**
 * Tables as people read them: pandas over HTTP, pandas and DuckDB from an exported folder and a mount. All agree with what was
 * logged, and with what `scan_history` of the SDK gives of the same runs.
 * @module
 */

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloudSource } from '../support/cloud.ts';
import { buildHouse, readWhole } from '../support/house.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/local-runs.ts';
import { MOUNTING_MISSING } from '../support/mounting.ts';
import { runProgram } from '../support/program.ts';
import { PYTHON_MISSING, runPython } from '../support/python.ts';
import { ofSdkRow, type PlainRow } from '../support/row-forms.ts';
import { scaled } from '../support/scale.ts';
import { SdkClient } from '../support/sdk-client.ts';
import { type ServedRuns, serveRuns } from '../support/served-runs.ts';
import { runPaths } from '../support/server-runs.ts';
import { readJsonLines } from '../support/table-readers.ts';
import { type RowValue, WandbLogWriter } from '../support/wandb-log-writer.ts';
import { type JsonObject, startWandbServer } from '../support/wandb-server/index.ts';

const START = 1_700_000_000;
const ROWS = scaled(3000, 100_000);
const FORMATS = ['csv', 'jsonl', 'parquet'] as const;
const NUMBERS = ['loss', 'acc', 'odd', 'flag'];

interface ReadTable {
  readonly columns: Readonly<Record<string, string>>;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** What a script logs at a step; numbers of every kind, and everything that is none. */
function loggedAt(step: number): Readonly<Record<string, RowValue>> {
  const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.1 + 0.2, 1e-300, 2.5e-308][
    step % 7
  ];
  return {
    loss: Math.sin(step) / 3,
    ...(step % 3 === 0 && { acc: Math.cos(step) * 1e17 }),
    ...(odd !== undefined && { odd }),
    ...(step % 5 === 0 && { flag: step % 2 === 0 }),
    ...(step % 4 === 0 && { note: `step ${step}, "quoted"\nand é😀` }),
    ...(step % 6 === 0 && { 'some/list': [step, 0.5] }),
  };
}

/** The value as every reader has it: numbers exactly, what is not finite by its word in Python. */
function plain(value: RowValue): unknown {
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'number' && !Number.isFinite(value))
    return Number.isNaN(value) ? 'NaN' : value > 0 ? 'inf' : '-inf';
  return value;
}

/** Of each row what was logged; pandas does not tell NaN from nothing. */
function expectedRows({ hasNan }: { readonly hasNan: boolean }): Record<string, unknown>[] {
  return Array.from({ length: ROWS }, (_, step) => {
    const values = Object.entries(loggedAt(step)).map(([key, value]) => [key, plain(value)] as const);
    const kept = values.filter(([, value]) => hasNan || value !== 'NaN');
    return { _step: step, _timestamp: START + step / 8, ...Object.fromEntries(kept) };
  });
}

/** A list is JSON text in CSV and Parquet; DuckDB and pandas make a list of one in JSON. */
function withLists(rows: ReadTable['rows']): ReadTable['rows'] {
  return rows.map((row) => {
    const list = row['some/list'];
    return typeof list === 'string' ? { ...row, 'some/list': JSON.parse(list) } : row;
  });
}

async function readTables(places: Readonly<Record<(typeof FORMATS)[number], string>>) {
  const answer = await runPython('read-tables.py', [JSON.stringify({ ...places, numbers: NUMBERS })]);
  return JSON.parse(answer) as Readonly<Record<string, ReadTable>>;
}

function placesBelow(base: string, name: string) {
  const [csv, jsonl, parquet] = FORMATS.map((format) => `${base}/${name}.${format}`) as [
    string,
    string,
    string,
  ];
  return { csv, jsonl, parquet };
}

describe.skipIf(PYTHON_MISSING !== null)(
  `tables of a run${PYTHON_MISSING ? ` (skipped: ${PYTHON_MISSING})` : ''}`,
  () => {
    let folder: TemporaryFolder;
    let served: ServedRuns;

    beforeAll(async () => {
      folder = await temporaryFolder();
      const log = new WandbLogWriter({ style: 'python' }).begin('abc', { displayName: 'sunny' });
      for (let step = 0; step < ROWS; step++)
        log.row({ ...loggedAt(step), _step: step, _timestamp: START + step / 8, _runtime: step });
      await folder.write('wandb/run-20260101_000000-abc/run-abc.wandb', log.exit().bytes());
      const mounting = MOUNTING_MISSING === null ? ['--mount', join(folder.path, 'mnt')] : [];
      served = await serveRuns(join(folder.path, 'wandb'), join(folder.path, 'served'), mounting);
    });

    afterAll(async () => {
      await served?.[Symbol.asyncDispose]();
      await folder?.[Symbol.asyncDispose]();
    });

    function expectLogged(tables: Readonly<Record<string, ReadTable>>, readers: readonly string[]): void {
      expect(Object.keys(tables)).toEqual(readers);
      for (const [reader, { columns, rows }] of Object.entries(tables)) {
        const expected = expectedRows({ hasNan: reader.startsWith('duckdb') });
        expect([reader, withLists(rows)]).toEqual([reader, expected]);
        for (const key of ['loss', 'acc', 'odd'])
          expect([reader, key, columns[key]]).toEqual([
            reader,
            key,
            reader.startsWith('duckdb') ? 'DOUBLE' : 'float64',
          ]);
      }
    }

    const PANDAS = ['pandas csv', 'pandas jsonl', 'pandas parquet'];
    const ALL = [...PANDAS, 'duckdb csv', 'duckdb jsonl', 'duckdb parquet'];

    it('over HTTP are read by pandas as they were logged', async () => {
      const places = placesBelow(`${served.url}/logdir/acme/research/sunny`, '@history');
      expectLogged(await readTables(places), PANDAS);
    });

    it.skipIf(MOUNTING_MISSING !== null)('of a mount are read by pandas and DuckDB', async () => {
      const places = placesBelow(join(folder.path, 'mnt/acme/research/sunny'), '@history');
      expectLogged(await readTables(places), ALL);
    });

    it('that were exported are read by pandas and DuckDB', async () => {
      const out = join(folder.path, 'out');
      for (const format of FORMATS) {
        const words = ['export', join(folder.path, 'wandb'), out, '--format', format];
        expect(await runProgram(words, { cwd: folder.path })).toMatchObject({ code: 0 });
      }
      expectLogged(await readTables(placesBelow(join(out, 'acme/research/sunny'), 'history')), ALL);
    });

    it('of a project say of which run a row is', async () => {
      const tables = await readTables(placesBelow(`${served.url}/logdir/acme/research`, '@history'));
      for (const { rows } of Object.values(tables))
        expect(rows.map(({ run, _step }) => [run, _step])).toEqual(
          Array.from({ length: ROWS }, (_, step) => ['sunny', step]),
        );
    });

    it('are had in ranges, with a strong tag', async () => {
      const url = `${served.url}/logdir/acme/research/sunny/@history.parquet`;
      const whole = await fetch(url);
      const bytes = Buffer.from(await whole.arrayBuffer());
      expect(whole.headers.get('content-type')).toBe('application/vnd.apache.parquet');
      const etag = whole.headers.get('etag') ?? '';
      expect(etag).toMatch(/^"table-/);
      const footer = await fetch(url, { headers: { range: 'bytes=-8' } });
      expect([footer.status, footer.headers.get('etag')]).toEqual([206, etag]);
      expect(Buffer.from(await footer.arrayBuffer()).equals(bytes.subarray(-8))).toBe(true);
      expect((await fetch(url, { headers: { 'if-none-match': etag } })).status).toBe(304);
    });
  },
);

describe.skipIf(PYTHON_MISSING !== null)('tables of runs on a server', () => {
  it('have the rows that scan_history gives', async () => {
    await using server = await startWandbServer();
    await using sdk = await SdkClient.create(server);
    await sdk.log(
      ...scaled(['sparse', 'resume'], ['scalars', 'sparse', 'hostile', 'resume', 'media']),
      '--runs',
      '2',
      '--rows',
      '200',
      '--metrics',
      '4',
    );
    const paths = runPaths(server);
    const scanned = (await sdk.ask('rows', ...paths)) as Readonly<Record<string, readonly JsonObject[]>>;
    await using cloud = await cloudSource(server, { entity: 'acme' });
    await using house = await buildHouse({ sources: [cloud.source] });
    expect(paths.length).toBeGreaterThan(scaled(1, 3));
    for (const path of paths) {
      const lines = readJsonLines((await readWhole(house.tree, `${path}/@history.jsonl`)).toString());
      expect([path, lines.map((line) => ofSdkRow(line as JsonObject))]).toEqual([
        path,
        byStep(scanned[path]!),
      ]);
    }
  });
});

/** `scan_history` gives rows twice where pages have rows that files have, too. */
function byStep(rows: readonly JsonObject[]): PlainRow[] {
  const steps = new Map(rows.map((row) => [Number(row['_step']), ofSdkRow(row)]));
  return [...steps.values()].sort((a, b) => a.step - b.step);
}
