/** `wandb-logdir tensorboard`, from the command line to the curves and back to the prompt. @module */

import { describe, expect, it } from 'vitest';
import { EXAMPLES } from '../support/program.ts';
import { PYTHON_MISSING } from '../support/python.ts';
import { TensorboardCommand } from '../support/tensorboard-command.ts';

describe.skipIf(PYTHON_MISSING !== null)('wandb-logdir tensorboard', () => {
  it('opens the example runs in a real TensorBoard and stops both on Ctrl-C', async () => {
    await using command = await TensorboardCommand.start([EXAMPLES]);
    expect((await command.list('/data/runs', 6)).toSorted()).toEqual([
      'image-classifier/baseline',
      'image-classifier/cosine-schedule',
      'image-classifier/high-rate',
      'image-classifier/small-batch',
      'language-model/small-4-layers',
      'language-model/wide-8-layers',
    ]);
    const run = encodeURIComponent('image-classifier/baseline');
    await command.list(`/data/plugin/scalars/scalars?run=${run}&tag=train%2Floss`, 300);
    command.stop('SIGINT');
    expect((await command.result).code).toBe(130);
    await expect(fetch(`${command.url}/data/runs`)).rejects.toThrow();
  });
});
