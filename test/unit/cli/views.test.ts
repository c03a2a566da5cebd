/** Views as they are given: in a file of their own, in the config file, and wrongly. @module */

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
  const log = new WandbLogWriter().begin('abc', { displayName: 'run' });
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
    expect((await program('ls', 'acme/research', '--views', join('no', 'file'))).stderr).toContain(
      'cannot be read',
    );
  });
});
