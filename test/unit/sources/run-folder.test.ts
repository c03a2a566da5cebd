import { describe, expect, it } from 'vitest';
import type { RunKey } from '../../../src/core/index.ts';
import type { RunSource } from '../../../src/sources/index.ts';
import {
  localSource,
  neverAborted,
  readAll,
  type TemporaryFolder,
  temporaryFolder,
} from '../../support/local-runs.ts';
import { WandbLogWriter } from '../../support/wandb-log-writer.ts';

const signal = neverAborted;
const DIRECTORY = 'wandb/run-20240101_000000-early';
const METADATA = {
  os: 'Linux-6.1',
  python: 'CPython 3.11',
  startedAt: '2024-01-01T00:00:05.250Z',
  program: '/home/ada/train.py',
  args: ['--lr', '0.1'],
  host: 'node7',
  git: { remote: 'git@example.org:a/b.git', commit: 'abc' },
  cpu_count: 8,
  gpu: 'NVIDIA A100',
};
const CONFIG = `wandb_version: 1

_wandb:
  desc: null
  value: {cli_version: 0.16.0}
lr:
  desc: null
  value: 0.1
nan:
  value: .nan
layers:
  value: [64, 32]
`;
const SUMMARY = '{"loss": NaN, "_wandb": {"runtime": 3}}';

/** A run directory whose log holds `log`, with these files. */
async function makeRun(
  folder: TemporaryFolder,
  log: Uint8Array,
  files: Readonly<Record<string, string>>,
): Promise<{ readonly source: RunSource; readonly key: RunKey }> {
  await folder.write(`${DIRECTORY}/run-early.wandb`, log);
  for (const [name, text] of Object.entries(files))
    await folder.write(`${DIRECTORY}/files/${name}`, Buffer.from(text));
  const source = localSource(folder.path);
  const [run] = await source.listRuns({ signal });
  return { source, key: run!.key };
}

const ALL = {
  'wandb-metadata.json': JSON.stringify(METADATA),
  'config.yaml': CONFIG,
  'wandb-summary.json': SUMMARY,
};

describe('of a run without a row', () => {
  it.each([
    ['empty', new Uint8Array(0)],
    ['nothing but a header', new WandbLogWriter().bytes()],
  ])('whose log is %s, the files of its folder say what is known', async (_, log) => {
    await using folder = await temporaryFolder();
    const { source, key } = await makeRun(folder, log, ALL);
    expect(await source.hasNews(key, null, { signal })).toBe(true);
    const { records, cursor } = await readAll(source, key);
    expect(records).toEqual([
      {
        kind: 'begun',
        facts: {
          os: 'Linux-6.1',
          python: 'CPython 3.11',
          program: '/home/ada/train.py',
          args: ['--lr', '0.1'],
          gitRemote: 'git@example.org:a/b.git',
          gitCommit: 'abc',
          host: 'node7',
          cpuCount: 8,
          gpu: 'NVIDIA A100',
          startTime: Date.UTC(2024, 0, 1, 0, 0, 5, 250) / 1000,
        },
        config: {
          update: [
            { path: ['_wandb'], json: '{"cli_version":"0.16.0"}' },
            { path: ['lr'], json: '0.1' },
            { path: ['nan'], json: 'NaN' },
            { path: ['layers'], json: '[64,32]' },
          ],
          remove: [],
        },
        summary: {
          update: [
            { path: ['loss'], json: 'NaN' },
            { path: ['_wandb'], json: '{"runtime": 3}' },
          ],
          remove: [],
        },
      },
    ]);
    expect(await source.hasNews(key, cursor, { signal })).toBe(false);
    expect((await readAll(source, key, { after: cursor })).batches).toEqual([]);
    const [run] = await source.listRuns({ signal });
    expect(run).toMatchObject({ isWaiting: true, startTime: Date.UTC(2024, 0, 1, 0, 0, 5, 250) / 1000 });
  });

  it('they are read again when they were written again, until the log has a row', async () => {
    await using folder = await temporaryFolder();
    const log = new WandbLogWriter().begin('early');
    const { source, key } = await makeRun(folder, log.bytes(), { 'config.yaml': CONFIG });
    const first = await readAll(source, key);
    expect(first.records.at(-1)).toMatchObject({ kind: 'begun', config: expect.anything() });
    await folder.write(`${DIRECTORY}/files/config.yaml`, Buffer.from('lr: {value: 0.2}\n'));
    expect(await source.hasNews(key, first.cursor, { signal })).toBe(true);
    const second = await readAll(source, key, { after: first.cursor });
    expect(second.records).toEqual([
      { kind: 'begun', config: { update: [{ path: ['lr'], json: '0.2' }], remove: [] } },
    ]);
    await folder.write(`${DIRECTORY}/run-early.wandb`, log.row({ a: 1 }).bytes());
    await folder.write(`${DIRECTORY}/files/config.yaml`, Buffer.from('lr: {value: 0.3}\n'));
    const third = await readAll(source, key, { after: second.cursor });
    expect(third.records.map(({ kind }) => kind)).toEqual(['history', 'summary']);
    expect(await source.hasNews(key, third.cursor, { signal })).toBe(false);
  });

  it('reading again ends at the same cursor, whatever they say by now', async () => {
    await using folder = await temporaryFolder();
    const { source, key } = await makeRun(folder, new Uint8Array(0), ALL);
    const { cursor } = await readAll(source, key);
    await folder.write(`${DIRECTORY}/files/config.yaml`, Buffer.from('lr: {value: 9}\n'));
    const again: unknown[] = [];
    for await (const batch of source.read(key, { after: null, stopAt: cursor!, signal }))
      again.push([batch.cursor, batch.records]);
    expect(again).toEqual([[cursor, []]]);
  });

  it.each([
    [
      'no JSON',
      { 'wandb-metadata.json': '{"os": ', 'wandb-summary.json': 'x', 'config.yaml': ': : :\n\t- [' },
    ],
    ['something else', { 'wandb-metadata.json': '[1]', 'wandb-summary.json': '7', 'config.yaml': 'a: 1\n' }],
    ['far too long', { 'config.yaml': `lr: {value: "${'x'.repeat(300_000)}"}` }],
  ])('files that are %s say nothing', async (_, files) => {
    await using folder = await temporaryFolder();
    const { source, key } = await makeRun(folder, new Uint8Array(0), files);
    const startTime = new Date(2024, 0, 1).getTime() / 1000;
    expect((await readAll(source, key)).records).toEqual([{ kind: 'begun', facts: { startTime } }]);
  });

  it('files beside a folder of many logs are anybody’s', async () => {
    await using folder = await temporaryFolder();
    await folder.write('logs/run-early.wandb', new Uint8Array(0));
    await folder.write('logs/files/config.yaml', Buffer.from(CONFIG));
    const source = localSource(folder.path);
    const [run] = await source.listRuns({ signal });
    expect((await readAll(source, run!.key)).records).toEqual([{ kind: 'begun' }]);
  });
});
