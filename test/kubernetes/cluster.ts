/** The real cluster of cluster.sh, as tests use it: objects applied, waited for, asked and taken away again. @module */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { IS_FULL } from '../support/scale.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SCRIPT = fileURLToPath(new URL('cluster.sh', import.meta.url));
/** As cluster.sh has it. */
export const CACHE = process.env['K8S_CACHE'] ?? join(homedir(), '.cache', 'wandb-logdir-kubernetes');
export const STATE = process.env['K8S_STATE'] ?? '/tmp/wandb-logdir-kubernetes';
/** Names the process of vitest that started the cluster. */
export const OWNER_FILE = join(STATE, 'owner');
export const PROGRAMS = join(CACHE, 'bin', 'v1.37.2');
export const IMAGES = { server: 'localhost/wandb-logdir', tensorboard: 'localhost/wandb-logdir-tensorboard' };
const TAG = 'test';

/** Why tests on the cluster cannot run; null when they can. */
export const CLUSTER_MISSING: string | null = whyMissing();

function whyMissing(): string | null {
  if (!IS_FULL) return 'at full scale only: npm run test:full';
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'a cluster needs Linux and root';
  const { CLUSTER_REFUSED: refused } = process.env;
  if (refused) return refused;
  if (!existsSync('/sys/fs/cgroup/memory')) return 'cluster.sh is for cgroup v1';
  return existsSync(join(PROGRAMS, 'etcd'))
    ? null
    : 'test/kubernetes/cluster.sh build makes the programs, once';
}

/** Processes of a pod are told by their cgroup. */
const KILL_SERVER = `
for process in /proc/[0-9]*; do
  grep -qs "pod$1" $process/cgroup || continue
  if tr '\\0' ' ' 2>/dev/null <$process/cmdline | grep -q 'wandb-logdir serve'; then kill -KILL \${process#/proc/}; found=1; fi
done
[ "$found" ]
`;

/** A command of cluster.sh, on one of its nodes; rejects with what it complained of. */
export async function cluster(words: readonly string[], input = '', node = '1'): Promise<string> {
  const env = { ...process.env, NODES: '2', NODE: node };
  const child = run(SCRIPT, [...words], { maxBuffer: 2 ** 28, env });
  child.child.stdin?.end(input);
  return (await child).stdout;
}

export async function kubectl(words: readonly string[], input?: string): Promise<string> {
  return await cluster(['kubectl', ...words], input);
}

export type PodSecurity = 'restricted' | 'privileged';

/** A namespace of its own for a test; disposing deletes all that is in it. */
export class TestNamespace implements AsyncDisposable {
  readonly name: string;

  private constructor(name: string) {
    this.name = name;
  }

  static async create(name: string, security: PodSecurity): Promise<TestNamespace> {
    const labels = { 'pod-security.kubernetes.io/enforce': security };
    await kubectl(
      ['apply', '-f', '-'],
      stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }),
    );
    return new TestNamespace(name);
  }

  async kubectl(words: readonly string[], input?: string): Promise<string> {
    return await kubectl(['--namespace', this.name, ...words], input);
  }

  async apply(...objects: readonly object[]): Promise<void> {
    await this.kubectl(['apply', '-f', '-'], objects.map((object) => stringify(object)).join('---\n'));
  }

  async secret(name: string, data: Readonly<Record<string, string>>): Promise<void> {
    await this.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData: data });
  }

  /** Applies an overlay, with this project's images and what the test changes. */
  async deploy(choice: Deployment): Promise<void> {
    await this.kubectl(['apply', '-f', '-'], await rendered(choice, this.name));
  }

  /** Until every pod of a Deployment is the newest and Ready. */
  async rolledOut(name = 'wandb-logdir', timeoutSeconds = 180): Promise<void> {
    try {
      await this.kubectl(['rollout', 'status', `deployment/${name}`, `--timeout=${timeoutSeconds}s`]);
    } catch (error) {
      throw new Error(`${name} is not ready\n${await this.story()}`, { cause: error });
    }
  }

  /** Kills the program of the pod as nobody inside it can: from the node. */
  async killServer(): Promise<void> {
    const [pod = ''] = await this.pods();
    const path = '{.metadata.uid} {.spec.nodeName}';
    const [uid = '', node = ''] = (await this.read(['pod', pod], path)).split(' ');
    await cluster(['enter', 'bash', '-c', KILL_SERVER, 'kill', uid], '', node.replace('node', ''));
  }

  /** What `kubectl get -o jsonpath` says. */
  async read(words: readonly string[], path: string): Promise<string> {
    return await this.kubectl(['get', ...words, '-o', `jsonpath=${path}`]);
  }

  /** Names of those that are not about to go. */
  async pods(): Promise<string[]> {
    const text = await this.kubectl([
      'get',
      'pods',
      '-l',
      'app.kubernetes.io/name=wandb-logdir',
      '-o',
      'json',
    ]);
    const { items } = JSON.parse(text) as {
      items: { metadata: { name: string; deletionTimestamp?: string } }[];
    };
    return items.flatMap(({ metadata }) => (metadata.deletionTimestamp === undefined ? [metadata.name] : []));
  }

  /** Pods, events and logs, for whoever reads that a test failed. */
  async story(): Promise<string> {
    const asked = [
      ['get', 'pods', '-o', 'wide'],
      ['get', 'events', '--sort-by=.lastTimestamp'],
      ['logs', '-l', 'app.kubernetes.io/name=wandb-logdir', '--all-containers', '--prefix', '--tail=30'],
    ];
    const told = await Promise.all(asked.map((words) => this.kubectl(words).catch(String)));
    return told.join('\n').slice(-8000);
  }

  /** A port of this machine that leads to a port of a Service, by way of kube-proxy. */
  async forward(service: string, port: number): Promise<Forward> {
    return await Forward.to(await this.read(['service', service], '{.spec.clusterIP}'), port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await kubectl(['delete', 'namespace', this.name, '--wait=true', '--timeout=90s']).catch(console.error);
  }
}

export class Forward implements AsyncDisposable {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
  }

  static async to(address: string, port: number): Promise<Forward> {
    const local = await freePort();
    const words = ['forward', `${local}`, `${address}:${port}`];
    const child = spawn(SCRIPT, words, { stdio: 'ignore', env: { ...process.env, NODES: '2' } });
    await delay(500);
    return new Forward(`http://127.0.0.1:${local}`, child);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGTERM');
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export interface Deployment {
  /** Below k8s. */
  readonly from: string;
  readonly components?: readonly string[];
  /** In place of its config.yaml. */
  readonly config?: object;
  /** Of the form that kustomization.yaml has. */
  readonly patches?: readonly object[];
}

/** What kustomize makes of a choice. The folder is in the clone, for kustomize takes relative paths alone. */
export async function rendered(choice: Deployment, namespace?: string): Promise<string> {
  const parent = join(ROOT, '.cache');
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'kustomize-'));
  try {
    const up = (path: string) => relative(folder, join(ROOT, 'k8s', path));
    const { from, components = [], config, patches = [] } = choice;
    const kustomization = {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      ...(namespace === undefined ? {} : { namespace }),
      resources: [up(from)],
      components: components.map((name) => up(`components/${name}`)),
      images: [
        { name: 'wandb-logdir', newName: IMAGES.server, newTag: TAG },
        { name: 'wandb-logdir-tensorboard', newName: IMAGES.tensorboard, newTag: TAG },
      ],
      patches,
      ...(config === undefined
        ? {}
        : {
            configMapGenerator: [{ name: 'wandb-logdir-config', behavior: 'merge', files: ['config.yaml'] }],
          }),
    };
    await writeFile(join(folder, 'kustomization.yaml'), stringify(kustomization));
    if (config !== undefined) await writeFile(join(folder, 'config.yaml'), stringify(config));
    return (await run('kubectl', ['kustomize', folder], { maxBuffer: 2 ** 26, env: withPrograms() })).stdout;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The cluster's kubectl and its companions come first. */
export function withPrograms(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${PROGRAMS}:${process.env['PATH']}` };
}
