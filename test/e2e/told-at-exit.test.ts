/** What runs say of themselves beside their rows, in the real TensorBoard: through both its loaders, and asked by gRPC. */

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TemporaryFolder, temporaryFolder } from '../support/local-runs.ts';
import { PYTHON_MISSING } from '../support/python.ts';
import { type ServedRuns, serveRuns } from '../support/served-runs.ts';
import { TensorBoard } from '../support/tensorboard.ts';
import { WandbLogWriter } from '../support/wandb-log-writer.ts';

const MINUTES_MS = 300_000;
const ACCURACY = 'wandb/summary/test/accuracy';
const BEST = 'wandb/summary/acc.max';
const PAGE = { _type: 'html-file', path: 'media/html/x.html', size: 3 };

/** Two runs with results, one that died before its first row, one in whose log nothing has arrived. */
async function writeRuns(folder: TemporaryFolder): Promise<void> {
  for (const [id, accuracy] of [
    ['good', 0.75],
    ['better', 0.875],
  ] as const) {
    const log = new WandbLogWriter().begin(id, {
      displayName: id,
      config: { update: [{ key: 'lr', valueJson: `${accuracy / 10}` }] },
    });
    log.row({ acc: 0.5, page: PAGE, _step: 0, _timestamp: 1_700_000_001 });
    log.row({ acc: 0.25, page: PAGE, _step: 9, _timestamp: 1_700_000_009 });
    const update = [
      { key: 'test/accuracy', valueJson: `${accuracy}` },
      { nestedKey: ['acc', 'max'], valueJson: '0.5' },
    ];
    log.record({ summary: { update } }).exit(0, 20);
    await folder.write(`wandb/run-20231114_221320-${id}/run-${id}.wandb`, log.bytes());
  }
  const early = new WandbLogWriter().begin('early', {
    displayName: 'early',
    config: { update: [{ key: 'lr', valueJson: '0.5' }] },
  });
  await folder.write('wandb/run-20231114_221320-early/run-early.wandb', early.bytes());
  const empty = 'wandb/run-20231114_221321-empty';
  await folder.write(`${empty}/run-empty.wandb`, early.bytes().subarray(0, 7));
  await folder.write(`${empty}/files/config.yaml`, Buffer.from('lr: {value: 0.25}\n'));
}

const RUNS = ['better', 'early', 'empty', 'good'];

interface Groups {
  readonly sessionGroups: readonly {
    readonly name: string;
    readonly hparams: Readonly<Record<string, unknown>>;
    readonly metricValues: readonly { readonly name: { readonly tag: string }; readonly value: number }[];
  }[];
}

describe.skipIf(PYTHON_MISSING !== null)('beside its rows, a run', () => {
  let folder: TemporaryFolder;
  let served: ServedRuns;
  const logdir = () => join(folder.path, 'logdir');

  beforeAll(async () => {
    folder = await temporaryFolder();
    await writeRuns(folder);
    served = await serveRuns(join(folder.path, 'wandb'), join(folder.path, 'served'), ['--grpc-port', '0']);
    await served.copy('acme/research', logdir());
  }, MINUTES_MS);

  afterAll(async () => {
    await served?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  it.each([
    ['Python loader', () => TensorBoard.start(logdir(), ['--load_fast=false'])],
    ['Rust loader', () => TensorBoard.start(logdir(), ['--load_fast=true'])],
    ['data provider', async () => TensorBoard.asking(await served.grpcAddress())],
  ])(
    'has results as metrics, says what is not shown, and is there without rows: %s',
    { timeout: MINUTES_MS },
    async (_, start) => {
      await using board = await start();
      const tags = await board.until(
        () => board.textTags(),
        (found) => RUNS.every((run) => found[run] !== undefined),
        { everyMs: 500 },
      );
      expect(Object.keys(tags).sort()).toEqual(RUNS);
      for (const run of RUNS)
        expect(tags[run]).toEqual(expect.arrayContaining(['wandb/config', 'wandb/overview']));
      const [notShown] = await board.texts('good', 'wandb/not shown');
      expect(notShown!.text).toContain('<td>page</td>');
      expect((await board.scalarTags())['good']).toEqual(expect.arrayContaining(['acc', ACCURACY, BEST]));
      expect((await board.scalars('better', ACCURACY)).map(([, step, value]) => [step, value])).toEqual([
        [9, 0.875],
      ]);
      expect(await results(board)).toEqual({
        good: { lr: 0.075, [ACCURACY]: 0.75, [BEST]: 0.5 },
        better: { lr: 0.0875, [ACCURACY]: 0.875, [BEST]: 0.5 },
        early: { lr: 0.5 },
        empty: { lr: 0.25 },
      });
      expect(board.output).not.toMatch(/Traceback/);
    },
  );
});

/** Lines of the HParams dashboard: hyperparameters and those metrics that are of summaries. */
async function results(board: TensorBoard): Promise<Record<string, Record<string, unknown>>> {
  const columns = [ACCURACY, BEST].map((tag) => ({ metric: { group: '', tag } }));
  const allowedStatuses = ['UNKNOWN', 'SUCCESS', 'FAILURE', 'RUNNING'].map((status) => `STATUS_${status}`);
  const question = { allowedStatuses, colParams: columns, startIndex: 0, sliceSize: 100 };
  const { metricInfos } = await board.post<{
    readonly metricInfos: readonly { readonly name: { readonly tag: string } }[];
  }>('/data/plugin/hparams/experiment', {});
  expect(metricInfos.map(({ name }) => name.tag)).toEqual(expect.arrayContaining([ACCURACY, BEST]));
  const { sessionGroups } = await board.post<Groups>('/data/plugin/hparams/session_groups', question);
  return Object.fromEntries(
    sessionGroups.map(({ name, hparams, metricValues }) => {
      const ofSummary = metricValues.filter(({ name: { tag } }) => tag.startsWith('wandb/summary/'));
      return [name, { ...hparams, ...Object.fromEntries(ofSummary.map((of) => [of.name.tag, of.value])) }];
    }),
  );
}
