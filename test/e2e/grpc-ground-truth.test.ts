/**
 * Runs logged by the real SDK, shown by the real TensorBoard that asks our data server for what it shows: every run, tag,
 * step, wall time, value and text, the HParams dashboard, and all of it as over WebHDFS.
 * @module
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TemporaryFolder, temporaryFolder } from '../support/local-runs.ts';
import { DATA_SERVER } from '../support/program.ts';
import { PYTHON_MISSING } from '../support/python.ts';
import { copyRecordedRuns, type RecordingKind, SWEEP_RUNS } from '../support/recorded-runs.ts';
import { scaled } from '../support/scale.ts';
import { inGroups, type SdkRun, sdkRuns } from '../support/sdk-runs.ts';
import { type ServedRuns, serveRuns } from '../support/served-runs.ts';
import { type ScalarPoint, type ShownText, TensorBoard } from '../support/tensorboard.ts';

const ALL_POINTS = ['--samples_per_plugin', 'scalars=1000000,text=1000000'];
const KINDS: readonly RecordingKind[] = ['scalars', 'sweep', 'resume', 'crash', 'hostile', 'wide'];
/** Series that are no history: the machine's, and what a run tells of itself. */
const ADDED = / (?:system|wandb)\//;
/** A run tells of its end after all else. */
const ENDED = /finished|failed|crashed/;
/** TensorBoard's words for W&B's. */
const STATUS_OF = {
  finished: 'STATUS_SUCCESS',
  failed: 'STATUS_FAILURE',
  crashed: 'STATUS_FAILURE',
  running: 'STATUS_RUNNING',
};

/** All that a TensorBoard shows: points and texts by run and tag. */
type Shown = ReadonlyMap<string, readonly (ScalarPoint | ShownText)[]>;

interface SessionGroup {
  readonly hparams: Readonly<Record<string, unknown>>;
  readonly sessions: readonly { readonly name: string; readonly status: string }[];
  readonly metricValues: readonly { readonly name: { readonly tag: string }; readonly value: number }[];
}

describe.skipIf(PYTHON_MISSING !== null)('runs of the real SDK, by our data server', () => {
  let folder: TemporaryFolder;
  let served: ServedRuns;
  let expected: SdkRun[];
  let overWebHdfs: Shown;

  beforeAll(async () => {
    folder = await temporaryFolder();
    await copyRecordedRuns(folder.path, KINDS);
    served = await serveRuns(logs(), place('served'), ['--grpc-port', '0']);
    expected = await sdkRuns(served);
    await using board = await TensorBoard.start(`webhdfs://127.0.0.1:${served.port}/acme`, ALL_POINTS);
    await board.until(
      () => Promise.all(expected.map(({ run }) => board.texts(run, 'wandb/overview'))),
      (overviews) => overviews.every((texts) => ENDED.test(texts.at(-1)?.text ?? '')),
    );
    overWebHdfs = await everything(board);
  });

  afterAll(async () => {
    await served?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  const place = (name: string) => join(folder.path, name);
  const logs = () => place('wandb');

  /** Started as a person would on a folder of runs, with the one variable set. */
  async function onLogdir(): Promise<TensorBoard> {
    const variables = {
      TENSORBOARD_DATA_SERVER_BINARY: DATA_SERVER,
      WANDB_LOGDIR_CACHE_DIR: place('cache-of-data-server'),
    };
    return await TensorBoard.start(logs(), ALL_POINTS, { variables });
  }

  async function onServer(): Promise<TensorBoard> {
    return await TensorBoard.asking(await served.grpcAddress(), ALL_POINTS);
  }

  const byServer = ['--grpc_data_provider', onServer] as const;
  const byLogdir = ['a logdir and TENSORBOARD_DATA_SERVER_BINARY', onLogdir] as const;
  it.each(scaled([byLogdir], [byLogdir, byServer]))(
    'are shown as logged, and as over WebHDFS, with %s',
    async (_, open) => {
      await using board = await open();
      await expectSessions(board);
      const shown = await everything(board);
      expectLogged(shown);
      expect([...shown.keys()].toSorted()).toEqual([...overWebHdfs.keys()].toSorted());
      for (const [series, points] of overWebHdfs)
        expect([series, shown.get(series)]).toEqual([series, points]);
      const { location, provider } = await board.environment();
      expect([location, provider]).toEqual([
        expect.stringContaining(`${expected.length} runs`),
        expect.stringContaining('Grpc'),
      ]);
      expect(board.hasDataServer).toBe(false);
      expect(board.output).not.toMatch(/Traceback/);
    },
  );

  /** Every series of every run is there as it was logged, and none beside but what the program adds. */
  function expectLogged(shown: Shown): void {
    const wanted = new Map<string, readonly unknown[]>();
    for (const { run, series, texts } of expected) {
      for (const [tag, points] of series) wanted.set(`${run} ${tag}`, points);
      for (const [tag, points] of texts) wanted.set(`${run} ${tag}`, points);
    }
    for (const [series, points] of wanted)
      expect([series, shown.get(series)?.map(plain)]).toEqual([series, points]);
    expect([...shown.keys()].filter((series) => !wanted.has(series) && !ADDED.test(series))).toEqual([]);
    expect([...wanted.values()].flat().length).toBeGreaterThan(100_000);
  }

  async function expectSessions(board: TensorBoard): Promise<void> {
    const experiment = await board.post<{ hparamInfos: { name: string; type: string }[] }>(
      '/data/plugin/hparams/experiment',
      { experimentName: '' },
    );
    const types = experiment.hparamInfos.map(({ name, type }) => [name, type]);
    expect(types).toEqual(
      expect.arrayContaining([
        ['lr', 'DATA_TYPE_FLOAT64'],
        ['opt.name', 'DATA_TYPE_STRING'],
      ]),
    );
    const { sessionGroups } = await board.post<{ sessionGroups: SessionGroup[] }>(
      '/data/plugin/hparams/session_groups',
      {
        experimentName: '',
        allowedStatuses: ['STATUS_UNKNOWN', ...new Set(Object.values(STATUS_OF))],
        colParams: [],
        startIndex: 0,
        sliceSize: 100,
        includeMetrics: true,
      },
    );
    const sweeps = sessionGroups.filter(({ sessions }) => sessions[0]!.name.startsWith('sweeps/'));
    expect(sweeps).toHaveLength(SWEEP_RUNS);
    for (const { hparams, sessions, metricValues } of sweeps) {
      const [{ name, status }] = sessions as [SessionGroup['sessions'][0]];
      const { id, series } = expected.find(({ run }) => run === name)!;
      const { config, code } = logged(id);
      expect([name, hparams, status]).toEqual([
        name,
        config,
        code === 0 ? 'STATUS_SUCCESS' : 'STATUS_FAILURE',
      ]);
      const values = metricValues.map(({ name: { tag }, value }) => [tag, value]);
      const newest = [...series].map(([tag, points]) => [tag, points.at(-1)![2]]);
      expect([name, values.toSorted()]).toEqual([name, newest.toSorted()]);
    }
    expect(sweeps.filter(({ sessions }) => sessions[0]!.status === 'STATUS_FAILURE')).toHaveLength(1);
    for (const { name, status } of sessionGroups.flatMap(({ sessions }) => sessions)) {
      const document = (await served.read(`acme/${name}/run.json`)).toString();
      const { state } = JSON.parse(document) as { state: keyof typeof STATUS_OF };
      expect([name, status]).toEqual([name, STATUS_OF[state]]);
    }
  }

  function logged(id: string): { readonly config: unknown; readonly code: number | undefined } {
    const lines = readFileSync(join(place('truth'), `${id}.jsonl`), 'utf8')
      .trimEnd()
      .split('\n');
    const records = lines.map((line) => JSON.parse(line) as { kind: string; config?: object; code?: number });
    return { config: records[0]!.config, code: records.find(({ kind }) => kind === 'exit')?.code };
  }
});

async function everything(board: TensorBoard): Promise<Shown> {
  const shown = new Map<string, readonly (ScalarPoint | ShownText)[]>();
  const scalars = await board.scalarTags();
  for (const [run, tags] of Object.entries(scalars)) {
    const points = await inGroups(tags, (tag) => board.scalars(run, tag));
    for (const [tag, of] of points) shown.set(`${run} ${tag}`, of);
  }
  const texts = await board.textTags();
  for (const [run, tags] of Object.entries(texts)) {
    for (const [tag, of] of await inGroups(tags, (tag) => board.texts(run, tag)))
      shown.set(`${run} ${tag}`, of);
  }
  return shown;
}

/** TensorBoard renders a text as Markdown. */
function plain(point: ScalarPoint | ShownText): unknown {
  if (!('text' in point)) return point;
  return [point.wall_time, point.step, point.text.replace(/<[^>]+>/g, '').trim()];
}
