/** A server that was killed, by hand, by the kernel or with its pod, comes back with what it had read. @module */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TensorBoard } from '../support/tensorboard.ts';
import { CLUSTER_MISSING, TestNamespace } from './cluster.ts';
import { DOUBLE_RUNS } from './double-runs.ts';
import { DoubleInCluster, EGRESS_TO_DOUBLE, INGRESS_FROM_NODES } from './objects.ts';

const POD = ['pods', '-l', 'app.kubernetes.io/name=wandb-logdir'];
/** Fills the memory of its container, and has the kernel take the first process for it: by itself it takes the largest. */
const EAT = `
const { writeFileSync } = require('node:fs');
writeFileSync('/proc/1/oom_score_adj', '1000');
writeFileSync('/proc/self/oom_score_adj', '0');
const eaten = [];
setInterval(() => eaten.push(Buffer.alloc(32e6, 1)), 5);
`;

describe.skipIf(CLUSTER_MISSING !== null)('a server that was killed, on a real cluster', () => {
  let double: DoubleInCluster;
  let namespace: TestNamespace;

  beforeAll(async () => {
    double = await DoubleInCluster.start('wandb-of-recovery', 'd'.repeat(40));
    namespace = await TestNamespace.create('recovery', 'restricted');
    await namespace.secret('wandb-api-key', { 'api-key': 'd'.repeat(40) });
    await namespace.deploy({
      from: 'base',
      components: ['cache-pvc'],
      config: { baseUrl: double.url, source: ['acme/research'], refreshInterval: '1s', logFormat: 'json' },
      patches: [EGRESS_TO_DOUBLE, INGRESS_FROM_NODES],
    });
    await namespace.rolledOut();
    await expectShown();
  });

  afterAll(async () => {
    await namespace?.[Symbol.asyncDispose]();
    await double?.[Symbol.asyncDispose]();
  });

  async function expectShown(): Promise<void> {
    await using forward = await namespace.forward('wandb-logdir', 80);
    const board = TensorBoard.at(forward.url);
    for (const { name, rows } of DOUBLE_RUNS) {
      const all = ({ length }: { readonly length: number }) => length === rows;
      expect(await board.until(() => board.scalars(name, 'loss'), all)).toHaveLength(rows);
    }
  }

  const server = (...command: string[]) =>
    namespace.kubectl(['exec', 'deployment/wandb-logdir', '-c', 'server', '--', ...command]);
  const restarts = async () =>
    Number(await namespace.read(POD, '{.items[0].status.initContainerStatuses[0].restartCount}'));
  /** Without W&B only the cache can show anything. */
  const withoutWandb = async (work: () => Promise<void>) => {
    await double.goAway();
    await work();
    await double.comeBack();
  };

  it('by hand: its cache is there, though W&B is not', async () => {
    await withoutWandb(async () => {
      await namespace.killServer();
      await expect.poll(restarts, { timeout: 60_000, interval: 500 }).toBe(1);
      await namespace.rolledOut();
      await expectShown();
    });
  });

  it('by the kernel, for its memory: the same', async () => {
    await withoutWandb(async () => {
      await server('node', '-e', EAT).catch(() => undefined);
      await expect.poll(restarts, { timeout: 90_000, interval: 500 }).toBe(2);
      const reason = '{.items[0].status.initContainerStatuses[0].lastState.terminated.reason}';
      expect(await namespace.read(POD, reason)).toBe('OOMKilled');
      await namespace.rolledOut();
      await expectShown();
    });
  });

  it('with its pod: the volume has it', async () => {
    await withoutWandb(async () => {
      const [pod = ''] = await namespace.pods();
      await namespace.kubectl(['delete', 'pod', pod, '--grace-period=0', '--force']);
      await namespace.rolledOut();
      await expectShown();
      expect(await namespace.pods()).not.toContain(pod);
    });
  });
});
