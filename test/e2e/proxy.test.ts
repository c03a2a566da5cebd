/** A proxy in the environment, as company networks have one: TensorBoard and we still find each other. @module */

import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/local-runs.ts';
import { DATA_SERVER, EXAMPLES } from '../support/program.ts';
import { PYTHON_MISSING } from '../support/python.ts';
import { TensorBoard } from '../support/tensorboard.ts';
import { TensorboardCommand } from '../support/tensorboard-command.ts';

/** Nobody listens on the discard port. */
const DEAD = 'http://127.0.0.1:9';
const PROXIES = ['http_proxy', 'https_proxy', 'grpc_proxy', 'all_proxy'].flatMap((name) => [
  [name, DEAD],
  [name.toUpperCase(), DEAD],
]);
/** NODE_USE_ENV_PROXY has newer Nodes ask through it too. */
const BEHIND_PROXY = { ...Object.fromEntries(PROXIES), NODE_USE_ENV_PROXY: '1' } as Record<string, string>;

describe.skipIf(PYTHON_MISSING !== null)('with a proxy that leads nowhere', () => {
  it.each([
    ['grpc', {}],
    ['webhdfs', {}],
    ['grpc', { no_proxy: 'intranet.example.com' }],
    ['webhdfs', { NO_PROXY: 'intranet.example.com' }],
  ])('wandb-logdir tensorboard --door %s shows runs, also where %j is set', async (door, more) => {
    await using command = await TensorboardCommand.start([EXAMPLES, '--door', door], {
      ...BEHIND_PROXY,
      ...more,
    });
    const runs = await command.list('/data/runs', 6);
    expect(runs.some((run) => run.endsWith('image-classifier/baseline'))).toBe(true);
  });

  it('by the variable, is told of in a sentence whose command shows runs', async () => {
    await using folder = await temporaryFolder();
    const own = { TENSORBOARD_DATA_SERVER_BINARY: DATA_SERVER, WANDB_LOGDIR_CACHE_DIR: folder.path };
    const variables = { ...BEHIND_PROXY, ...own, no_proxy: 'intranet.example.com' };
    const failing = TensorBoard.start(EXAMPLES, ['--load_fast', 'true'], { variables });
    const message = await failing.then(
      () => 'started',
      (error: Error) => error.message,
    );
    const [, value = ''] = /grpc_proxy is set, so .* no_grpc_proxy=(\S+) tensorboard/.exec(message) ?? [];
    expect(value.split(',')).toEqual(['intranet.example.com', 'localhost', '127.0.0.1', '::1']);
    await using board = await TensorBoard.start(EXAMPLES, ['--load_fast', 'true'], {
      variables: { ...variables, no_grpc_proxy: value },
    });
    await board.until(
      () => board.runs(),
      ({ length }) => length === 6,
    );
    expect(board.output).not.toContain('warning:');
  });
});
