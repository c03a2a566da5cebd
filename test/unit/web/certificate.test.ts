/** TLS of the HTTP server: what is refused at the start, and how certificates are renewed. @module */

import { once } from 'node:events';
import { copyFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Certificate } from '../../../src/frontends/web/server/certificate.ts';
import {
  type CertificateFiles,
  connectByTls,
  makeCertificate,
  OPENSSL_MISSING,
  shownName,
} from '../../support/certificates.ts';
import { serveTree } from '../../support/http-door.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/local-runs.ts';
import { MemoryTree } from '../../support/memory-tree.ts';
import { recordedLog } from '../../support/recorded-log.ts';

let folder: TemporaryFolder;
let first: CertificateFiles;

describe.skipIf(OPENSSL_MISSING !== null)('the certificate of a server', () => {
  beforeEach(async () => {
    folder = await temporaryFolder();
    first = await makeCertificate(join(folder.path, 'first'), 'first');
  });
  afterEach(async () => await folder[Symbol.asyncDispose]());

  it.each([
    [
      'a file that is not there',
      async () => await rm(first.certFile),
      /--cert-file .*cannot be read: ENOENT/,
    ],
    [
      'a certificate that is none',
      async () => await writeFile(first.certFile, 'hello'),
      /--cert-file .*holds no certificate: give PEM/,
    ],
    [
      'a key that is none',
      async () => await writeFile(first.keyFile, 'SECRET-KEY-TEXT'),
      /--key-file .*holds no private key/,
    ],
    [
      'the key of another',
      async () => {
        const other = await makeCertificate(join(folder.path, 'other'), 'other');
        await copyFile(other.keyFile, first.keyFile);
      },
      /is not the key of the first certificate/,
    ],
  ])('is refused at the start: %s', async (_, spoil, message) => {
    await spoil();
    const serving = serveTree(new MemoryTree({}), { serving: { tls: first } });
    const error: unknown = await serving.then(() => null).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'invalid-argument', message: expect.stringMatching(message) });
    expect(String(error)).not.toContain('SECRET-KEY-TEXT');
  });

  it('encrypts what is answered, from TLS 1.2 on', async () => {
    await using server = await serveTree(new MemoryTree({ 'a/b/c/d': 'x' }), { serving: { tls: first } });
    expect(server.url).toBe(`https://127.0.0.1:${server.port}`);
    const newer = await connectByTls(server.port, first.certFile, { maxVersion: 'TLSv1.2' });
    newer.end('GET /logdir/a/b/c/d HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    let answer = '';
    for await (const chunk of newer) answer += String(chunk);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*\r\n\r\nx$/);
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    const refused = connect({ port: server.port, rejectUnauthorized: false, ...old });
    const [error] = await once(refused, 'error');
    expect(error).toMatchObject({ code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' });
  });

  it('is renewed without a restart, and connections of before go on', async () => {
    await using server = await serveTree(new MemoryTree({}), { serving: { tls: first } });
    const before = await connectByTls(server.port, first.certFile);
    expect(await healthOver(before)).toBe('ok\n');
    const second = await makeCertificate(join(folder.path, 'second'), 'second');
    await rename(second.certFile, first.certFile);
    await rename(second.keyFile, first.keyFile);
    expect(await shownName(server.port)).toBe('first');
    await server.reload();
    expect(await shownName(server.port)).toBe('second');
    expect(await healthOver(before)).toBe('ok\n');
    before.destroy();
  });

  it('stays in use while the one that should replace it is no good', async () => {
    await using server = await serveTree(new MemoryTree({}), { serving: { tls: first } });
    await writeFile(first.keyFile, 'half of a ke');
    const error: unknown = await server.reload().catch((caught: unknown) => caught);
    expect(String(error)).toContain('holds no private key');
    expect(String(error)).not.toContain('half of a ke');
    expect(await shownName(server.port)).toBe('first');
  });

  it('follows the swap of links by which Kubernetes renews a secret', async () => {
    // A volume of a Secret: tls.crt -> ..data/tls.crt, ..data -> a folder with the time in its name.
    const volume = join(folder.path, 'volume');
    await makeCertificate(join(volume, '..2026_01'), 'january');
    await makeCertificate(join(volume, '..2026_02'), 'february');
    await symlink('..2026_01', join(volume, '..data'));
    for (const name of ['tls.crt', 'tls.key']) await symlink(`..data/${name}`, join(volume, name));
    const files = { certFile: join(volume, 'tls.crt'), keyFile: join(volume, 'tls.key') };
    using certificate = await Certificate.load(files, recordedLog().logger, 10);
    const used: unknown[] = [];
    certificate.follow((options) => used.push(options));
    await symlink('..2026_02', join(volume, '..data_tmp'));
    await rename(join(volume, '..data_tmp'), join(volume, '..data'));
    await rm(join(volume, '..2026_01'), { recursive: true });
    await expect.poll(() => used.length, { timeout: 20_000 }).toBe(1);
    expect(certificate.options).toEqual(used[0]);
  });

  it('complains once of a bad pair that stays, and not of one that is being replaced', async () => {
    const log = recordedLog();
    using certificate = await Certificate.load(first, log.logger, 10);
    let renewals = 0;
    certificate.follow(() => renewals++);
    const second = await makeCertificate(join(folder.path, 'second'), 'second');
    await rm(first.keyFile);
    await expect.poll(() => log.complaints().length, { timeout: 20_000 }).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(log.complaints()).toHaveLength(1);
    await copyFile(second.certFile, first.certFile);
    await copyFile(second.keyFile, first.keyFile);
    await expect.poll(() => renewals, { timeout: 20_000 }).toBe(1);
  });

  it('warns of one that is about to expire', async () => {
    const soon = await makeCertificate(join(folder.path, 'soon'), 'soon', 2);
    const log = recordedLog();
    using _certificate = await Certificate.load(soon, log.logger);
    expect(log.complaints()).toEqual(['the certificate; it expires within a week']);
  });

  it.each([
    ['tb.example.org', 'max-age=31536000'],
    ['tb.example.org:7070', undefined],
  ])('is pinned by browsers on its usual port alone (%s)', async (host, pinned) => {
    const serving = { tls: first };
    await using server = await serveTree(new MemoryTree({}), { serving, host: '0.0.0.0' });
    const options = {
      port: server.port,
      rejectUnauthorized: false,
      headers: { host },
      agent: false,
    } as const;
    const asked = request({ host: '127.0.0.1', path: '/', ...options });
    asked.end();
    const [response] = await once(asked, 'response');
    response.resume();
    expect(response.headers['strict-transport-security']).toBe(pinned);
  });
});

/** Asks on a connection that stays open. */
async function healthOver(socket: TLSSocket): Promise<string> {
  socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const [chunk] = await once(socket, 'data');
  return String(chunk).split('\r\n\r\n')[1] ?? '';
}
