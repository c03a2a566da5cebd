/**
 * What TensorBoard's pages make of answers, and what answers keep to therefore: measured with TensorBoard 2.21 in a
 * browser. Points of a card, failures that pages do not show, lists that block them, columns that fall apart.
 * @module
 */

import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogdirError, runKey } from '../../../src/core/index.ts';
import { PLUGINS } from '../../../src/plugins/index.ts';
import type { DataProvider } from '../../../src/series/index.ts';
import { buildHouse, type House, signal } from '../../support/house.ts';
import { mediaCells, mediaFiles } from '../../support/media-cells.ts';
import {
  EVERYTHING,
  listSeries,
  pluginOf,
  providerOver,
  scalarEntries,
  selection,
  sessionOf,
} from '../../support/provider.ts';
import { configRecord, exitRecord, factsRecord, row } from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

const RUNS = 100;
const ROWS = Array.from({ length: 1200 }, (_, step) => row(step, { loss: step }));

let source: ScriptedSource;
let house: House;
let provider: DataProvider;
beforeEach(async () => {
  source = new ScriptedSource();
  source.batchSize = 2000;
  for (let i = 0; i < RUNS; i++) {
    const rare = i < 2 ? [row(1200, { rare: 1 })] : [];
    const records = [factsRecord(`run ${i}`), configRecord({ lr: i }), ...ROWS, ...rare, exitRecord()];
    source.add(runKey('team', 'p', `run${i}`), records);
  }
  house = await buildHouse({ sources: [source] });
  provider = providerOver(house);
  await provider.list(pluginOf('scalars'), EVERYTHING, { signal });
});
afterEach(() => house[Symbol.asyncDispose]());

const read = async (runs: readonly string[] | null, tag: string, points = 1000) =>
  await scalarEntries(provider, selection(runs, [tag]), points);
const rowsPathOf = async (i: number) => {
  const run = [...house.history.catalogue.runs.values()][i]!;
  return (await run.open()).location.replace(/index$/, 'rows');
};

describe('a card', () => {
  it('of many runs gets some 50,000 points in all, each run the same share', async () => {
    const entries = await read(null, 'loss');
    expect(new Set(entries.map(({ tags }) => tags[0]![1].steps.length))).toEqual(new Set([500]));
  });

  it('gets all that were asked for where few runs have the tag, however many were asked about', async () => {
    const everyName = (await provider.runs({ signal })).map(({ name }) => name);
    const [first] = await read(everyName, 'rare');
    expect((await read(everyName, 'rare')).length).toBe(2);
    expect(first!.tags[0]![1].steps.length).toBe(1);
    expect((await read(['run 7'], 'loss'))[0]!.tags[0]![1].steps.length).toBe(1000);
  });

  it('has an entry for no run that lacks the tag, and none that is empty', async () => {
    const entries = await scalarEntries(provider, selection(null, ['rare', 'loss']), 1000);
    for (const { tags } of entries) for (const [, { steps }] of tags) expect(steps.length).toBeGreaterThan(0);
    expect(entries.filter(({ tags }) => tags.some(([tag]) => tag === 'rare')).length).toBe(2);
  });

  it('that is asked for twice at a time, as pages do, is read once', async () => {
    const before = await blocksRead();
    await Promise.all([read(null, 'loss'), read(null, 'loss'), read(null, 'loss')]);
    const once = (await blocksRead()) - before;
    expect(once).toBeGreaterThan(0);
    const { blockCount } = (await [...house.history.catalogue.runs.values()][5]!.open()).ledger;
    expect(once).toBeLessThanOrEqual(RUNS * blockCount + 2);
    await read(null, 'loss');
    expect((await blocksRead()) - before).toBe(once);
  });
});

describe('trouble with', () => {
  it('one run leaves the others as they are', async () => {
    rmSync(await rowsPathOf(3));
    source.failure = new LogdirError('unavailable', 'the server is away');
    expect((await read(null, 'loss')).length).toBe(RUNS - 1);
  });

  it('every run is told, so that the page keeps what it has', async () => {
    for (let i = 0; i < RUNS; i++) rmSync(await rowsPathOf(i));
    source.failure = new LogdirError('unavailable', 'the server is away');
    await expect(read(null, 'loss')).rejects.toThrow('the server is away');
  });

  it('the source fails no list, and is told where people look', async () => {
    source.failure = new LogdirError('unavailable', 'the server is away');
    await house.history.relist();
    expect((await provider.plugins({ signal })).map(({ name }) => name)).toEqual([
      'scalars',
      'text',
      'hparams',
    ]);
    expect(await provider.runs({ signal })).toHaveLength(RUNS);
    expect(await provider.list(pluginOf('scalars'), EVERYTHING, { signal })).toHaveLength(RUNS);
    expect(await provider.list(pluginOf('hparams'), EVERYTHING, { signal })).toHaveLength(RUNS);
    expect(provider.experiment().location).toBe('script (100 runs; the server is away)');
  });
});

describe('names', () => {
  it('of runs have no empty part and no slash at an end, whatever people call them', async () => {
    const strange = new ScriptedSource();
    for (const [i, name] of ['/a/', '', '..', 'x'.repeat(300), 'ü\u0000'].entries())
      strange.add(runKey('team', 'p', `r${i}`), [factsRecord(name), row(0, { loss: 1 })]);
    await using other = await buildHouse({ sources: [strange] });
    const names = (await providerOver(other).runs({ signal })).map(({ name }) => name);
    expect(new Set(names).size).toBe(5);
    for (const name of names) {
      expect(name.split('/').every((part) => part !== '')).toBe(true);
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
    }
  });

  it('of series are not told twice: no display name stands in for a tag', async () => {
    const everything = new ScriptedSource();
    for (const [path, content] of mediaFiles()) everything.files.set(path, content);
    const numbers = { 'train/loss': 1, 'val/loss': 2 };
    everything.add(runKey('team', 'p', 'all'), [
      factsRecord('all'),
      configRecord({ lr: 1 }),
      row(0, numbers, mediaCells()),
      exitRecord(),
    ]);
    await using other = await buildHouse({ sources: [everything] });
    for (const { name } of PLUGINS) {
      const tags = Object.values(await listSeries(providerOver(other), name));
      const listed = tags.flatMap((series) => Object.values(series));
      expect(listed.length, name).toBeGreaterThan(0);
      for (const { metadata } of listed) expect(metadata.displayName).toBeUndefined();
    }
  });

  it('of runs that go on under another name stay', async () => {
    const before = await provider.runs({ signal });
    source.push(runKey('team', 'p', 'run1'), factsRecord('another'));
    await house.history.relist();
    expect(await provider.runs({ signal })).toEqual(before);
  });
});

describe('the HParams dashboard', () => {
  it('has a line for each run of its own, with the values as they are', async () => {
    const sessions = await listSeries(provider, 'hparams', selection(null, ['_hparams_/session_start_info']));
    const starts = Object.values(sessions).map((tags) => sessionOf(tags['_hparams_/session_start_info']));
    expect(starts).toHaveLength(RUNS);
    expect(starts.filter(({ sessionStartInfo }) => sessionStartInfo?.groupName)).toEqual([]);
    expect(sessionOf(sessions['run 42']!['_hparams_/session_start_info'])).toMatchObject({
      sessionStartInfo: { hparams: { lr: { numberValue: 42 } } },
    });
  });
});

async function blocksRead(): Promise<number> {
  const { body } = await house.metrics.expose();
  return Number(/^wandb_logdir_series_blocks_read_total (\d+)/m.exec(body)?.[1] ?? 0);
}
