/** `serve --grpc-port`: the data provider beside HTTP, with and without TLS. @module */

import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChannelCredentials, credentials } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataProviderClient } from '../../support/data-provider-client.ts';
import { EXAMPLES, runProgram, startProgram } from '../../support/program.ts';

const OPENSSL_MISSING = spawnSync('openssl', ['version']).status === 0 ? null : 'no openssl';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'grpc-port-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** `ask` gets the address, and the words that follow it in what to type. */
async function served(
  words: readonly string[],
  ask: (address: string, flags: string) => Promise<void>,
): Promise<void> {
  const all = ['serve', EXAMPLES, '--port', '0', '--grpc-port', '0', ...words];
  const { child, result } = startProgram(all, { cwd: dir });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += String(chunk);
  });
  try {
    await expect
      .poll(() => text, { timeout: 20_000 })
      .toMatch(/tensorboard --grpc_data_provider [\d.]+:\d+.*\n/);
    const [, address = '', flags = ''] = /--grpc_data_provider (\S+)(.*)/.exec(text)!;
    await ask(address, flags);
  } finally {
    child.kill('SIGTERM');
  }
  expect((await result).code).toBe(0);
}

/** What `serve` prints before it is stopped: once an address of ours is in it. */
async function printed(words: readonly string[]): Promise<string> {
  const { child, result } = startProgram(['serve', EXAMPLES, '--port', '0', ...words], { cwd: dir });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += String(chunk);
    if (text.includes('tensorboard --')) child.kill('SIGTERM');
  });
  await result;
  return text;
}

async function runCount(address: string, channel?: ChannelCredentials): Promise<number | undefined> {
  using client = new DataProviderClient(address.replace(/^[\d.]+/, 'localhost'), channel);
  return (await client.call('ListRuns', {})).runs?.length;
}

interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** A key pair for localhost, which stands for itself. */
function selfSigned(name: string): Pair {
  const [cert, key] = [join(dir, `${name}.pem`), join(dir, `${name}.key.pem`)];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const words = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert];
  execFileSync('openssl', [...words, ...subject], { stdio: 'ignore' });
  return { cert, key };
}

describe('serve --grpc-port', () => {
  it('answers TensorBoard, and says what to type', async () => {
    await served([], async (address, flags) => {
      expect(await runCount(address)).toBe(6);
      expect(flags).toBe('');
    });
  });

  it('is open by itself on this machine, on another port where the usual one is taken, unless it is off', async () => {
    const blocker = createServer().listen(6806, '127.0.0.1');
    // Another program of this machine may have it: it is taken either way.
    await once(blocker, 'listening').catch(() => undefined);
    const text = await printed(['--host', '127.0.0.1']);
    blocker.close();
    expect(text).toMatch(/Open in TensorBoard:\n {2}tensorboard --grpc_data_provider 127\.0\.0\.1:\d+\n$/);
    expect(text).not.toContain('webhdfs');
    expect(text).not.toContain(':6806');
    const off = await printed(['--grpc-port', 'off']);
    expect(off).toMatch(
      /\(needs: pip install tensorboard fsspec requests\):\n {2}tensorboard --logdir webhdfs:/,
    );
    expect(off).not.toContain('grpc');
  });

  it.skipIf(OPENSSL_MISSING !== null)(`by TLS where a certificate is given`, async () => {
    const { cert, key } = selfSigned('server');
    await served(
      ['--host', '0.0.0.0', '--access', 'off', '--grpc-cert-file', cert, '--grpc-key-file', key],
      async (address, flags) => {
        expect(flags).toBe(' --grpc_creds_type=ssl');
        expect(await runCount(address, credentials.createSsl(readFileSync(cert)))).toBe(6);
        await expect(runCount(address)).rejects.toThrow();
      },
    );
  });

  it.skipIf(OPENSSL_MISSING !== null)(
    'to clients with a certificate alone, where those are asked for',
    async () => {
      const [server, client, stranger] = ['server', 'client', 'stranger'].map(selfSigned);
      const pair = ({ cert, key }: Pair) =>
        credentials.createSsl(readFileSync(server!.cert), readFileSync(key), readFileSync(cert));
      const tls = ['--grpc-cert-file', server!.cert, '--grpc-key-file', server!.key];
      await served([...tls, '--grpc-client-ca-file', client!.cert], async (address) => {
        expect(await runCount(address, pair(client!))).toBe(6);
        await expect(runCount(address, pair(stranger!))).rejects.toThrow();
        await expect(runCount(address, credentials.createSsl(readFileSync(server!.cert)))).rejects.toThrow();
      });
    },
  );

  it('stays on this machine where callers are told apart, which TensorBoard cannot be', async () => {
    writeFileSync(join(dir, 'access.yaml'), "tokens: [{name: a, token: 0123456789abcdef, scopes: ['*']}]");
    const words = [
      '--host',
      '0.0.0.0',
      '--access',
      'token',
      '--access-file',
      'access.yaml',
      '--grpc-port',
      '0',
    ];
    const text = await printed(words);
    expect(text).toMatch(/tensorboard --grpc_data_provider 127\.0\.0\.1:\d+\n/);
    expect(text).toContain('Log in with a token');
    const unasked = await printed(words.filter((word) => word !== '--grpc-port' && word !== '0'));
    expect(unasked).not.toContain('grpc_data_provider');
  });

  it('refuses half a key pair, files that are none, and a port that is taken', async () => {
    const serve = (...words: string[]) =>
      runProgram(['serve', EXAMPLES, '--port', '0', '--grpc-port', ...words], { cwd: dir });
    const half = await serve('0', '--grpc-cert-file', 'cert.pem');
    expect([half.code, half.stderr]).toEqual([2, expect.stringContaining('belong together')]);
    writeFileSync(join(dir, 'none.pem'), 'none');
    const none = await serve('0', '--grpc-cert-file', 'none.pem', '--grpc-key-file', 'none.pem');
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('no certificate and key')]);
    const missing = await serve('0', '--grpc-cert-file', 'gone.pem', '--grpc-key-file', 'gone.pem');
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining("gone.pem can't be read")]);
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { port } = blocker.address() as { port: number };
    const taken = await serve(String(port));
    blocker.close();
    expect([taken.code, taken.stderr]).toEqual([
      4,
      expect.stringContaining(`can't listen on 127.0.0.1:${port}: another process listens there; stop it`),
    ]);
  });
});
