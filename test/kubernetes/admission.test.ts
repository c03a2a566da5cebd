/** What the real API server says of every overlay, component and choice of the chart, field by field, before it is applied. @module */

import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CACHE,
  CLUSTER_MISSING,
  kubectl,
  PROGRAMS,
  rendered,
  TestNamespace,
  withPrograms,
} from './cluster.ts';

const run = promisify(execFile);
const K8S = fileURLToPath(new URL('../../k8s/', import.meta.url));
const OWN_DEFINITIONS = fileURLToPath(new URL('definitions.yaml', import.meta.url));
const MOUNTING = ['fuse-privileged', 'fuse-fdpass'];
/** Opinions of kube-score that we do not share, or that are about the cluster. */
const IGNORED = [
  'container-image-pull-policy', // wants Always, which takes another image on a restart
  'container-resources', // wants a bound on CPU, which makes a burst slow and saves nobody anything
  'container-security-context-user-group-id', // those of the pod
  'container-ephemeral-storage-request-and-limit', // the volumes are bounded
  'container-ports-check', // the server has none
  'deployment-replicas', // one is what a small team has
  'pod-probes', // they may be the same to it: they ask different questions of different containers
  'statefulset-has-servicename',
];

describe.skipIf(CLUSTER_MISSING !== null)('the API server, strictly', () => {
  let restricted: TestNamespace;
  let privileged: TestNamespace;

  beforeAll(async () => {
    await kubectl(['apply', '--server-side', '-f', OWN_DEFINITIONS]);
    await kubectl([
      'apply',
      '--server-side',
      '-f',
      join(CACHE, 'definitions', 'gateway.networking.k8s.io_httproutes.yaml'),
    ]);
    await kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
    restricted = await TestNamespace.create('strict', 'restricted');
    privileged = await TestNamespace.create('mounting', 'privileged');
  });

  afterAll(async () => {
    for (const used of [restricted, privileged]) await used?.[Symbol.asyncDispose]();
  });

  /** What it would do; warnings of Pod Security count as failures where the namespace enforces it. */
  async function dryRun(namespace: TestNamespace, objects: string): Promise<string> {
    return await namespace.kubectl(
      ['apply', '--dry-run=server', '--validate=strict', '--warnings-as-errors', '-f', '-'],
      objects,
    );
  }

  const overlays = readdirSync(join(K8S, 'overlays'));
  const components = readdirSync(join(K8S, 'components'));

  it.each(['base', ...overlays.map((name) => `overlays/${name}`)])('takes %s', async (from) => {
    const isMounting = MOUNTING.some((name) => from.endsWith(name));
    const told = await dryRun(isMounting ? privileged : restricted, await rendered({ from }));
    expect(told).toContain('deployment.apps/');
  });

  it.each(components)('takes the base with the component %s', async (component) => {
    const told = await dryRun(restricted, await rendered({ from: 'base', components: [component] }));
    expect(told).toContain('deployment.apps/');
  });

  it('takes all components that go together', async () => {
    const all = components.filter((name) => name !== 'offline-pvc');
    await dryRun(restricted, await rendered({ from: 'overlays/prod', components: all }));
  });

  it("takes Kubeflow's Tensorboard and PodDefault by their definitions, and refuses a wrong field", async () => {
    const folder = join(K8S, 'overlays', 's3-kubeflow', 'profile');
    const objects = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
    const told = await dryRun(restricted, objects.join('---\n'));
    expect(told.trim().split('\n')).toHaveLength(2);
    await expect(dryRun(restricted, objects.join('---\n').replace('logspath', 'logdir'))).rejects.toThrow(
      /unknown field "spec.logdir"/,
    );
  });

  it.each(MOUNTING)('refuses %s where the namespace enforces `restricted`', async (overlay) => {
    // The Deployment is taken and its pods are not: a pod of its template is asked for.
    await expect(dryRun(restricted, await rendered({ from: `overlays/${overlay}` }))).rejects.toThrow(
      /privileged/,
    );
  });

  it.skipIf(!existsSync(join(PROGRAMS, 'kube-score'))).each(['base', 'overlays/prod', 'overlays/dev'])(
    'has no fault of %s that kube-score calls critical',
    async (from) => {
      const words = [
        'score',
        '-',
        '--output-format',
        'ci',
        ...IGNORED.flatMap((test) => ['--ignore-test', test]),
      ];
      const scoring = run(join(PROGRAMS, 'kube-score'), words, { env: withPrograms() });
      scoring.child.stdin?.end(await rendered({ from }));
      const told = await scoring.catch((error: { stdout: string }) => error);
      expect(told.stdout.split('\n').filter((line) => line.startsWith('[CRITICAL]'))).toEqual([]);
    },
  );
});
