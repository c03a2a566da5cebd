/** The table of a project's runs: from the catalogue, with columns that tell most or those that were asked for. */

import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LogdirError, runKey } from '../../../src/core/index.ts';
import { columnOf, columnText, createOverview, type TableQuery } from '../../../src/overview/index.ts';
import { compareValues, type ShownValue, shownValue } from '../../../src/overview/run-column.ts';
import { buildHouse, type House, signal } from '../../support/house.ts';
import { temporaryFolder } from '../../support/local-runs.ts';
import { configRecord, exitRecord, factsRecord, row, summaryRecord } from '../../support/records.ts';
import { Somebody } from '../../support/restricted-caller.ts';
import { BY_NAME, NEWEST } from '../../support/run-order.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';
import { HOSTILE_TEXT, SWEEP_SIZE, sweepHouse, sweepRecords } from '../../support/sweep-runs.ts';

const ALL: TableQuery = { query: '', order: NEWEST, columns: null, offset: 0, limit: 100, signal };

let house: House;
beforeAll(async () => {
  house = await sweepHouse();
});
afterAll(() => house[Symbol.asyncDispose]());

const table = (query: Partial<TableQuery> = {}) =>
  house.overview.table('team', 'sweep', { ...ALL, ...query });
const idsOf = async (query: Partial<TableQuery>) => (await table(query)).runs.map(({ runId }) => runId);
const columns = (...texts: string[]) => texts.map((text) => columnOf(text)!);

describe('columns', () => {
  it('are config that differs and numbers of summaries, where nobody chose', async () => {
    const { columns: shown, otherColumns, moreColumns } = await table();
    expect(shown.map(columnText)).toEqual([
      ...['config.epochs', 'config.lr', 'config.model'],
      ...['summary.train/loss', 'summary.val/accuracy'],
    ]);
    // Neither lists, nor what one run has alone, nor what W&B keeps for itself.
    expect(otherColumns.map(columnText).sort()).toEqual([
      ...[`config.${HOSTILE_TEXT}`, 'config.seed', `summary.${HOSTILE_TEXT}`],
    ]);
    expect(moreColumns).toBe(0);
  });

  it('have the values of each run, and nothing where it has none', async () => {
    const asked = columns('config.lr', 'config.model', 'config.layers', 'config.nobody', 'config.lr');
    const { runs, columns: shown } = await table({ columns: asked, order: BY_NAME });
    expect(shown.map(columnText)).toEqual(['config.lr', 'config.model', 'config.layers', 'config.nobody']);
    expect(runs.find(({ runId }) => runId === 's3')?.values).toEqual([
      { kind: 'number', value: 0.003 },
      { kind: 'text', text: 'vit-b/16' },
      { kind: 'json', text: '[64,64]' },
      null,
    ]);
  });

  it('are of nested keys also where a log holds them as JSON of the topmost one', async () => {
    const source = new ScriptedSource();
    for (const [i, lr] of [0.1, 0.2].entries())
      source.add(runKey('e', 'nested', `n${i}`), [
        factsRecord(`n${i}`, 1.7e9 + i),
        // Too long to be kept as one value.
        configRecord({ opt: { lr, name: 'sgd', a: 'x'.repeat(600), b: 'y'.repeat(600) } }),
        row(0, { loss: 1 }),
        summaryRecord({ loss: { min: i } }),
        exitRecord(),
      ]);
    await using nested = await buildHouse({ sources: [source] });
    for (const run of nested.history.catalogue.runs.values()) await run.update();
    const shown = await nested.overview.table('e', 'nested', { ...ALL, order: BY_NAME });
    expect(shown.columns.map(columnText)).toEqual(['config.opt.lr', 'summary.loss.min']);
    expect(shown.runs.map(({ values }) => values)).toEqual(
      [0.1, 0.2].map((lr, i) => [lr, i].map((value) => ({ kind: 'number', value }))),
    );
  });

  it('may be none, and are bounded', async () => {
    expect((await table({ columns: [] })).runs[0]?.values).toEqual([]);
    const many = Array.from({ length: 100 }, (_, i) => `config.k${i}`);
    expect((await table({ columns: columns(...many) })).columns).toHaveLength(40);
  });

  it('go by their names', async () => {
    expect(columnOf('config.a.b')).toEqual({ field: 'config', path: 'a.b' });
    for (const text of ['', 'lr', 'config.', 'config', 'tags.x']) expect(columnOf(text)).toBeUndefined();
    await fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (path) => {
        expect(columnOf(columnText({ field: 'summary', path }))).toEqual({ field: 'summary', path });
      }),
    );
  });
});

describe('the order', () => {
  it('is that of a column, either way, runs without a value last', async () => {
    const by = columnOf('summary.train/loss')!;
    expect((await idsOf({ order: { by, direction: 'ascending' } }))[0]).toBe('s13');
    expect((await idsOf({ order: { by, direction: 'descending' } })).slice(0, 2)).toEqual(['s1', 's2']);
    const hostile = columnOf(`config.${HOSTILE_TEXT}`)!;
    for (const direction of ['ascending', 'descending'] as const)
      expect((await idsOf({ order: { by: hostile, direction } }))[0]).toBe('s14');
  });

  it.each([
    ['started', 'ascending', 's1'],
    ['started', 'descending', 's14'],
    ['state', 'ascending', 's5'],
    ['name', 'descending', 's9'],
    ['step', 'descending', 's14'],
  ] as const)('by %s, %s, begins with %s', async (by, direction, first) => {
    expect((await idsOf({ order: { by, direction } }))[0]).toBe(first);
  });

  it('of values is total: numbers, texts, what nests; NaN and nothing at the end in either direction', async () => {
    const value = fc.oneof(
      fc.constant(null),
      fc.double().map((number): ShownValue => ({ kind: 'number', value: number })),
      fc.string().map((text): ShownValue => ({ kind: 'text', text })),
      fc.string().map((text): ShownValue => ({ kind: 'json', text })),
    );
    const direction = fc.constantFrom('ascending', 'descending');
    await fc.assert(
      fc.property(fc.array(value), direction, (values, way) => {
        const sorted = [...values].sort((a, b) => compareValues(a, b, way));
        for (let i = 1; i < sorted.length; i++)
          expect(compareValues(sorted[i - 1]!, sorted[i]!, way)).toBeLessThanOrEqual(0);
        const numbers = sorted.flatMap((found) => (found?.kind === 'number' ? [found.value] : []));
        const known = numbers.filter((number) => !Number.isNaN(number));
        expect(numbers.slice(0, known.length)).toEqual(known);
        expect(sorted.slice(sorted.filter((found) => found !== null).length).every((v) => v === null)).toBe(
          true,
        );
      }),
    );
  });

  it('knows numbers by any of W&B’s words for them', () => {
    expect(['NaN', '"NaN"', '-Infinity', '"Infinity"', '1e3'].map(shownValue)).toEqual(
      [Number.NaN, Number.NaN, -Infinity, Infinity, 1000].map((value) => ({ kind: 'number', value })),
    );
    expect(['true', 'null', '"a"', '{"a":1}'].map((json) => shownValue(json).kind)).toEqual([
      ...['text', 'text', 'text', 'json'],
    ]);
  });
});

describe('a search', () => {
  it.each([
    ['@state=running', ['s5']],
    ['@group=wide @best=val/accuracy:2', ['s13', 's11']],
    ['@group=wide @config.lr>0.004 @state=finished 1', ['s13', 's11']],
    ['@tag="two words"', ['s3']],
    ['RUN 13', ['s13']],
    ['nothing', []],
  ])('for %j finds %j', async (query, ids) => {
    expect(await idsOf({ query })).toEqual(ids);
  });

  it('has a directory in the tree, which lists the same runs', async () => {
    const query = '@group=baseline @best=val/accuracy:3 @config.model=resnet18';
    const { queryPath, runs } = await table({ query });
    expect(queryPath).toBe('team/sweep/@group=baseline/@best=val∕accuracy:3/@config.model=resnet18');
    const listed = await house.tree.list(queryPath!, { signal });
    expect(listed.map(({ name }) => name).sort()).toEqual(runs.map(({ directory }) => directory).sort());
    expect((await table({ query: 'run' })).queryPath).toBeNull();
  });

  it('that is none finds nothing and says why, as cards too', async () => {
    const told = { total: 0, queryPath: null, runs: [] };
    const problem = expect.stringContaining('did you mean one like @state=running?');
    expect(await table({ query: '@stat=x' })).toMatchObject({ ...told, problems: [problem] });
    const cards = await house.overview.runs('team', 'sweep', { ...ALL, query: '@stat=x' });
    expect(cards).toMatchObject({ ...told, problems: [problem] });
  });

  it('is paged', async () => {
    const page = await table({ order: BY_NAME, offset: 2, limit: 3 });
    expect([page.total, page.runs.length]).toEqual([SWEEP_SIZE, 3]);
  });
});

it('answers from the catalogue, and opens no log', async () => {
  await using cache = await temporaryFolder();
  await using before = await sweepHouse({ cacheDir: cache.path });
  await before[Symbol.asyncDispose]();
  const source = new ScriptedSource();
  for (let i = 1; i <= SWEEP_SIZE; i++) source.add(runKey('team', 'sweep', `s${i}`), sweepRecords(i));
  await using after = await buildHouse({ sources: [source], cacheDir: cache.path });
  const { runs } = await after.overview.table('team', 'sweep', { ...ALL, query: '@config.lr<0.003 run' });
  expect(runs.map(({ runId, lastStep, exitCode }) => [runId, lastStep, exitCode])).toEqual([
    ['s2', 399, 0],
    ['s1', 399, 0],
  ]);
  expect([...after.history.catalogue.runs.values()].filter(({ log }) => log !== undefined)).toEqual([]);
});

it('shows of a server what was read, and of other runs what its listing says', async () => {
  const source = new ScriptedSource({ reading: 'on-demand' });
  const records = [configRecord({ lr: 1 }), row(0, { loss: 1 }), summaryRecord({ loss: 1 }), exitRecord(0)];
  source.add(runKey('e', 'p', 'a'), [factsRecord('first'), ...records]);
  source.add(runKey('e', 'p', 'b'), [factsRecord('second'), ...records]);
  await using served = await buildHouse({ sources: [source] });
  for (const run of served.history.catalogue.runs.values()) if (run.key.runId === 'a') await run.update();
  const asked = {
    ...ALL,
    columns: columns('config.lr'),
    order: { by: columnOf('config.lr')!, direction: 'descending' },
  } as const;
  const { runs } = await served.overview.table('e', 'p', asked);
  expect(runs.map(({ runId, reading, rows, values }) => [runId, reading, rows, values])).toEqual([
    ['a', 'complete', 1, [{ kind: 'number', value: 1 }]],
    ['b', 'unread', null, [null]],
  ]);
});

it('is not there for who does not see the project', async () => {
  const theirs = createOverview({ ...house, caller: new Somebody('others') });
  const refused = expect.objectContaining({ code: 'not-found' });
  await expect(theirs.table('team', 'sweep', ALL)).rejects.toEqual(refused);
  await expect(theirs.compare('team', 'sweep', { runs: ['s1'], tags: null, signal })).rejects.toEqual(
    refused,
  );
  const ours = createOverview({ ...house, caller: new Somebody('team') });
  expect((await ours.table('team', 'sweep', ALL)).total).toBe(SWEEP_SIZE);
  await expect(house.overview.table('team', 'nobody', ALL)).rejects.toThrow(LogdirError);
});
