/** Views as they are given: in a file of their own, in the config file, and wrongly. @module */

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEvents, scalarsOf } from '../../support/event-reader.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/local-runs.ts';
import { runProgram } from '../../support/program.ts';
import { WandbLogWriter } from '../../support/wandb-log-writer.ts';

const DOUBLED = 'doubled:\n  steps:\n    - scale: {loss: 2}\n';

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
  const log = new WandbLogWriter().begin('abc', {
    displayName: 'run',
    config: { update: [{ key: 'lr', valueJson: '0.1' }] },
  });
  for (const step of [0, 1]) log.row({ loss: step + 1, _step: step, _timestamp: 1.7e9 + step });
  await folder.write('wandb/offline-run-20240101_000000-abc/run-abc.wandb', log.exit().bytes());
});
afterAll(() => folder[Symbol.asyncDispose]());

async function program(...words: string[]) {
  const { code, stdout, stderr } = await runProgram([...words, '--source', 'wandb'], { cwd: folder.path });
  return { code, stdout, stderr };
}

async function doubled(...options: string[]): Promise<unknown> {
  const path = 'acme/research/@view=doubled/run';
  const json = JSON.parse(String((await program('cat', `${path}/run.json`, ...options)).stdout));
  const { stdout } = await program('cat', `${path}/${json.eventFile.name}`, ...options);
  return Object.fromEntries(scalarsOf(readEvents(stdout)));
}

describe('views', () => {
  it('come from a file, or stand in the config file', async () => {
    await folder.write('views.yaml', Buffer.from(DOUBLED));
    await folder.write('config.yaml', Buffer.from(`views:\n${DOUBLED.replaceAll(/^(?=.)/gm, '  ')}`));
    const points = {
      loss: [
        [0, 2],
        [1, 4],
      ],
    };
    expect(await doubled('--views', 'views.yaml')).toEqual(points);
    expect(await doubled('--config', 'config.yaml')).toEqual(points);
  });

  it.each([
    [
      '--views',
      'views:\n  a:\n    steps:\n      - scale: {loss: x}\n',
      'bad.yaml:4, views.a.steps.0.scale.loss',
    ],
    ['--config', 'port: 1\nviews:\n  a:\n    stps: []\n', 'bad.yaml:4, views.a'],
  ])('that are wrong are told by line and key: %s %j', async (flag, text, told) => {
    await folder.write('bad.yaml', Buffer.from(text));
    const { code, stderr } = await program('ls', 'acme/research', flag, 'bad.yaml');
    expect(code).toBe(2);
    expect(stderr).toContain(told);
  });

  it('that are not there are told, with the nearest that is', async () => {
    await folder.write('views.yaml', Buffer.from(DOUBLED));
    const { code, stderr } = await program('ls', 'acme/research/@view=double', '--views', 'views.yaml');
    expect(code).not.toBe(0);
    expect(stderr).toContain('did you mean @view=doubled?');
  });

  it.each([
    ['ls', 'acme/research'],
    ['cat', 'acme/research/run/run.json'],
    ['export', 'wandb', 'out'],
    ['serve', '--port', '0'],
    ['verify'],
    ['prefetch'],
    ['doctor'],
    ['config', 'show'],
  ])(
    'whose file is not there are told in the same words by every command: %s',
    async (...words) => {
      const tell = async (file: string) => {
        const { code, stderr } = await program(...words, `--views=${file}`);
        return [code, stderr.trim().split('\n').at(-1)];
      };
      const said = (name: string, why: string) => [
        2,
        `error: the file of views ${name} cannot be read: ${why}. Name a YAML file with --views`,
      ];
      expect(await tell('/no/file')).toEqual(said('/no/file', 'there is no such file'));
      expect(await tell('wandb')).toEqual(said(`wandb (${join(folder.path, 'wandb')})`, 'it is a directory'));
      expect(await readdir(folder.path)).not.toContain('out');
    },
    60_000,
  );

  it('whose file is in a home that no shell has put in are told so', async () => {
    const { code, stderr } = await program('ls', '--views=~/views.yaml');
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('Here ~ is no shorthand for the home directory'),
    ]);
  });
});

describe('a directory of a query that lists nothing', () => {
  it.each([
    ['@by=config.rl', 'no run has what @by=config.rl groups by now; is config.rl meant for config.lr?'],
    ['@by=config.batch_size', 'groups by now; their config has lr, and no batch_size'],
    ['@config.rl>0', 'no run is chosen by @config.rl>0 now; is config.rl meant for config.lr?'],
    ['@best=lss', 'no run is chosen by @best=lss now; is summary.lss meant for summary.loss?'],
    ['@config.lr>7', 'no run is chosen by @config.lr>7 now\n'],
    ['@by=sweep', 'no run has what @by=sweep groups by now\n'],
    ['@tag=none/@last=1', 'no run is chosen by @tag=none/@last=1 now\n'],
  ])('%s says why', async (query, told) => {
    for (const command of ['ls', 'tree']) {
      const { code, stdout, stderr } = await program(command, `acme/research/${query}`);
      expect([code, String(stdout)]).toEqual([0, command === 'ls' ? '' : `acme/research/${query}\n`]);
      expect(stderr).toMatch(/^warning: no run /);
      expect(stderr).toContain(told);
    }
  });
});
