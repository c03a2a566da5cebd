/** The built program serving a folder of runs, and what its tree holds, seen through HTTP. @module */

import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import axios from 'axios';
import { startProgram } from './program.ts';
import { until } from './waiting.ts';

const S3_ENDPOINT = /AWS_ENDPOINT_URL=(\S+)/;
const GRPC_ADDRESS = /--grpc_data_provider (\S+)/;

export interface ServedRuns extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Of the program, for signals. */
  readonly pid: number;
  /** Ends it as a machine that fails does: nothing is tidied up. */
  kill(): Promise<void>;
  /** For TensorBoard's `--grpc_data_provider`, of a server with `--grpc-port`. */
  grpcAddress(): Promise<string>;
  /** For `AWS_ENDPOINT_URL`, of a server with `--s3-port`. */
  s3Endpoint(): Promise<string>;
  /** Names in a directory listing, decoded, directories first as `{ name, isDirectory }`. */
  list(path: string): Promise<readonly { readonly name: string; readonly isDirectory: boolean }[]>;
  read(path: string): Promise<Buffer>;
  /** Copies a directory of the tree to disk, as `cp -r` would. */
  copy(path: string, target: string): Promise<void>;
}

/**
 * Serves `source` on a free port, its cache and state below `folder`; resolves when it answers. `variables`: of its
 * environment.
 */
export async function serveRuns(
  source: string,
  folder: string,
  args: readonly string[] = [],
  variables: Readonly<Record<string, string>> = {},
): Promise<ServedRuns> {
  await mkdir(folder, { recursive: true });
  const portFile = join(folder, `port-${Math.random().toString(36).slice(2)}`);
  const places = ['--port-file', portFile, '--cache-dir', join(folder, 'cache')];
  const { child, result } = startProgram(['serve', source, '--port', '0', ...places, ...args], {
    cwd: folder,
    variables,
  });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk;
  });
  let port = Number.NaN;
  for (let waitedMs = 0; Number.isNaN(port) && waitedMs < 60_000; waitedMs += 50) {
    if (child.exitCode !== null) throw new Error(`serve ended: ${(await result).stderr}`);
    await delay(50);
    port = Number.parseInt(await readFile(portFile, 'utf8').catch(() => ''), 10);
  }
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    pid: child.pid!,
    kill: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
    grpcAddress: async () => {
      await until(() => GRPC_ADDRESS.test(printed), 'the address of the gRPC door');
      return GRPC_ADDRESS.exec(printed)![1]!;
    },
    s3Endpoint: async () => {
      await until(() => S3_ENDPOINT.test(printed), 'the address of the S3 door');
      return S3_ENDPOINT.exec(printed)![1]!;
    },
    list: (path) => list(url, path),
    read: (path) => read(url, path),
    copy: (path, target) => copy(url, path, target),
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}

const escaped = (path: string) => path.split('/').map(encodeURIComponent).join('/');

async function list(url: string, path: string) {
  const response = await fetch(`${url}/webhdfs/v1/${escaped(path)}?op=LISTSTATUS`);
  if (!response.ok) throw new Error(`${path}: HTTP ${response.status}`);
  const { FileStatuses } = (await response.json()) as {
    FileStatuses: { FileStatus: { pathSuffix: string; type: string }[] };
  };
  return FileStatuses.FileStatus.map(({ pathSuffix, type }) => ({
    name: pathSuffix,
    isDirectory: type === 'DIRECTORY',
  }));
}

/** By axios: Node's `fetch` throws out of reach where a connection ends while it holds a large body up. */
async function read(url: string, path: string): Promise<Buffer> {
  const { data } = await axios.get<Buffer>(`${url}/logdir/${escaped(path)}`, {
    responseType: 'arraybuffer',
    proxy: false,
  });
  return data;
}

async function copy(url: string, path: string, target: string): Promise<void> {
  await mkdir(target, { recursive: true });
  for (const { name, isDirectory } of await list(url, path)) {
    if (isDirectory) await copy(url, `${path}/${name}`, join(target, name));
    else await writeFile(join(target, name), await read(url, `${path}/${name}`));
  }
}
