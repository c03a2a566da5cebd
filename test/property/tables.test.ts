/** Tables of any history: sizes are exact, any range is that of the whole, and reading them gives the rows back. @module */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cell, type HistoryRow, type RunRecord, runKey } from '../../src/core/index.ts';
import { MemoryStore } from '../../src/history/index.ts';
import { buildHouse, COMPLETE, collect, type House, signal } from '../support/house.ts';
import { exitRecord, factsRecord, row, systemRow, text } from '../support/records.ts';
import { ScriptedSource } from '../support/scripted-source.ts';
import { type ReadRow, readCsv, readJsonLines, readParquet } from '../support/table-readers.ts';

const KEY = runKey('acme', 'research', 'run1');
const OTHER = runKey('acme', 'research', 'run2');
const RUN = 'acme/research/steady';

const KEYS = ['loss', 'acc', 'a.b', 'run', 'Ünï,"code"', 'constructor', 'step'] as const;
const CELL_KEYS = ['note', 'loss', 'img', 'run'] as const;

const number = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, 0, 1e21, 2 ** 53));
const JSON_TEXTS = [
  'null',
  '[1,NaN,-Infinity]',
  '{"_type":"image-file",\n"path":"a b"}',
  '[12345678901234567890]',
  '{}',
];

interface Logged {
  readonly go: number;
  readonly numbers: Readonly<Record<string, number>>;
  readonly cells: readonly Cell[];
  /** Seconds of a sample of the machine, in place of a row. */
  readonly sample: number | null;
}

const logged: fc.Arbitrary<Logged> = fc.record({
  // Mostly on, sometimes back, sometimes the same step again.
  go: fc.oneof(
    { weight: 12, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.integer({ min: -9, max: 9 }) },
  ),
  numbers: fc.dictionary(fc.constantFrom(...KEYS), number, { maxKeys: 4, noNullPrototype: true }),
  cells: fc.uniqueArray(
    fc.oneof(
      fc
        .tuple(fc.constantFrom(...CELL_KEYS), fc.string({ unit: 'grapheme' }))
        .map(([key, value]) => text(key, value)),
      fc
        .tuple(fc.constantFrom(...CELL_KEYS), fc.constantFrom(...JSON_TEXTS))
        .map(([key, json]): Cell => ({ key, kind: 'json', text: json })),
    ),
    { maxLength: 2, selector: ({ key }) => key },
  ),
  sample: fc.oneof({ weight: 8, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.nat(9) }),
});

const script = fc.array(logged, { maxLength: 40 }).map((all) => {
  const records: RunRecord[] = [];
  let step = 5;
  for (const { go, numbers, cells, sample } of all) {
    step = Math.max(0, step + go);
    const own = cells.filter(({ key }) => !(key in numbers)).sort((a, b) => (a.key < b.key ? -1 : 1));
    records.push(sample === null ? row(step, numbers, own) : systemRow(1.7e9 + sample, { cpu: sample }));
  }
  return records;
});

/** What stands after all was logged: of each row the values that no later row of its keys took back. */
function standing(
  records: readonly RunRecord[],
): { step: number; timestamp: number; values: Map<string, unknown> }[] {
  const rows = records.filter((record): record is HistoryRow => record.kind === 'history');
  const floors = new Map<string, number>();
  const kept = [];
  for (const { step, timestamp, shape, values, cells } of rows.toReversed()) {
    const all: (readonly [string, unknown])[] = [
      ...shape.keys.map((key, i) => [key, values[i]!] as const),
      ...cells.map((cell) => [cell.key, cell] as const),
    ];
    const own = all.filter(([key]) => step < (floors.get(key) ?? Infinity));
    for (const [key] of all) floors.set(key, Math.min(step, floors.get(key) ?? Infinity));
    if (own.length > 0 || all.length === 0) kept.push({ step, timestamp, values: new Map(own) });
  }
  return kept.toReversed();
}

/** Columns whose values are of more than one kind, or are neither numbers nor strings. */
function jsonKeys(records: readonly RunRecord[]): ReadonlySet<string> {
  const kinds = new Map<string, Set<string>>();
  const see = (key: string, kind: string) => kinds.set(key, (kinds.get(key) ?? new Set()).add(kind));
  for (const record of records) {
    if (record.kind !== 'history') continue;
    for (const key of record.shape.keys) see(key, 'number');
    for (const { key, kind, text: json } of record.cells)
      see(key, json === 'null' && kind === 'json' ? 'null' : kind);
  }
  const isJson = (seen: Set<string>) => seen.has('json') || seen.has('number') === seen.has('string');
  return new Set([...kinds].filter(([, seen]) => isJson(seen)).map(([key]) => key));
}

const WORDS: Readonly<Record<string, unknown>> = {
  NaN: 'NaN',
  Infinity: 'Infinity',
  '-Infinity': '-Infinity',
};

/** A value of a json column, parsed. Words stand for numbers that JSON lacks. */
function jsonValue(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : WORDS[String(value)];
  const { kind, text: json } = value as Cell;
  if (kind === 'string') return json;
  return JSON.parse(json.replace(/-?Infinity|NaN/g, '"$&"'));
}

type Format = 'csv' | 'jsonl' | 'parquet';

/** A row as a reader of a format has it. */
function expectedRow(
  { step, timestamp, values }: ReturnType<typeof standing>[number],
  format: Format,
  json: ReadonlySet<string>,
): ReadRow {
  const own = [...values].flatMap(([key, value]): (readonly [string, unknown])[] => {
    const isCell = typeof value !== 'number';
    if (format === 'jsonl') return [[key, jsonValue(value)]];
    if (json.has(key)) return [[key, JSON.stringify(jsonValue(value))]];
    if (isCell) return (value as Cell).kind === 'json' ? [] : [[key, (value as Cell).text]];
    return [[key, value]];
  });
  return Object.fromEntries([['_step', step], ['_timestamp', timestamp], ...own]);
}

/** CSV tells no kinds: a reader takes a column for numbers. */
function typedRow(row: Readonly<Record<string, string>>, numeric: (key: string) => boolean): ReadRow {
  const numberOf = (value: string) => Number(value.replace(/^(-?)inf$/, '$1Infinity'));
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [key, numeric(key) ? numberOf(value) : value]),
  );
}

/** JSON columns in one form: what was logged may have spaces. */
function normal(row: ReadRow, json: ReadonlySet<string>): ReadRow {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [
      key,
      json.has(key) && typeof value === 'string' ? JSON.stringify(JSON.parse(value)) : value,
    ]),
  );
}

/** The whole file. Its size is what was said, and ranges are those of the whole. */
async function readChecked(house: House, path: string, cuts: readonly number[]): Promise<Buffer> {
  await using file = await house.tree.open(path, COMPLETE);
  const { size } = file.node;
  const whole = await collect(file.read({ start: 0, end: size + 10 }, { signal }));
  expect(whole.length).toBe(size);
  for (const [i, cut] of cuts.entries()) {
    const [start, end] = [cut % (size + 3), cuts[i + 1] ?? size].sort((a, b) => a - b) as [number, number];
    const part = await collect(file.read({ start, end }, { signal }));
    expect(part.equals(whole.subarray(start, end))).toBe(true);
  }
  return whole;
}

async function houseOf(
  runs: readonly (readonly [typeof KEY, string, readonly RunRecord[]])[],
): Promise<House> {
  const source = new ScriptedSource();
  for (const [key, name, records] of runs) source.add(key, [factsRecord(name), ...records, exitRecord()]);
  return await buildHouse({ sources: [source], store: new MemoryStore({ maxBytes: 1e8 }) });
}

const cuts = fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 4 });

describe('a table of a run', () => {
  it('has an exact size, any range of it, and every row that stands', async () => {
    await fc.assert(
      fc.asyncProperty(script, cuts, async (records, at) => {
        await using house = await houseOf([[KEY, 'steady', records]]);
        const rows = standing(records);
        const json = jsonKeys(records);
        const numbers = new Set(records.flatMap((r) => (r.kind === 'history' ? r.shape.keys : [])));
        const numeric = (key: string) => (key.startsWith('_') ? true : numbers.has(key) && !json.has(key));
        const expected = (format: Format) => rows.map((one) => expectedRow(one, format, json));
        const bytes = async (format: Format) => await readChecked(house, `${RUN}/@history.${format}`, at);
        const lines = readJsonLines((await bytes('jsonl')).toString());
        expect(lines).toEqual(expected('jsonl'));
        const csv = readCsv((await bytes('csv')).toString()).map((one) => typedRow(one!, numeric));
        expect(csv.map((one) => normal(one, json))).toEqual(expected('csv'));
        const parquet = await readParquet(await bytes('parquet'));
        expect(parquet.map((one) => normal(one, json))).toEqual(expected('parquet'));
      }),
      { numRuns: 150 },
    );
  });
});

describe('a table of a project', () => {
  it('has the rows of its runs one after the other, and the columns of all', async () => {
    await fc.assert(
      fc.asyncProperty(script, script, cuts, async (first, second, at) => {
        await using house = await houseOf([
          [KEY, 'steady', first],
          [OTHER, 'zesty', second],
        ]);
        const expected = [first, second].flatMap((records, i) =>
          standing(records).map((one) => {
            const { run: logged, ...own } = expectedRow(one, 'jsonl', new Set()) as Record<string, unknown>;
            const of = { run: i === 0 ? 'steady' : 'zesty', ...own };
            return one.values.has('run') ? { ...of, 'run.logged': logged } : of;
          }),
        );
        const lines = readJsonLines(
          (await readChecked(house, 'acme/research/@history.jsonl', at)).toString(),
        );
        expect(lines).toEqual(expected);
        const csv = readCsv((await readChecked(house, 'acme/research/@history.csv', at)).toString());
        expect(csv.map((one) => one?.['run'])).toEqual(expected.map(({ run }) => run));
        const parquet = await readParquet(await readChecked(house, 'acme/research/@history.parquet', at));
        expect(parquet.map(({ run, _step }) => [run, _step])).toEqual(
          expected.map((one) => [one.run, (one as Record<string, unknown>)['_step']]),
        );
      }),
      { numRuns: 60 },
    );
  });
});
