/** Configs of runs as hyperparameters of the real TensorBoard: in its own bytes, and through both its loaders. @module */

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runKey } from '../../src/core/index.ts';
import { type CurrentRun, pluginNamed } from '../../src/plugins/index.ts';
import { encodeEvent } from '../../src/tfevents/index.ts';
import { buildHouse, COMPLETE, eventPath, readWhole } from '../support/house.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/local-runs.ts';
import { PYTHON_MISSING, runPython } from '../support/python.ts';
import { copyRecordedRuns, SWEEP_RUNS } from '../support/recorded-runs.ts';
import { exitRecord, factsRecord, row } from '../support/records.ts';
import { ScriptedSource } from '../support/scripted-source.ts';
import { serveRuns } from '../support/served-runs.ts';
import { TensorBoard } from '../support/tensorboard.ts';

const WALL_TIME = 1_700_000_000.25;
const MINUTES_MS = 300_000;

interface SessionGroup {
  readonly name: string;
  readonly hparams: Readonly<Record<string, unknown>>;
  readonly sessions: readonly {
    readonly name: string;
    readonly status: string;
    readonly startTimeSecs: number;
    readonly endTimeSecs: number;
  }[];
}

interface Experiment {
  readonly hparamInfos: readonly {
    readonly name: string;
    readonly type: string;
    readonly domainDiscrete?: readonly unknown[];
  }[];
}

describe.skipIf(PYTHON_MISSING !== null)("bytes of TensorBoard's own HParams summaries", () => {
  const starts: Readonly<Record<string, unknown>>[] = [
    { lr: 0.5 },
    { amp: false },
    { zero: 0 },
    { name: '' },
    { amp: true, big: 1e300, lr: -1e-300, 'model.depth': 3, opt: 'adam é😀' },
  ];
  const ends = [
    { state: 'finished', status: 'STATUS_SUCCESS' },
    { state: 'failed', status: 'STATUS_FAILURE' },
  ] as const;

  it('are those of the event files', async () => {
    const at = { wall: WALL_TIME, step: 7 };
    const specs = [
      ...starts.map((start) => ({ ...at, start })),
      ...ends.map(({ status }) => ({ ...at, status })),
    ];
    const theirs = await runPython(
      'hparams-events.py',
      specs.map((spec) => JSON.stringify(spec)),
    );
    const ours = [
      ...starts.map((start) => sessionEvents(start, 'finished').start),
      ...ends.map(({ state }) => sessionEvents({ lr: 1 }, state).end),
    ];
    const data = ours.map((record) => Buffer.from(record.subarray(12, -4)).toString('hex'));
    expect(data).toEqual(theirs.trimEnd().split('\n'));
  });
});

/** Records of the start and the end of a session. */
function sessionEvents(config: Readonly<Record<string, unknown>>, state: CurrentRun['state']) {
  const run = { config: entriesOf(config), tags: new Map(), state, startTime: WALL_TIME, endTime: WALL_TIME };
  const [summaries = []] = pluginNamed('hparams')?.current?.summaries([run]) ?? [];
  const [end, start] = summaries.map((summary) =>
    encodeEvent({ kind: 'summary', ...summary, step: 7, wallTime: WALL_TIME }),
  );
  return { start: start!, end: end! };
}

describe.skipIf(PYTHON_MISSING !== null)('hyperparameters in the real TensorBoard', () => {
  let folder: TemporaryFolder;
  const logdir = () => join(folder.path, 'logdir');

  beforeAll(async () => {
    folder = await temporaryFolder();
    const { wandb } = await copyRecordedRuns(folder.path, ['sweep', 'hostile']);
    await using served = await serveRuns(wandb, join(folder.path, 'served'));
    for (const { name: project } of await served.list('acme')) {
      // Brings each run up to date: the first look at a directory may come before its event file has a name.
      for (const { name } of await served.list(`acme/${project}`))
        await served.read(`acme/${project}/${name}/run.json`);
    }
    await served.copy('acme', logdir());
    await writeOddRuns(join(logdir(), 'odd'));
  }, MINUTES_MS);

  afterAll(async () => {
    await folder?.[Symbol.asyncDispose]();
  });

  /** What the script passed as config. */
  async function configOf(id: string): Promise<Record<string, unknown>> {
    const [line = ''] = (await readFile(join(folder.path, 'truth', `${id}.jsonl`), 'utf8')).split('\n');
    return (JSON.parse(line) as { config: Record<string, unknown> }).config;
  }

  it.each([
    ['Python', '--load_fast=false'],
    ['Rust', '--load_fast=true'],
  ])(
    'are those of the configs, with state and times, through the %s loader',
    { timeout: MINUTES_MS },
    async (_, loader) => {
      await using board = await TensorBoard.start(logdir(), [loader]);
      const found = await board.until(
        () => sessionGroups(board),
        (groups) => groups.length >= SWEEP_RUNS + 4,
        { everyMs: 1000 },
      );
      const groups = new Map(found.map((group) => [group.name, group]));
      // One line for each run, but for the one without a config.
      expect(groups.size).toBe(SWEEP_RUNS + 4);
      for (let number = 0; number < SWEEP_RUNS; number++) {
        const group = groups.get(`sweeps/sweep-run-${number}`)!;
        expect(group.hparams).toEqual(await configOf(`sw00${number}`));
        const [session] = group.sessions;
        expect(session).toMatchObject({ status: number === 9 ? 'STATUS_FAILURE' : 'STATUS_SUCCESS' });
        expect(session!.endTimeSecs - session!.startTimeSecs).toSatisfy(
          (seconds: number) => seconds >= 0 && seconds < 60,
        );
      }
      expect(groups.get('odd/numbers')).toMatchObject({
        hparams: { lr: 'NaN', seed: 1 },
        sessions: [{ status: 'STATUS_UNKNOWN' }],
      });
      // Its config came after its first row, and what went before was taken back.
      expect(groups.get('odd/late')).toMatchObject({
        hparams: { lr: 0.5 },
        sessions: [{ status: 'STATUS_SUCCESS' }],
      });
      expect(Object.keys(groups.get('odd/many')!.hparams)).toHaveLength(1000);
      const { hparamInfos } = await board.post<Experiment>('/data/plugin/hparams/experiment', {});
      const infos = new Map(hparamInfos.map((info) => [info.name, info]));
      expect(['batch', 'seed', 'html', '...__proto__.x'].map((name) => infos.get(name)?.type)).toEqual([
        'DATA_TYPE_FLOAT64',
        'DATA_TYPE_FLOAT64',
        'DATA_TYPE_STRING',
        'DATA_TYPE_FLOAT64',
      ]);
      // One run's text makes the column text.
      expect(infos.get('lr')).toMatchObject({
        type: 'DATA_TYPE_STRING',
        domainDiscrete: expect.arrayContaining(['NaN', '0.5']),
      });
      expect(board.output).not.toMatch(/Traceback/);
    },
  );
});

async function sessionGroups(board: TensorBoard): Promise<readonly SessionGroup[]> {
  const statuses = ['UNKNOWN', 'SUCCESS', 'FAILURE', 'RUNNING'];
  const question = {
    allowedStatuses: statuses.map((status) => `STATUS_${status}`),
    colParams: [],
    startIndex: 0,
    sliceSize: 100,
    includeMetrics: false,
  };
  const { sessionGroups: groups } = await board.post<{ sessionGroups: readonly SessionGroup[] }>(
    '/data/plugin/hparams/session_groups',
    question,
  );
  return groups;
}

function entriesOf(config: Readonly<Record<string, unknown>>): { path: string[]; json: string }[] {
  return Object.entries(config).map(([key, value]) => ({ path: [key], json: JSON.stringify(value) }));
}

/** Runs that the SDK does not easily log. */
async function writeOddRuns(target: string): Promise<void> {
  const source = new ScriptedSource();
  const config = (entries: readonly { path: string[]; json: string }[]) =>
    ({ kind: 'config', change: { update: entries, remove: [] } }) as const;
  const numbers = [
    { path: ['lr'], json: 'NaN' },
    { path: ['seed'], json: '1' },
    { path: ['lone \ud800'], json: '"\\udfff"' },
  ];
  const many = Object.fromEntries(Array.from({ length: 1500 }, (_, i) => [`k${i}`, i]));
  source.add(runKey('e', 'odd', 'a'), [factsRecord('numbers'), config(numbers), row(0, { loss: 1 })]);
  source.add(runKey('e', 'odd', 'b'), [factsRecord('many'), config(entriesOf(many)), row(0, { loss: 1 })]);
  source.add(runKey('e', 'odd', 'c'), [
    factsRecord('late'),
    row(0, { loss: 1 }),
    row(5, { loss: 1 }),
    config(entriesOf({ lr: 0.5 })),
    row(2, { loss: 1 }),
    config(entriesOf({ lr: 0.25 })),
    exitRecord(0),
    factsRecord('late'),
    row(3, { loss: 1 }),
    exitRecord(1),
  ]);
  source.add(runKey('e', 'odd', 'd'), [factsRecord('bare'), row(0, { loss: 1 }), exitRecord(1)]);
  await using house = await buildHouse({ sources: [source] });
  for (const name of ['numbers', 'many', 'late', 'bare']) {
    await house.tree.stat(`e/odd/${name}/run.json`, COMPLETE);
    const path = await eventPath(house.tree, `e/odd/${name}`);
    await mkdir(join(target, name), { recursive: true });
    await writeFile(join(target, name, path.split('/').at(-1)!), await readWhole(house.tree, path));
  }
}
