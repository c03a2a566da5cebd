/** Objects that tests put into the cluster beside the program's own. @module */

import { type Forward, IMAGES, kubectl, TestNamespace } from './cluster.ts';
import { DOUBLE_PROGRAM } from './double-program.ts';

const SERVER_IMAGE = `${IMAGES.server}:test`;
export const RESTRICTED_POD = {
  automountServiceAccountToken: false,
  terminationGracePeriodSeconds: 1,
  securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: 'RuntimeDefault' } },
};
export const RESTRICTED_CONTAINER = {
  image: SERVER_IMAGE,
  imagePullPolicy: 'Never',
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
};

/** The double of W&B's backend in a namespace of its own: it runs from this clone, which `restricted` does not allow. */
export class DoubleInCluster implements AsyncDisposable {
  readonly url: string;
  readonly #namespace: TestNamespace;
  readonly #control: Forward;

  private constructor(namespace: TestNamespace, control: Forward, url: string) {
    this.#namespace = namespace;
    this.#control = control;
    this.url = url;
  }

  static async start(name: string, apiKey: string): Promise<DoubleInCluster> {
    const namespace = await TestNamespace.create(name, 'privileged');
    const host = `wandb.${name}.svc`;
    const labels = { app: 'wandb' };
    const ports = [8080, 8081, 8082].map((port) => ({ name: `p${port}`, port }));
    await namespace.apply(
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'wandb' },
        spec: {
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: {
              ...RESTRICTED_POD,
              securityContext: { runAsUser: 0 },
              containers: [
                {
                  name: 'double',
                  image: SERVER_IMAGE,
                  imagePullPolicy: 'Never',
                  command: ['node', '/double/wandb-double.mjs', host, apiKey],
                  readinessProbe: { tcpSocket: { port: 8082 }, periodSeconds: 1 },
                  volumeMounts: [{ name: 'double', mountPath: '/double', readOnly: true }],
                },
              ],
              volumes: [{ name: 'double', hostPath: { path: DOUBLE_PROGRAM.folder, type: 'Directory' } }],
            },
          },
        },
      },
      { apiVersion: 'v1', kind: 'Service', metadata: { name: 'wandb' }, spec: { selector: labels, ports } },
    );
    await namespace.rolledOut('wandb');
    return new DoubleInCluster(namespace, await namespace.forward('wandb', 8082), `http://${host}:8080`);
  }

  /** From now on this is the key, and no other. */
  async changeKey(key: string): Promise<void> {
    const response = await fetch(`${this.#control.url}/key?is=${key}`, { method: 'POST' });
    if (!response.ok) throw new Error(`the double: HTTP ${response.status}`);
  }

  /** Nobody answers there, until it is back as it began. */
  async goAway(): Promise<void> {
    await this.#namespace.kubectl(['scale', 'deployment/wandb', '--replicas=0']);
    await this.#namespace.kubectl(['wait', '--for=delete', 'pod', '-l', 'app=wandb', '--timeout=60s']);
  }

  async comeBack(): Promise<void> {
    await this.#namespace.kubectl(['scale', 'deployment/wandb', '--replicas=1']);
    await this.#namespace.rolledOut('wandb');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#control[Symbol.asyncDispose]();
    await this.#namespace[Symbol.asyncDispose]();
  }
}

/** Lets the pod reach the double, which is not on 443. */
export const EGRESS_TO_DOUBLE = {
  target: { kind: 'NetworkPolicy', name: 'wandb-logdir' },
  patch: JSON.stringify([
    { op: 'add', path: '/spec/egress/-', value: { ports: [{ port: 8080 }, { port: 8081 }] } },
  ]),
};

/** Lets the test in, which asks from node 1: another node's pods take that for a stranger. */
export const INGRESS_FROM_NODES = {
  target: { kind: 'NetworkPolicy', name: 'wandb-logdir' },
  patch: JSON.stringify([
    { op: 'add', path: '/spec/ingress/0/from/-', value: { ipBlock: { cidr: '10.99.0.0/16' } } },
  ]),
};

/** Every point of every run, for they are compared with what was logged. */
export const ALL_POINTS = {
  target: { kind: 'Deployment', name: 'wandb-logdir' },
  patch: JSON.stringify([
    {
      op: 'add',
      path: '/spec/template/spec/containers/0/args/-',
      value: '--samples_per_plugin=scalars=1000000,text=1000000',
    },
    {
      op: 'add',
      path: '/spec/template/spec/initContainers/0/args/-',
      value: '--max-card-points=1000000',
    },
  ]),
};

/** A claim in a namespace that is bound to a folder of this machine. */
export async function claimOf(namespace: TestNamespace, claim: string, folder: string): Promise<void> {
  const volume = `${namespace.name}-${claim}`;
  const common = { accessModes: ['ReadWriteOnce', 'ReadOnlyMany'], storageClassName: '' };
  await namespace.apply(
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: volume },
      spec: {
        ...common,
        capacity: { storage: '10Gi' },
        persistentVolumeReclaimPolicy: 'Retain',
        claimRef: { namespace: namespace.name, name: claim },
        local: { path: folder },
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['node1'] }] },
            ],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: claim },
      spec: { ...common, volumeName: volume, resources: { requests: { storage: '10Gi' } } },
    },
  );
}

export async function forgetVolume(namespace: TestNamespace, claim: string): Promise<void> {
  await kubectl([
    'delete',
    'persistentvolume',
    `${namespace.name}-${claim}`,
    '--wait=false',
    '--ignore-not-found',
  ]);
}
