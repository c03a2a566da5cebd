/**
 * Our data server on W&B logs against TensorBoard's own on the event files of the same runs, both asked with TensorBoard's
 * stubs: equal answers and equal refusals, but for what docs/SEMANTICS.md names under "When TensorBoard asks".
 * @module
 */

import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Answer,
  type DataServer,
  ownDataServer,
  type PointsAnswer,
  startDataServer,
  type TagAnswer,
} from '../support/data-servers.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/local-runs.ts';
import { DATA_SERVER, EXAMPLES } from '../support/program.ts';
import { PYTHON_MISSING } from '../support/python.ts';
import { copyRecordedRuns } from '../support/recorded-runs.ts';
import { type SdkRun, sdkRuns } from '../support/sdk-runs.ts';
import { serveRuns } from '../support/served-runs.ts';
import { WandbLogWriter } from '../support/wandb-log-writer.ts';

const SCALARS = { plugin_filter: { plugin_name: 'scalars' } };
const TEXT = { plugin_filter: { plugin_name: 'text' } };
const HPARAMS = { plugin_filter: { plugin_name: 'hparams' } };
/** As TensorBoard's HParams plugin names them. */
const [START, END] = ['_hparams_/session_start_info', '_hparams_/session_end_info'];
const points = (num_points: number) => ({ downsample: { num_points } });
/** As TensorBoard asks for a card. */
const CARD_POINTS = 1000;
const LONG = { run: 'research/long', tag: 'value', rows: 5000 };
const LOADING_TIMEOUT_MS = 60_000;

interface ListedRun {
  readonly name: string;
  readonly startTime: number;
}

describe.skipIf(PYTHON_MISSING !== null)('our data server and that of TensorBoard', () => {
  let folder: TemporaryFolder;
  let runs: readonly SdkRun[];
  let ours: DataServer;
  let theirs: DataServer;

  beforeAll(async () => {
    folder = await temporaryFolder();
    const source = join(folder.path, 'wandb');
    const copy = join(folder.path, 'copy');
    await copyRecordedRuns(folder.path, ['scalars', 'hostile']);
    await cp(EXAMPLES, source, { recursive: true });
    await folder.write('wandb/offline-run-20240101_000000-long/run-long.wandb', longLog());
    await using served = await serveRuns(source, join(folder.path, 'served'));
    runs = await sdkRuns(served);
    await served.copy('acme', copy);
    ours = await startDataServer(DATA_SERVER, source, folder.path);
    theirs = await startDataServer(await ownDataServer(), copy, folder.path);
    for (const server of [ours, theirs]) await untilLoaded(server, runs);
  });

  afterAll(async () => {
    await ours?.[Symbol.asyncDispose]();
    await theirs?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  const both = async (call: string, message: object) =>
    [byName(await ours.answer(call, message)), byName(await theirs.answer(call, message))] as const;

  async function expectSame(call: string, message: object): Promise<void> {
    const [our, their] = await both(call, message);
    expect([message, our]).toEqual([message, their]);
  }

  it('list the same runs, plugins, series and ends of series', async () => {
    const list = async (server: DataServer) => {
      const listed = await server.answer<{ runs: readonly ListedRun[] }>('ListRuns', {});
      return listed.runs.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    };
    expect(await list(ours)).toEqual(await list(theirs));
    expect((await list(ours)).map(({ name }) => name)).toEqual(runs.map(({ run }) => run).toSorted());
    const plugins = [{ name: 'scalars' }, { name: 'text' }];
    for (const server of [ours, theirs])
      expect(await server.answer('ListPlugins', {})).toEqual({ plugins: expect.arrayContaining(plugins) });
    await expectSame('ListScalars', SCALARS);
    await expectSame('ListTensors', TEXT);
  });

  it('read the same points of each card', async () => {
    const tags = new Set(
      [...byName(await ours.answer('ListScalars', SCALARS)).values()].map(({ tagName }) => tagName),
    );
    expect(tags.size).toBeGreaterThan(60);
    for (const tag of tags) {
      const asked = { ...SCALARS, ...points(CARD_POINTS), run_tag_filter: { tags: { names: [tag] } } };
      const [our, their] = await both('ReadScalars', asked);
      expect([tag, ...our.keys()]).toEqual([tag, ...their.keys()]);
      for (const [name, { data }] of our) {
        if (name === `${LONG.run} ${LONG.tag}`) expectSamples(data!, their.get(name)!.data!);
        else expect([name, data]).toEqual([name, their.get(name)!.data]);
      }
    }
  });

  /** Of more points than are asked for, ours keeps the first, the newest and extremes; the other's keeps some at random. */
  function expectSamples(our: PointsAnswer, their: PointsAnswer): void {
    const all = runs.find(({ run }) => run === LONG.run)!.series.get(LONG.tag)!;
    const known = new Map(all.map(([wallTime, step, value]) => [`${step}`, [wallTime, value]]));
    for (const { step, wallTime, value } of [our, their]) {
      expect(step.length).toBeLessThanOrEqual(CARD_POINTS);
      expect(step.length).toBeGreaterThan(CARD_POINTS * 0.9);
      expect(step.map((_, i) => [wallTime[i], Math.fround(Number(value[i]))])).toEqual(
        step.map((at) => known.get(at)),
      );
      expect(step.at(-1)).toBe(`${LONG.rows - 1}`);
    }
    expect(our.step[0]).toBe('0');
    const values = all.map(([, , value]) => Number(value));
    expect(Math.max(...our.value.map(Number))).toBeCloseTo(Math.max(...values), 6);
  }

  it('read the same newest points, and none when none are asked for', async () => {
    await expectSame('ReadScalars', { ...SCALARS, ...points(1) });
    await expectSame('ReadScalars', { ...SCALARS, ...points(0) });
  });

  it('read the same texts', async () => {
    await expectSame('ReadTensors', { ...TEXT, ...points(100) });
    await expectSame('ReadTensors', { ...TEXT, ...points(1) });
    await expectSame('ReadTensors', { ...TEXT, ...points(0) });
  });

  it.each([
    ['absent', undefined],
    ['empty', {}],
    ['of one run', { runs: { names: ['image-classifier/baseline'] } }],
    ['of one tag', { tags: { names: ['loss'] } }],
    ['of both', { runs: { names: [LONG.run, 'language-model/small-4-layers'] }, tags: { names: ['value'] } }],
    ['without runs', { runs: {} }],
    ['without tags', { tags: {} }],
    ['of an unknown run', { runs: { names: ['nobody'] } }],
    ['of an unknown tag', { tags: { names: ['nothing'] } }],
    [
      'of known and unknown ones',
      { runs: { names: ['nobody', LONG.run] }, tags: { names: ['nothing', 'value'] } },
    ],
  ])('take a filter %s alike', async (_, run_tag_filter) => {
    const filter = run_tag_filter === undefined ? {} : { run_tag_filter };
    await expectSame('ListScalars', { ...SCALARS, ...filter });
    await expectSame('ReadScalars', { ...SCALARS, ...points(1), ...filter });
    await expectSame('ListTensors', { ...TEXT, ...filter });
    await expectSame('ReadTensors', { ...TEXT, ...points(1), ...filter });
  });

  it.each([
    ['ListScalars', {}],
    ['ListScalars', { plugin_filter: { plugin_name: '' } }],
    ['ListTensors', {}],
    ['ListBlobSequences', {}],
    ['ReadScalars', points(5)],
    ['ReadScalars', SCALARS],
    ['ReadScalars', { ...SCALARS, ...points(-1) }],
    ['ReadTensors', TEXT],
    ['ReadBlobSequences', { plugin_filter: { plugin_name: 'images' } }],
    ['ListScalars', TEXT],
    ['ListTensors', SCALARS],
    ['ReadScalars', { ...TEXT, ...points(5) }],
    ['ReadTensors', { ...SCALARS, ...points(5) }],
    ['ListScalars', { plugin_filter: { plugin_name: 'unheard of' } }],
    ['ListBlobSequences', { plugin_filter: { plugin_name: 'images' } }],
    ['ReadBlobSequences', { plugin_filter: { plugin_name: 'images' }, ...points(5) }],
  ])('refuse or leave empty alike: %s %o', async (call, message) => {
    const reply = await theirs.ask(call, message);
    expect('refused' in reply || reply.answer.runs === undefined).toBe(true);
    expect(await ours.ask(call, message)).toEqual(reply);
  });

  it('list the same sessions of HParams, but for what a run told later', async () => {
    const [our, their] = await both('ListTensors', HPARAMS);
    expect([...our.keys()]).toEqual([...their.keys()]);
    const contents = (of: ReadonlyMap<string, TagAnswer>, name: string) =>
      of.get(name)!.metadata!.summaryMetadata;
    const different = [...our.keys()].filter(
      (name) => !isDeepStrictEqual(contents(our, name), contents(their, name)),
    );
    // Event files have the first word of both, for TensorBoard takes no later one.
    const [lateConfig, secondEnd] = ['research/scalar run Ünïcode', 'language-model/small-4-layers'];
    expect(different).toEqual([`${secondEnd} ${END}`, `${lateConfig} ${START}`]);
  });

  it('differ in what is told of the experiment', async () => {
    const experiment = { experiment_id: '' };
    expect(await ours.answer('GetExperiment', experiment)).toMatchObject({
      description: expect.stringContaining('Biases'),
    });
    expect(Object.keys(await theirs.answer('GetExperiment', experiment))).toEqual(['dataLocation']);
  });

  it('differ about an experiment by another name', async () => {
    expect(await ours.ask('ListRuns', { experiment_id: 'other' })).toEqual({ refused: 'NOT_FOUND' });
    expect(await theirs.answer('ListRuns', { experiment_id: 'other' })).toHaveProperty('runs');
  });
});

/** Noise, and a peak that few samples would have. */
function longLog(): Uint8Array {
  const log = new WandbLogWriter().begin('long');
  for (let step = 0; step < LONG.rows; step++) {
    const value = step === 3333 ? 100 : Math.sin(step * 12.9898);
    log.row({ [LONG.tag]: value, _step: step, _timestamp: 1.7e9 + step });
  }
  return log.exit().bytes();
}

/** It listens before it has read anything. */
async function untilLoaded(server: DataServer, runs: readonly SdkRun[]): Promise<void> {
  const newest = runs.flatMap(({ run, series }) =>
    [...series].map(([tag, points]) => [`${run} ${tag}`, `${points.at(-1)![1]}`] as const),
  );
  for (let waitedMs = 0; waitedMs < LOADING_TIMEOUT_MS; waitedMs += 500) {
    const listed = byName(await server.answer('ListScalars', SCALARS));
    if (newest.every(([name, step]) => (listed.get(name)?.metadata?.maxStep ?? '0') === step)) return;
    await delay(500);
  }
  throw new Error('not all runs were loaded');
}

/** By run and tag, sorted: neither server promises an order. */
function byName({ runs = [] }: Answer): ReadonlyMap<string, TagAnswer> {
  const entries = runs.flatMap(({ runName, tags = [] }) =>
    tags.map((tag) => [`${runName} ${tag.tagName}`, tag] as const),
  );
  return new Map(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
