/** Media of a summary, and the layout of charts: told at a run's exit, as `wandb.watch(log_graph=True)` leaves its graph. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runKey } from '../../../src/core/index.ts';
import { readEvents } from '../../support/event-reader.ts';
import {
  buildHouse,
  COMPLETE,
  eventPath,
  type HouseOptions,
  readWhole,
  signal,
} from '../../support/house.ts';
import { MEDIA_VALUES, mediaFiles } from '../../support/media-cells.ts';
import { EVERYTHING, pluginOf, providerOver } from '../../support/provider.ts';
import { exitRecord, factsRecord, row, summaryRecord } from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

const RUN = 'e/p/r';
const GRAPH = MEDIA_VALUES.find(({ key }) => key === 'graph')!;
const CHARTS = 'custom_scalars__config__';

let cacheDir: string;
let source: ScriptedSource;
beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'logdir-summary-media-'));
  source = new ScriptedSource();
  for (const [path, content] of mediaFiles()) source.files.set(path, content);
  const rows = [row(0, { 'train/loss': 1, 'val/loss': 2 }), row(5, { 'train/loss': 1, 'val/loss': 2 })];
  source.add(runKey('e', 'p', 'r'), [
    factsRecord('r'),
    ...rows,
    summaryRecord({ graph_0: GRAPH.json }),
    exitRecord(),
  ]);
});
afterEach(() => rm(cacheDir, { recursive: true, force: true }));

/** The name and bytes of the event file, and its tags with their plugins and steps. */
async function eventFile(options: Partial<HouseOptions> = {}) {
  await using house = await buildHouse({ sources: [source], cacheDir, ...options });
  await house.tree.stat(`${RUN}/run.json`, COMPLETE);
  const path = await eventPath(house.tree, RUN);
  const { size } = (await house.tree.stat(path, COMPLETE)) as { size: number };
  const bytes = await readWhole(house.tree, path);
  expect(bytes.length).toBe(size);
  const told = readEvents(bytes).flatMap(({ step = 0, summary }) =>
    (summary?.value ?? []).map(({ tag, metadata }) => [tag, metadata?.pluginData?.pluginName, step]),
  );
  return { path, bytes, told };
}

it('a graph of the summary and the charts of shared names are in the event file, also after a restart', async () => {
  const { path, bytes, told } = await eventFile();
  expect(told).toContainEqual(['wandb/summary/graph_0', 'graph_run_metadata_graph', 5]);
  expect(told).toContainEqual([CHARTS, 'custom_scalars', 5]);
  expect(await eventFile()).toMatchObject({ path, bytes });
});

it('a second exit tells neither again, and what was served stays', async () => {
  const { bytes } = await eventFile();
  source.push(runKey('e', 'p', 'r'), row(6, { 'train/loss': 1 }), exitRecord());
  const later = await eventFile();
  expect(later.bytes.subarray(0, bytes.length)).toEqual(bytes);
  for (const tag of ['wandb/summary/graph_0', CHARTS])
    expect(later.told.filter(([name]) => name === tag)).toHaveLength(1);
});

it('neither is there where it was not asked for, in a file of another name', async () => {
  const usual = await eventFile();
  const none = { mode: 'none', samples: 10, maxValueBytes: 1, maxFileBytes: 1 } as const;
  const other = await eventFile({ media: none, charts: false });
  expect(other.told.filter(([tag]) => tag === CHARTS || tag === 'wandb/summary/graph_0')).toEqual([]);
  expect(other.path).not.toBe(usual.path);
});

it('a graph that is gone hides nothing else', async () => {
  source.files.clear();
  const { told } = await eventFile();
  expect(told.map(([tag]) => tag)).not.toContain('wandb/summary/graph_0');
  expect(told.map(([tag]) => tag)).toContain('wandb/overview');
});

it('the data provider shows both while the run goes on', async () => {
  source.add(runKey('e', 'p', 'r'), [
    factsRecord('r'),
    row(0, { 'train/loss': 1, 'val/loss': 2 }),
    summaryRecord({ graph_0: GRAPH.json }),
  ]);
  await using house = await buildHouse({ sources: [source] });
  const provider = providerOver(house);
  await provider.list(pluginOf('scalars'), EVERYTHING, { signal });
  const names = (await provider.plugins({ signal })).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['graph_run_metadata_graph', 'custom_scalars']));
  const graphs = await provider.read(pluginOf('graph_run_metadata_graph'), EVERYTHING, 10, { signal });
  expect(graphs.entries[0]?.tags.map(([tag]) => tag)).toEqual(['wandb/summary/graph_0']);
});
