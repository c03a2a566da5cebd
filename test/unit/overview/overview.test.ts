import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runKey } from '../../../src/core/index.ts';
import { spread } from '../../../src/overview/series-preview.ts';
import { buildHouse, type House, signal } from '../../support/house.ts';
import { temporaryFolder } from '../../support/local-runs.ts';
import { configRecord, exitRecord, factsRecord, row, summaryRecord } from '../../support/records.ts';
import { BY_NAME, BY_STATE, NEWEST } from '../../support/run-order.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

const ALL = { query: '', order: NEWEST, offset: 0, limit: 100, signal } as const;

let source: ScriptedSource;
let house: House;
beforeEach(async () => {
  source = new ScriptedSource();
  const curve = Array.from({ length: 300 }, (_, i) =>
    row(i, { 'train/loss': 300 - i, zeta: i, alpha: i, acc: i }),
  );
  source.add(runKey('e', 'p', 'a'), [factsRecord('first', 1.7e9), ...curve, exitRecord(0)]);
  source.add(runKey('e', 'p', 'b'), [factsRecord('second', 1.8e9), row(0, { loss: 1 }), exitRecord(3)]);
  source.add(runKey('e', 'p', 'c'), [factsRecord('third', 1.9e9), row(0, { loss: 1 })]);
  source.add(runKey('e', 'q', 'd'), []);
  house = await buildHouse({ sources: [source] });
  house.history.background.enqueueAll();
  await house.history.background.idle();
});
afterEach(() => house[Symbol.asyncDispose]());

describe('the overview', () => {
  it('counts projects and their runs', async () => {
    const cards = await house.overview.projects({ signal });
    expect(cards.map(({ path, runs, running }) => [path, runs, running])).toEqual([
      ['e/p', 3, 1],
      ['e/q', 1, 1],
    ]);
  });

  it('takes the last change of a run that ended from its end, not from a copy of its log', async () => {
    source.changedAtMs = 2e12;
    await house.history.relist();
    const { runs } = await house.overview.runs('e', 'p', { ...ALL, order: BY_NAME });
    // The exit records tell of 60 s; the rows of the first run go on until 299 s.
    expect(runs.map(({ modifiedAtMs }) => modifiedAtMs)).toEqual([1.7e12 + 299_000, 1.8e12 + 60_000, 2e12]);
  });

  it('tells state, progress and the most telling series of a run', async () => {
    const { runs } = await house.overview.runs('e', 'p', { ...ALL, order: BY_NAME });
    const [first, second] = runs;
    expect(first).toMatchObject({
      directory: 'first',
      state: 'finished',
      exitCode: 0,
      rows: 300,
      lastStep: 299,
      tagCount: 4,
      reading: 'complete',
    });
    expect(first!.previews.map(({ tag, last }) => [tag, last])).toEqual([
      ['train/loss', 1],
      ['acc', 299],
      ['alpha', 299],
    ]);
    const { points } = first!.previews[0]!;
    expect(points.length).toBeLessThanOrEqual(64);
    expect([points[0], points.at(-1)]).toEqual([
      { step: 0, value: 300 },
      { step: 299, value: 1 },
    ]);
    expect(second).toMatchObject({ state: 'failed', exitCode: 3, tagCount: 1 });
  });

  it('tells all of one run: tags, config, summary, notes, and what is not shown', async () => {
    const cells = (key: string, text: string) => [{ key, kind: 'json' as const, text }];
    const media = row(0, {}, cells('page', '{"_type":"html-file","path":"a.html"}'));
    const more = row(1, {}, cells('plot', '{"_type":"plotly-file","path":"b.plotly.json"}'));
    source.add(runKey('e', 'p', 'm'), [
      { kind: 'facts', facts: { displayName: 'media', startTime: 1.6e9, notes: 'why' } },
      configRecord({ rate: 0.1, _wandb: {} }),
      summaryRecord({ best: 3, _step: 1 }),
      ...[media, more, row(2, {}, cells('page', 'null')), exitRecord(0)],
    ]);
    await house.history.relist();
    const run = await house.overview.run('e', 'p', 'media', { signal });
    expect(run).toMatchObject({
      card: { directory: 'media', state: 'finished', tagCount: 2, previews: [], media: [] },
      facts: { notes: 'why' },
      ...{
        tags: ['page', 'plot'],
        config: 'rate: 0.1\n',
        summary: [{ key: 'best', json: '3' }],
        failure: null,
      },
    });
    expect(run.card.notShown).toEqual([
      { type: 'html-file', count: 1 },
      { type: 'plotly-file', count: 1 },
    ]);
    expect(run.notShown.map(({ key, type }) => [key, type])).toEqual([
      ['page', 'html-file'],
      ['plot', 'plotly-file'],
      ['page', 'null'],
    ]);
    const first = await house.overview.run('e', 'p', 'a', { signal });
    expect(first.tags).toEqual(['acc', 'alpha', 'train/loss', 'zeta']);
    expect(first.card.previews).toHaveLength(4);
    await expect(house.overview.run('e', 'p', 'nobody', { signal })).rejects.toThrow('no run nobody');
    await expect(house.overview.run('e', 'x', 'a', { signal })).rejects.toThrow('no project e/x');
  });

  it('drops from a preview what a restart overtook', async () => {
    source.push(runKey('e', 'p', 'c'), row(1, { loss: 2 }), row(2, { loss: 3 }), row(1, { loss: 9 }));
    await house.history.background.idle();
    const { runs } = await house.overview.runs('e', 'p', { ...ALL, query: 'third' });
    await [...house.history.catalogue.runs.values()].find((run) => run.key.runId === 'c')!.update();
    const again = await house.overview.runs('e', 'p', { ...ALL, query: 'third' });
    expect(runs).toHaveLength(1);
    expect(again.runs[0]!.previews[0]!.points).toEqual([
      { step: 0, value: 1 },
      { step: 1, value: 9 },
    ]);
  });

  it('sorts, searches and pages', async () => {
    const names = async (query: Partial<Parameters<typeof house.overview.runs>[2]>) => {
      const page = await house.overview.runs('e', 'p', { ...ALL, ...query });
      return [page.total, ...page.runs.map((run) => run.directory)];
    };
    expect(await names({})).toEqual([3, 'third', 'second', 'first']);
    expect(await names({ order: BY_STATE })).toEqual([3, 'third', 'second', 'first']);
    expect(await names({ order: BY_NAME, offset: 1, limit: 1 })).toEqual([3, 'second']);
    expect(await names({ query: 'FAILED' })).toEqual([1, 'second']);
    expect(await names({ query: 'nothing' })).toEqual([0]);
  });

  it('finds runs that were read before by state, and opens the logs of those it shows alone', async () => {
    await using cache = await temporaryFolder();
    const open = () => buildHouse({ sources: [source], cacheDir: cache.path });
    const before = await open();
    before.history.background.enqueueAll();
    await before.history.background.idle();
    await before[Symbol.asyncDispose]();
    await using after = await open();
    const { total, runs } = await after.overview.runs('e', 'p', { ...ALL, query: 'failed' });
    expect([total, runs[0]?.runId, runs[0]?.exitCode]).toEqual([1, 'b', 3]);
    const opened = [...after.history.catalogue.runs.values()].filter(({ log }) => log !== undefined);
    expect(opened.map(({ key }) => key.runId)).toEqual(['b']);
  });

  it('shows a run that has logged nothing', async () => {
    const { runs } = await house.overview.runs('e', 'q', ALL);
    expect(runs[0]).toMatchObject({
      directory: 'd',
      rows: 0,
      lastStep: null,
      tagCount: 0,
      eventFile: null,
      previews: [],
    });
  });

  it('knows no other project', async () => {
    await expect(house.overview.runs('e', 'nope', ALL)).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('an even spread', () => {
  it('has the first and the last', () => {
    expect(spread(5, 10)).toEqual([0, 1, 2, 3, 4]);
    expect(spread(100, 4)).toEqual([0, 33, 66, 99]);
    expect(spread(0, 4)).toEqual([]);
  });
});
