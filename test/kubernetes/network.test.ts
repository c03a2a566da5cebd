/** NetworkPolicy, enforced by kube-router: who reaches the pod, and what it reaches. @module */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLUSTER_MISSING, PROGRAMS, TestNamespace } from './cluster.ts';
import { DoubleInCluster, EGRESS_TO_DOUBLE, RESTRICTED_CONTAINER, RESTRICTED_POD } from './objects.ts';

const MISSING = CLUSTER_MISSING ?? (existsSync(join(PROGRAMS, 'kube-router')) ? null : 'no kube-router');
const PROBE = '/app/container/probe.mjs';

describe.skipIf(MISSING !== null)('the NetworkPolicy, enforced on a real cluster', () => {
  let double: DoubleInCluster;
  let namespace: TestNamespace;
  let stranger: TestNamespace;

  beforeAll(async () => {
    double = await DoubleInCluster.start('wandb-of-network', 'e'.repeat(40));
    namespace = await TestNamespace.create('network', 'restricted');
    stranger = await TestNamespace.create('stranger', 'restricted');
    await namespace.secret('wandb-api-key', { 'api-key': 'e'.repeat(40) });
    await namespace.deploy({
      from: 'base',
      config: { baseUrl: double.url, source: ['wandb:acme'], logFormat: 'json' },
      patches: [EGRESS_TO_DOUBLE],
    });
    await Promise.all([caller(namespace), caller(stranger), namespace.rolledOut()]);
  });

  afterAll(async () => {
    for (const used of [namespace, stranger, double]) await used?.[Symbol.asyncDispose]();
  });

  async function caller(of: TestNamespace): Promise<void> {
    const container = { ...RESTRICTED_CONTAINER, name: 'caller', command: ['sleep', '3600'] };
    await of.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'caller' },
      spec: { ...RESTRICTED_POD, containers: [container] },
    });
    await of.kubectl(['wait', '--for=condition=Ready', 'pod/caller', '--timeout=60s']);
  }

  /** Exit code 0 in time, or what went wrong. */
  async function answer(of: TestNamespace, words: readonly string[], url: string): Promise<string> {
    return await of.kubectl(['exec', ...words, '--', 'node', PROBE, url]).then(
      () => 'answers',
      (error: Error) => /no answer|ECONN\w+|EHOSTUNREACH|HTTP \d+/.exec(error.message)?.[0] ?? error.message,
    );
  }

  const service = 'http://wandb-logdir.network.svc/data/environment';

  it('lets pods of the namespace reach TensorBoard, and no others', async () => {
    await expect.poll(() => answer(namespace, ['caller'], service), { timeout: 30_000 }).toBe('answers');
    expect(await answer(stranger, ['caller'], service)).toMatch(/no answer|ECONNREFUSED/);
  });

  it('lets nobody reach the server, which listens inside the pod alone', async () => {
    const address = await namespace.read(
      ['pods', '-l', 'app.kubernetes.io/name=wandb-logdir'],
      '{.items[0].status.podIP}',
    );
    for (const port of [7070, 6806])
      expect(await answer(namespace, ['caller'], `http://${address}:${port}/healthz`)).not.toBe('answers');
  });

  it('lets the pod reach W&B, and nothing else of the cluster', async () => {
    const server = ['deployment/wandb-logdir', '-c', 'server'];
    const host = 'wandb.wandb-of-network.svc';
    expect(await answer(namespace, server, `http://${host}:8080/`)).not.toMatch(/no answer|ECONN/);
    expect(await answer(namespace, server, `http://${host}:8082/`)).toMatch(/no answer|ECONNREFUSED/);
    expect(await answer(namespace, ['caller'], `http://${host}:8082/`)).toBe('answers');
  });
});
