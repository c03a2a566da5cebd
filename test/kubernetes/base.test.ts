/** The base in a namespace that enforces `restricted`: TensorBoard behind its Service shows what was logged. @module */

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TemporaryFolder, temporaryFolder } from '../support/local-runs.ts';
import { copyRecordedRuns, recordRuns } from '../support/recorded-runs.ts';
import { expectAllShown, sdkRuns } from '../support/sdk-runs.ts';
import { serveRuns } from '../support/served-runs.ts';
import { TensorBoard } from '../support/tensorboard.ts';
import { CLUSTER_MISSING, TestNamespace } from './cluster.ts';
import { DOUBLE_RUNS, pointsOf } from './double-runs.ts';
import {
  ALL_POINTS,
  claimOf,
  DoubleInCluster,
  EGRESS_TO_DOUBLE,
  forgetVolume,
  INGRESS_FROM_NODES,
} from './objects.ts';

describe.skipIf(CLUSTER_MISSING !== null)('the base, on a real cluster, with a W&B server', () => {
  let double: DoubleInCluster;
  let namespace: TestNamespace;

  beforeAll(async () => {
    double = await DoubleInCluster.start('wandb-of-base', 'a'.repeat(40));
    namespace = await TestNamespace.create('base', 'restricted');
    await namespace.secret('wandb-api-key', { 'api-key': 'a'.repeat(40) });
    await namespace.deploy({
      from: 'base',
      config: { baseUrl: double.url, source: ['wandb:acme'], refreshInterval: '1s', logFormat: 'json' },
      patches: [EGRESS_TO_DOUBLE, INGRESS_FROM_NODES, ALL_POINTS],
    });
    await namespace.rolledOut();
  });

  afterAll(async () => {
    await namespace?.[Symbol.asyncDispose]();
    await double?.[Symbol.asyncDispose]();
  });

  const server = (...command: string[]) =>
    namespace.kubectl(['exec', 'deployment/wandb-logdir', '-c', 'server', '--', ...command]);

  it('shows every point of its runs through the Service', async () => {
    await using forward = await namespace.forward('wandb-logdir', 80);
    const board = TensorBoard.at(forward.url);
    const names = DOUBLE_RUNS.map(({ name }) => name).toSorted();
    expect(
      await board.until(
        () => board.runs(),
        ({ length }) => length === names.length,
      ),
    ).toEqual(names);
    for (const run of DOUBLE_RUNS) {
      const rows = pointsOf(run);
      const points = await board.until(
        () => board.scalars(run.name, 'loss'),
        ({ length }) => length === rows.length,
      );
      expect(points.map(([, step, value]) => [step, value])).toEqual(
        rows.map(({ step, values }) => [step, values.loss]),
      );
    }
  });

  it('gives the server no privilege, no token and nothing to write but its cache and /tmp', async () => {
    const status = await server('cat', '/proc/self/status');
    expect(status).toMatch(/^CapBnd:\t0+$/m);
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    expect(status).toMatch(/^Seccomp:\t2$/m);
    expect(status).toMatch(/^Uid:\t10001/m);
    await expect(server('touch', '/app/x')).rejects.toThrow('Read-only file system');
    await expect(server('ls', '/var/run/secrets')).rejects.toThrow('No such file');
    expect(await server('ls', '-lnL', '/etc/wandb-logdir/api-key/api-key')).toMatch(/^-r--r----- 1 0 10001/);
    await server('touch', '/tmp/x', '/var/cache/wandb-logdir/x');
  });

  it('has no setting from the Service of its own name', async () => {
    expect(await server('env')).not.toMatch(/^WANDB_LOGDIR_\w+=tcp:/m);
  });

  it('takes up a key that was changed in the Secret, without a restart', async () => {
    await using forward = await namespace.forward('wandb-logdir', 80);
    const board = TensorBoard.at(forward.url);
    // The kubelet brings it within a minute or two.
    const shown = (count: number) =>
      board.until(
        () => board.runs(),
        ({ length }) => length === count,
        { timeoutMs: 240_000 },
      );
    const before = await namespace.pods();
    await double.changeKey('b'.repeat(40));
    const said = () => board.runs().then(String, ({ message }: Error) => message);
    await board.until(said, (answer) => answer.endsWith('HTTP 403'));
    await namespace.secret('wandb-api-key', { 'api-key': 'b'.repeat(40) });
    await shown(DOUBLE_RUNS.length);
    expect(await namespace.pods()).toEqual(before);
    const restarts = '{.items[*].status.initContainerStatuses[*].restartCount}';
    expect(await namespace.read(['pods'], restarts)).toBe('0');
  });
});

describe.skipIf(CLUSTER_MISSING !== null)('the base, on a real cluster, with a volume of runs', () => {
  let folder: TemporaryFolder;
  let namespace: TestNamespace;

  beforeAll(async () => {
    folder = await temporaryFolder();
    await recordRuns(['scalars', 'sweep', 'resume', 'crash']);
    await copyRecordedRuns(folder.path, ['scalars', 'sweep', 'resume', 'crash']);
    namespace = await TestNamespace.create('offline', 'restricted');
    await claimOf(namespace, 'wandb-runs', join(folder.path, 'wandb'));
    await namespace.deploy({
      from: 'base',
      components: ['offline-pvc'],
      patches: [ALL_POINTS, INGRESS_FROM_NODES],
    });
    await namespace.rolledOut();
  });

  afterAll(async () => {
    await namespace?.[Symbol.asyncDispose]();
    if (namespace !== undefined) await forgetVolume(namespace, 'wandb-runs');
    await folder?.[Symbol.asyncDispose]();
  });

  it('shows what the SDK logged, point by point', async () => {
    await using served = await serveRuns(join(folder.path, 'wandb'), join(folder.path, 'served'));
    const runs = await sdkRuns(served);
    await using forward = await namespace.forward('wandb-logdir', 80);
    const points = await expectAllShown(TensorBoard.at(forward.url), runs);
    expect(points).toBeGreaterThan(1000);
    console.error(`kubernetes: ${points} points of ${runs.length} runs compared`);
  });
});
