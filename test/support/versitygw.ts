/** versitygw, a server of S3 that others wrote (Apache-2.0), over a folder. @module */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { makeShared, sharedPath } from '../../scripts/shared-cache.mjs';
import { IS_FULL } from './scale.ts';
import { until } from './waiting.ts';

const MODULE = 'github.com/versity/versitygw/cmd/versitygw@v1.8.0';
/** One that is there already, in place of building it: that takes two minutes of a processor, once on a machine. */
const GIVEN = process.env['VERSITYGW'];

/** Why it is not tried; null when it is. */
export const VERSITYGW_MISSING: string | null = whyMissing();

export const CREDENTIALS = { accessKeyId: 'user', secret: 'password123' } as const;

export interface Versitygw extends AsyncDisposable {
  readonly url: string;
}

/** Serves the folders in `folder` as buckets. */
export async function startVersitygw(folder: string): Promise<Versitygw> {
  const url = `127.0.0.1:${await freePort()}`;
  const { accessKeyId, secret } = CREDENTIALS;
  const words = ['--access', accessKeyId, '--secret', secret, '--port', url, 'posix', folder];
  const child = spawn(await programPath(), words, { stdio: 'ignore' });
  await until(async () => (await fetch(`http://${url}/`).catch(() => null)) !== null, 'versitygw');
  return { url: `http://${url}`, [Symbol.asyncDispose]: () => ended(child) };
}

async function programPath(): Promise<string> {
  if (GIVEN !== undefined) return GIVEN;
  const path = sharedPath('versitygw', [MODULE]);
  await makeShared(path, 'versitygw', async (folder) => {
    await mkdir(folder, { recursive: true });
    const env = { ...process.env, GOBIN: folder };
    const { status, stderr } = spawnSync('go', ['install', MODULE], { env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`go install ${MODULE}: ${stderr}`);
  });
  return join(path, 'versitygw');
}

function whyMissing(): string | null {
  if (GIVEN !== undefined) return null;
  if (!IS_FULL) return 'at full scale, or with VERSITYGW=<path of the program>';
  return spawnSync('go', ['version']).status === 0 ? null : 'Go is not installed';
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function ended(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
