/** The overlay `prod` on two nodes: nobody notices a rollout, a drain, or one pod that was killed. @module */

import { once } from 'node:events';
import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TensorBoard } from '../support/tensorboard.ts';
import { CLUSTER_MISSING, type Forward, kubectl, TestNamespace } from './cluster.ts';
import { DoubleInCluster, EGRESS_TO_DOUBLE, INGRESS_FROM_NODES } from './objects.ts';

/** Two pods fit on a machine of tests. */
const SMALL = {
  target: { kind: 'Deployment', name: 'wandb-logdir' },
  patch: JSON.stringify(
    ['initContainers', 'containers'].map((kind) => ({
      op: 'replace',
      path: `/spec/template/spec/${kind}/0/resources/requests`,
      value: { cpu: '10m', memory: '64Mi' },
    })),
  ),
};

describe.skipIf(CLUSTER_MISSING !== null)('prod, on two real nodes', () => {
  let double: DoubleInCluster;
  let namespace: TestNamespace;
  let forward: Forward;

  beforeAll(async () => {
    double = await DoubleInCluster.start('wandb-of-prod', 'c'.repeat(40));
    namespace = await TestNamespace.create('prod', 'restricted');
    await namespace.secret('wandb-api-key', { 'api-key': 'c'.repeat(40) });
    await namespace.deploy({
      from: 'overlays/prod',
      config: { baseUrl: double.url, source: ['wandb:acme'], logFormat: 'json' },
      patches: [EGRESS_TO_DOUBLE, INGRESS_FROM_NODES, SMALL],
    });
    await namespace.rolledOut();
    forward = await namespace.forward('wandb-logdir', 80);
    const board = TensorBoard.at(forward.url);
    await board.until(
      () => board.runs(),
      ({ length }) => length === 2,
    );
  });

  afterAll(async () => {
    await kubectl(['uncordon', 'node1', 'node2']).catch(() => undefined);
    await forward?.[Symbol.asyncDispose]();
    await namespace?.[Symbol.asyncDispose]();
    await double?.[Symbol.asyncDispose]();
  });

  it('has its pods on different nodes', async () => {
    const nodes = await namespace.read(
      ['pods', '-l', 'app.kubernetes.io/name=wandb-logdir'],
      '{.items[*].spec.nodeName}',
    );
    expect(nodes.split(' ').toSorted()).toEqual(['node1', 'node2']);
  });

  it('loses no answer in a rollout, nor one that is on its way all the while', async () => {
    const outcome = await whileAsked(forward, async () => {
      const slow = slowDownload(`${forward.url}/`);
      await namespace.kubectl(['rollout', 'restart', 'deployment/wandb-logdir']);
      const { received, expected } = await slow;
      await namespace.rolledOut();
      expect(received).toBe(expected);
    });
    expect(outcome).toEqual({ lost: [], answered: expect.any(Number) });
    console.error(`kubernetes: ${outcome.answered} answers during a rollout, none lost`);
  });

  it('has a node drained without losing an answer, and does not let both pods go at once', async () => {
    const outcome = await whileAsked(forward, async () => {
      await kubectl([
        'drain',
        'node2',
        '--ignore-daemonsets',
        '--delete-emptydir-data',
        '--force',
        '--timeout=120s',
      ]);
      await kubectl(['uncordon', 'node2']);
    });
    expect(outcome).toEqual({ lost: [], answered: expect.any(Number) });
    await namespace.rolledOut();
    console.error(`kubernetes: ${outcome.answered} answers during a drain, none lost`);
    // A pod is away as long as no node takes it.
    await kubectl(['cordon', 'node1', 'node2']);
    const [first = '', second = ''] = await namespace.pods();
    await evict(namespace, first);
    await expect(evict(namespace, second)).rejects.toThrow(/disruption budget/);
    await kubectl(['uncordon', 'node1', 'node2']);
    await namespace.rolledOut();
  });
});

async function evict(namespace: TestNamespace, pod: string): Promise<void> {
  const eviction = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name: pod, namespace: namespace.name },
  };
  const path = `/api/v1/namespaces/${namespace.name}/pods/${pod}/eviction`;
  await kubectl(['create', '--raw', path, '-f', '-'], JSON.stringify(eviction));
}

/** Asks TensorBoard again and again, over connections of their own, until something is done. */
async function whileAsked(
  { url }: Forward,
  work: () => Promise<void>,
): Promise<{ readonly lost: readonly string[]; readonly answered: number }> {
  const lost: string[] = [];
  let answered = 0;
  let isDone = false;
  const asking = Promise.all(
    [0, 1].map(async () => {
      while (!isDone) {
        const outcome = await fetch(`${url}/data/runs`, { headers: { connection: 'close' } }).then(
          async (response) =>
            response.ok && (await response.text()) !== '' ? null : `HTTP ${response.status}`,
          (error: Error) => String(error.cause ?? error),
        );
        if (outcome === null) answered++;
        else lost.push(outcome);
        await delay(50);
      }
    }),
  );
  try {
    await work();
  } finally {
    isDone = true;
    await asking;
  }
  return { lost, answered };
}

/** Takes an answer slowly: some seconds for TensorBoard's page. Bytes that came, and those that were announced. */
async function slowDownload(url: string): Promise<{ readonly received: number; readonly expected: number }> {
  const asked = request(url, { headers: { connection: 'close', 'accept-encoding': 'identity' } }).end();
  const [response] = await once(asked, 'response');
  let received = 0;
  for await (const chunk of response) {
    received += chunk.length;
    await delay(150);
  }
  return { received, expected: Number(response.headers['content-length']) };
}
