/** `wandb-logdir tensorboard`, from the command line to the curves and back to the prompt. @module */

import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/local-runs.ts';
import { EXAMPLES, startProgram } from '../support/program.ts';
import { PYTHON, PYTHON_MISSING } from '../support/python.ts';

const ADDRESS = /TensorBoard[^\n]* (http:\/\/\S+?)\/?(?=\s)/;

describe.skipIf(PYTHON_MISSING !== null)('wandb-logdir tensorboard', () => {
  it('opens the example runs in a real TensorBoard and stops both on Ctrl-C', async () => {
    await using folder = await temporaryFolder();
    const variables = { TENSORBOARD: `${PYTHON} -m tensorboard.main` };
    const words = ['tensorboard', EXAMPLES, '--cache-dir', `${folder.path}/cache`, '--', '--port', '0'];
    const { child, result } = startProgram(words, { cwd: folder.path, variables });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk;
      });
    }
    const until = async <T>(ask: () => Promise<T | undefined> | T | undefined): Promise<T> => {
      for (let waitedMs = 0; waitedMs < 120_000; waitedMs += 200) {
        const answer = await ask();
        if (answer !== undefined) return answer;
        await delay(200);
      }
      throw new Error(`no answer in two minutes; the program said:\n${output}`);
    };
    const url = await until(() => ADDRESS.exec(output)?.[1]);
    const get = async (path: string) =>
      (await fetch(`${url}${path}`).catch(() => undefined))?.json() as Promise<string[]> | undefined;
    const runs = await until(async () =>
      (await get('/data/runs'))?.length === 6 ? await get('/data/runs') : undefined,
    );
    expect(runs.toSorted()).toEqual([
      'image-classifier/baseline',
      'image-classifier/cosine-schedule',
      'image-classifier/high-rate',
      'image-classifier/small-batch',
      'language-model/small-4-layers',
      'language-model/wide-8-layers',
    ]);
    const points = `/data/plugin/scalars/scalars?run=${encodeURIComponent('image-classifier/baseline')}&tag=train%2Floss`;
    await until(async () => ((await get(points))?.length === 300 ? true : undefined));
    child.kill('SIGINT');
    expect((await result).code).toBe(130);
    await expect(fetch(`${url}/data/runs`)).rejects.toThrow();
  });
});
