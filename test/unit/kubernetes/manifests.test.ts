/** The chart and the kustomizations are two ways to say one thing: for the same choices they give the same objects. @module */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { type KubernetesObject, sameForm } from '../../kubernetes/object-form.ts';

const K8S = fileURLToPath(new URL('../../../k8s/', import.meta.url));
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** As test/kubernetes/cluster.sh builds them. */
const HELMS = ['v4.3.1', 'v3.22.0']
  .map((version) => join(homedir(), '.cache', 'wandb-logdir-kubernetes', 'bin', `helm-${version}`, 'helm'))
  .filter(existsSync);
const HELM = HELMS[0] ?? 'helm';
const can = (command: string, words: readonly string[]) => {
  try {
    execFileSync(command, words, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
const HAS_KUBECTL = can('kubectl', ['kustomize', '--help']);
/** The reason why they are skipped: there is no helm on PATH, and test/kubernetes/cluster.sh has built none. */
const HAS_HELM = HAS_KUBECTL && can(HELM, ['version']);

interface Choice {
  readonly name: string;
  readonly from: string;
  readonly components?: readonly string[];
  readonly values?: object;
}

const read = (path: string) => parse(readFileSync(join(K8S, path), 'utf8')) as object;
const overlay = (name: string): Choice => ({
  name: `overlays/${name}`,
  from: `overlays/${name}`,
  values: read(`overlays/${name}/values.yaml`),
});
const component = (name: string, values: object, others: readonly string[] = []): Choice => ({
  name: `components/${[...others, name].join(', ')}`,
  from: 'base',
  components: [...others, name],
  values,
});
const PUBLIC = { access: { mode: 'token' }, http: { enabled: true } };

/** `grpc-sidecar` is not among them: it is for a Deployment that the chart does not make. */
const CHOICES: readonly Choice[] = [
  { name: 'base', from: 'base' },
  ...['dev', 'prod', 's3-kubeflow', 'fuse-privileged', 'fuse-fdpass'].map(overlay),
  component('http', PUBLIC),
  component('s3', { access: { mode: 'token' }, s3: { enabled: true } }),
  component('s3', { ...PUBLIC, s3: { enabled: true } }, ['http']),
  component('tls', { ...PUBLIC, tls: { secretName: 'wandb-logdir-tls' } }, ['http']),
  component('servicemonitor', { ...PUBLIC, serviceMonitor: { enabled: true } }, ['http']),
  component('ingress', { ingress: { enabled: true } }),
  component('gateway', { gateway: { enabled: true } }),
  component('cache-pvc', { cache: { persistent: true } }),
  component('offline-pvc', {
    offline: { claimName: 'wandb-runs' },
    config: { source: ['/runs'], watch: 'polling', pollInterval: '10s' },
  }),
];

function fromKustomize({ from, components = [] }: Choice): KubernetesObject[] {
  const folder = mkdtempSync(join(ROOT, '.kustomize-'));
  try {
    const up = (path: string) => relative(folder, join(K8S, path));
    const kustomization = {
      resources: [up(from)],
      components: components.map((name) => up(`components/${name}`)),
    };
    writeFileSync(join(folder, 'kustomization.yaml'), stringify(kustomization));
    return objectsOf(execFileSync('kubectl', ['kustomize', folder], { encoding: 'utf8' }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function fromChart(values: object, helm = HELM): KubernetesObject[] {
  // Built from its module, Helm 3 takes a cluster to be one of its own first days.
  const words = [
    'template',
    'wandb-logdir',
    join(K8S, 'chart'),
    '--skip-tests',
    '--kube-version',
    '1.37.2',
    '--values',
    '-',
  ];
  return objectsOf(execFileSync(helm, words, { encoding: 'utf8', input: stringify(values), stdio: 'pipe' }));
}

const objectsOf = (text: string) =>
  parseAllDocuments(text).flatMap((document) => (document.toJS() as KubernetesObject | null) ?? []);

describe.skipIf(!HAS_KUBECTL)('kustomizations', () => {
  it.each(CHOICES)('$name: every container is bounded, and none pulls Always', (choice) => {
    for (const container of containersOf(fromKustomize(choice))) {
      expect(container.imagePullPolicy).toBe('IfNotPresent');
      expect(container.resources).toMatchObject({ limits: { memory: expect.any(String) } });
      expect(container.securityContext.readOnlyRootFilesystem).toBe(true);
      // Where mounting is all that a pod does, one container is privileged.
      if (!choice.from.includes('fuse'))
        expect(container.securityContext.capabilities).toEqual({ drop: ['ALL'] });
    }
  });
});

describe.skipIf(!HAS_HELM)('the chart', () => {
  it.each(CHOICES)('renders what kustomize does: $name', (choice) => {
    const { values = {} } = choice;
    expect(sameForm(fromChart(values))).toEqual(sameForm(fromKustomize(choice)));
  });

  it.skipIf(HELMS.length < 2)('renders the same by Helm 3 as by Helm 4', () => {
    const [newer, older] = HELMS.map((helm) => sameForm(fromChart(PUBLIC, helm)));
    expect(older).toEqual(newer);
  });

  it.each([
    ['a public port without a decision', { http: { enabled: true } }, /access\.mode is off/],
    ['a public bucket without a decision', { s3: { enabled: true } }, /access\.mode is off/],
    ['a decision that YAML took for a boolean', { access: { mode: false } }, /access/],
    ['metrics of a port that is closed', { serviceMonitor: { enabled: true } }, /http\.enabled/],
    ['a certificate for nothing', { tls: { secretName: 'x' } }, /neither is enabled/],
    [
      'replicas that cannot share a volume',
      { cache: { persistent: true }, replicaCount: 2 },
      /ReadWriteMany/,
    ],
    ['a value that there is not', { replicas: 2 }, /replicas/],
    ['a setting that is the chart’s own', { config: { source: ['wandb:'], host: '0.0.0.0' } }, /config/],
  ])('refuses %s', (_, values, reason) => {
    expect(() => fromChart(values)).toThrow(reason);
  });
});

interface Container {
  readonly imagePullPolicy: string;
  readonly resources: object;
  readonly securityContext: { readonly readOnlyRootFilesystem: boolean; readonly capabilities?: object };
}

function containersOf(objects: readonly KubernetesObject[]): Container[] {
  const deployments = objects.filter(({ kind }) => kind === 'Deployment') as unknown as readonly {
    readonly spec: { readonly template: { readonly spec: Readonly<Record<string, Container[]>> } };
  }[];
  return deployments.flatMap(({ spec: { template } }) => [
    ...(template.spec['initContainers'] ?? []),
    ...(template.spec['containers'] ?? []),
  ]);
}
