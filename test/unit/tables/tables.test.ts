/** `@history.csv`, `.jsonl`, `.parquet`: what is in them, of long runs and of runs that grow. @module */

import { parquetMetadataAsync } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { type HistoryRow, type RunRecord, runKey } from '../../../src/core/index.ts';
import { MemoryStore } from '../../../src/history/index.ts';
import { createTree } from '../../../src/tree/index.ts';
import { buildHouse, COMPLETE, collect, type House, readWhole, signal } from '../../support/house.ts';
import { exitRecord, factsRecord, row, systemRow, text } from '../../support/records.ts';
import { Somebody } from '../../support/restricted-caller.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';
import { readCsv, readJsonLines, readParquet } from '../../support/table-readers.ts';

const KEY = runKey('acme', 'research', 'abc');
const RUN = 'acme/research/sunny';
const FORMATS = ['csv', 'jsonl', 'parquet'] as const;

async function houseOf(
  records: readonly RunRecord[],
): Promise<{ readonly source: ScriptedSource; readonly house: House }> {
  const source = new ScriptedSource();
  source.batchSize = 4000;
  source.add(KEY, [factsRecord('sunny'), ...records]);
  const house = await buildHouse({ sources: [source], store: new MemoryStore({ maxBytes: 1e9 }) });
  return { source, house };
}

const lines = async (house: House, path = `${RUN}/@history.jsonl`) =>
  readJsonLines((await readWhole(house.tree, path)).toString());

const steps = (count: number) => Array.from({ length: count }, (_, step) => step);

describe('a table', () => {
  it('is not listed, opens by its name, and says what it is', async () => {
    const { house } = await houseOf([row(0, { loss: 1 })]);
    await using _ = house;
    const names = async (path: string) => (await house.tree.list(path, { signal })).map(({ name }) => name);
    expect(await names(RUN)).not.toContainEqual(expect.stringContaining('history'));
    expect(await names('acme/research')).toEqual(['sunny']);
    const types = FORMATS.map(async (format) => await house.tree.stat(`${RUN}/@history.${format}`, COMPLETE));
    expect(await Promise.all(types)).toMatchObject([
      { name: '@history.csv', contentType: 'text/csv; charset=utf-8', mtimeMs: 1.7e12, isAppendOnly: false },
      { name: '@history.jsonl', contentType: 'application/x-ndjson; charset=utf-8' },
      { name: '@history.parquet', contentType: 'application/vnd.apache.parquet' },
    ]);
    await expect(house.tree.stat(`${RUN}/@history.xlsx`, COMPLETE)).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('has numbers as they are, nothing where nothing was logged, and no samples of the machine', async () => {
    const { house } = await houseOf([
      row(0, { loss: 0.1 + 0.2, acc: Number.NaN }),
      systemRow(1.7e9, { cpu: 12 }),
      row(1, { acc: Infinity }, [
        text('note', 'say "hi",\nall'),
        { key: 'img', kind: 'json', text: '{"_type":"x","n":NaN}' },
      ]),
      row(2, { acc: -Infinity, loss: -0 }, [text('note', '')]),
    ]);
    await using _ = house;
    expect((await readWhole(house.tree, `${RUN}/@history.csv`)).toString()).toBe(
      [
        '_step,_timestamp,acc,img,loss,note',
        '0,1700000000,NaN,,0.30000000000000004,',
        '1,1700000001,inf,"{""_type"":""x"",""n"":""NaN""}",,"say ""hi"",\nall"',
        '2,1700000002,-inf,,-0.0,""',
        '',
      ].join('\r\n'),
    );
    expect((await readWhole(house.tree, `${RUN}/@history.jsonl`)).toString()).toBe(
      [
        '{"_step":0,"_timestamp":1700000000,"acc":"NaN","loss":0.30000000000000004}',
        '{"_step":1,"_timestamp":1700000001,"acc":"Infinity","img":{"_type":"x","n":"NaN"},"note":"say \\"hi\\",\\nall"}',
        '{"_step":2,"_timestamp":1700000002,"acc":"-Infinity","loss":-0.0,"note":""}',
        '',
      ].join('\n'),
    );
  });

  it('of a run without rows has columns, and nothing below them', async () => {
    const { house } = await houseOf([exitRecord()]);
    await using _ = house;
    expect((await readWhole(house.tree, `${RUN}/@history.csv`)).toString()).toBe('_step,_timestamp\r\n');
    expect((await readWhole(house.tree, `${RUN}/@history.jsonl`)).length).toBe(0);
    expect(await readParquet(await readWhole(house.tree, `${RUN}/@history.parquet`))).toEqual([]);
  });

  it('has what was logged last where a run went back, key by key', async () => {
    const first = steps(9000).map((step) => row(step, { loss: step, only: step }));
    const again = steps(4000).map((i) => row(6000 + i, { loss: -(6000 + i) }, [text('note', 'again')]));
    const { house } = await houseOf([...first, ...again]);
    await using _ = house;
    const rows = await lines(house);
    expect(rows.filter(({ loss }) => loss !== undefined).map(({ loss }) => loss)).toEqual([
      ...steps(6000),
      ...steps(4000).map((i) => -(6000 + i)),
    ]);
    expect(rows.filter(({ only }) => only !== undefined).map(({ only }) => only)).toEqual(steps(9000));
  });

  it('says who logged a row where several did, none of whom takes back anything of another', async () => {
    const shape = { keys: ['loss'], writer: 2 };
    const second = (step: number): HistoryRow => ({ ...row(step, { loss: 0 }), shape, values: [10 + step] });
    const { house } = await houseOf([
      row(0, { loss: 0 }),
      row(1, { loss: 1 }),
      second(0),
      second(1),
      row(2, { loss: 2 }),
    ]);
    await using _ = house;
    expect((await lines(house)).map(({ _writer, loss }) => [_writer, loss])).toEqual([
      ...[
        [1, 0],
        [1, 1],
        [2, 10],
        [2, 11],
        [1, 2],
      ],
    ]);
  });

  it('stays as it was opened while its run goes on, and has a new tag then', async () => {
    const { source, house } = await houseOf([row(0, { loss: 1 })]);
    await using _ = house;
    for (const format of FORMATS) {
      const path = `${RUN}/@history.${format}`;
      const before = await readWhole(house.tree, path);
      await using file = await house.tree.open(path, COMPLETE);
      source.push(KEY, row(1, { loss: 2, late: 3 }));
      await house.tree.stat(path, COMPLETE);
      const read = await collect(file.read({ start: 0, end: 1e9 }, { signal }));
      expect(read.equals(before)).toBe(true);
      const now = await house.tree.stat(path, COMPLETE);
      expect(now.kind === 'file' && now.etag).not.toBe(file.node.etag);
    }
  });
});

describe('a long table', () => {
  const ROWS = 40_000;
  const records = steps(ROWS).map((step) =>
    row(step, { loss: 1 / (step + 1), acc: Math.sin(step), [`rare/${step % 40}`]: step }),
  );

  it.each(FORMATS)('of %s is many pieces, any range of which is that of the whole', async (format) => {
    const { house } = await houseOf(records);
    await using _ = house;
    const path = `${RUN}/@history.${format}`;
    const whole = await readWhole(house.tree, path);
    await using file = await house.tree.open(path, COMPLETE);
    expect(file.node.size).toBe(whole.length);
    const stride = Math.ceil(whole.length / 97);
    for (let start = 0; start < whole.length; start += stride) {
      const part = await collect(file.read({ start, end: start + stride + 5 }, { signal }));
      expect(part.equals(whole.subarray(start, start + stride + 5))).toBe(true);
    }
    const read =
      format === 'csv'
        ? readCsv(whole.toString()).map((one) => Number(one!['loss']))
        : format === 'jsonl'
          ? readJsonLines(whole.toString()).map(({ loss }) => loss)
          : (await readParquet(whole)).map(({ loss }) => loss);
    expect(read).toEqual(steps(ROWS).map((step) => 1 / (step + 1)));
  });

  it('of Parquet has row groups of a bounded size', async () => {
    const { house } = await houseOf(records);
    await using _ = house;
    const bytes = await readWhole(house.tree, `${RUN}/@history.parquet`);
    const { row_groups: groups } = await parquetMetadataAsync(Uint8Array.from(bytes).buffer);
    expect(groups.map(({ num_rows: rows }) => Number(rows))).toEqual([16_384, 16_384, ROWS - 2 * 16_384]);
  });
});

describe('a table of a run that goes on', () => {
  it.each(FORMATS)('of %s is at each look what it is for who looks for the first time', async (format) => {
    const path = `${RUN}/@history.${format}`;
    const rows = (from: number, to: number) =>
      steps(to - from).map((i) => row(from + i, { loss: from + i }, [text('note', 'x'.repeat(40))]));
    const script = [
      ...[rows(0, 1), rows(1, 9000), rows(9000, 9001), rows(9001, 14_000)],
      ...[[row(14_000, { loss: 1, late: 2 })], rows(14_001, 15_000), rows(9500, 9600), rows(9600, 9700)],
    ];
    const { source, house } = await houseOf([]);
    await using _ = house;
    const all: RunRecord[] = [];
    for (const records of script) {
      all.push(...records);
      source.push(KEY, ...records);
      const fresh = await houseOf(all);
      await using __ = fresh.house;
      const bytes = await readWhole(house.tree, path);
      expect(bytes.equals(await readWhole(fresh.house.tree, path))).toBe(true);
    }
  });
});

describe('a table of a run that costs requests', () => {
  it('is whole for who opens it first, though reading takes longer than a poll waits', async () => {
    const source = new ScriptedSource({ reading: 'on-demand' });
    source.batchSize = 1;
    source.pauseMs = 60;
    source.add(KEY, [
      factsRecord('sunny'),
      ...steps(20).map((step) => row(step, { loss: step })),
      exitRecord(),
    ]);
    await using house = await buildHouse({ sources: [source], store: new MemoryStore({ maxBytes: 1e8 }) });
    await using file = await house.tree.open(`${RUN}/@history.jsonl`, { signal, freshness: 'refresh' });
    const read = await collect(file.read({ start: 0, end: file.node.size }, { signal }));
    expect(readJsonLines(read.toString()).map(({ loss }) => loss)).toEqual(steps(20));
  });

  it('is of what was read where that will do, and reads nothing', async () => {
    const source = new ScriptedSource({ reading: 'on-demand' });
    source.add(KEY, [factsRecord('sunny'), row(0, { loss: 1 })]);
    await using house = await buildHouse({ sources: [source], store: new MemoryStore({ maxBytes: 1e8 }) });
    const node = await house.tree.stat(`${RUN}/@history.csv`, { signal, freshness: 'cached' });
    expect(node).toMatchObject({ size: '_step,_timestamp\r\n'.length });
    expect(source.reads).toBe(0);
  });
});

describe('the table of a project', () => {
  it('has runs that the caller sees alone, also where rights end while it waits', async () => {
    const { house } = await houseOf([row(0, { loss: 1 })]);
    await using _ = house;
    const caller = new Somebody('acme');
    const tree = createTree({ ...house, caller });
    const csv = async () => (await readWhole(tree, 'acme/research/@history.csv')).toString();
    expect(await csv()).toContain('sunny');
    const waiting = csv();
    caller.loseRights();
    expect(await waiting).toBe('run,_step,_timestamp\r\n');
    await expect(csv()).rejects.toMatchObject({ code: 'not-found' });
  });

  it('has a first column that says of which run a row is', async () => {
    const { source, house } = await houseOf([row(0, { loss: 1 })]);
    await using _ = house;
    source.add(runKey('acme', 'research', 'def'), [
      factsRecord('windy'),
      row(0, { acc: 2 }, [text('run', 'mine')]),
    ]);
    await house.history.catalogue.refresh({ signal });
    expect((await readWhole(house.tree, 'acme/research/@history.csv')).toString()).toBe(
      [
        'run,_step,_timestamp,acc,loss,run.logged',
        'sunny,0,1700000000,,1,',
        'windy,0,1700000000,2,,mine',
        '',
      ].join('\r\n'),
    );
  });
});

describe('the table of a query', () => {
  it('has the rows of the runs that it chooses', async () => {
    const { source, house } = await houseOf([row(0, { loss: 1 })]);
    await using _ = house;
    source.add(runKey('acme', 'research', 'def'), [factsRecord('windy'), row(0, { loss: 2 }), exitRecord()]);
    await house.history.catalogue.refresh({ signal });
    for (const directory of ['sunny', 'windy'])
      await house.tree.stat(`acme/research/${directory}/run.json`, COMPLETE);
    const rows = await lines(house, 'acme/research/@state=finished/@history.jsonl');
    expect(rows).toEqual([{ run: 'windy', _step: 0, _timestamp: 1.7e9, loss: 2 }]);
    await expect(house.tree.stat('acme/research/@state=nonsense/@history.csv', COMPLETE)).rejects.toThrow();
  });
});
