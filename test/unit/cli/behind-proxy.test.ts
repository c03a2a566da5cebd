/** A network whose way to W&B is a proxy: requests to W&B go through it, those on this machine do not. @module */

import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TemporaryFolder, temporaryFolder } from '../../support/local-runs.ts';
import { runProgram } from '../../support/program.ts';
import { startWandbServer, type WandbServer } from '../../support/wandb-server/index.ts';

const OPENSSL_MISSING = spawnSync('openssl', ['version']).status === 0 ? null : 'no openssl';
/** A name that only the proxy knows. */
const HOST = 'wandb.corp.invalid';

let folder: TemporaryFolder;
let wandb: WandbServer;
let encrypted: TlsServer;
let proxy: Server;
/** What the proxy was asked for. */
let asked: string[];

const portOf = (server: Server | TlsServer) => (server.address() as AddressInfo).port;
/** A side that hangs up takes the other with it. */
const joined = (a: Socket, b: Socket) => {
  a.on('error', () => b.destroy()).pipe(b);
  b.on('error', () => a.destroy()).pipe(a);
};

beforeEach(async () => {
  if (OPENSSL_MISSING !== null) return;
  folder = await temporaryFolder();
  wandb = await startWandbServer();
  wandb.store
    .project('acme', 'vision')
    .addRun({ id: 'one', rows: [{ loss: 1 }] })
    .finish();
  const [cert, key] = [join(folder.path, 'cert.pem'), join(folder.path, 'key.pem')];
  const subject = ['-subj', `/CN=${HOST}`, '-addext', `subjectAltName=DNS:${HOST}`];
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert];
  execFileSync('openssl', [...made, ...subject], { stdio: 'ignore' });
  const pem = { cert: readFileSync(cert), key: readFileSync(key) };
  encrypted = createTlsServer(pem, (socket) => joined(socket, connect(Number(new URL(wandb.url).port))));
  asked = [];
  proxy = createServer().on('connect', ({ url = '' }, socket: Socket) => {
    asked.push(url);
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    joined(socket, connect(portOf(encrypted)));
  });
  for (const server of [encrypted, proxy]) await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterEach(async () => {
  if (OPENSSL_MISSING !== null) return;
  for (const server of [encrypted, proxy]) server.close();
  await wandb[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

describe.skipIf(OPENSSL_MISSING !== null)('behind a proxy', () => {
  it.each([
    ['https_proxy', {}],
    ['HTTPS_PROXY', { NO_PROXY: '', no_proxy: 'intranet.example.com' }],
    ['WANDB_LOGDIR_HTTPS_PROXY', { no_grpc_proxy: HOST }],
  ])('a W&B server is read through the one in %s', async (name, more) => {
    const variables = { WANDB_BASE_URL: `https://${HOST}`, WANDB_API_KEY: wandb.apiKey, ...more };
    const address = { [name]: `http://127.0.0.1:${portOf(proxy)}` };
    const words = ['prefetch', 'acme/vision', '--ca-file', join(folder.path, 'cert.pem')];
    const { stdout, stderr, code } = await runProgram(words, {
      ...{ cwd: folder.path, variables: { ...variables, ...address } },
    });
    expect([code, stderr]).toEqual([0, '']);
    expect(String(stdout)).toContain('1 of 1 runs, 1 rows');
    expect(new Set(asked)).toEqual(new Set([`${HOST}:443`]));
  });

  it('a W&B server on this machine is asked itself', async () => {
    const variables = {
      ...{ WANDB_BASE_URL: `https://localhost:${portOf(encrypted)}`, WANDB_API_KEY: wandb.apiKey },
      https_proxy: `http://127.0.0.1:${portOf(proxy)}`,
    };
    const { stderr } = await runProgram(['ls', 'wandb:acme'], { cwd: folder.path, variables });
    expect(stderr).toMatch(/certificate/i);
    expect(asked).toEqual([]);
  });
});
