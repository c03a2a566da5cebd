/** Certificates that sign themselves, by openssl(1), and what a client sees of a server's. @module */

import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';

/** Null where certificates can be made. */
export const OPENSSL_MISSING = spawnSync('openssl', ['version']).status === 0 ? null : 'no openssl';

export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** A pair of files in a folder, good for 30 days unless told otherwise. `name`: the subject's, and one of localhost. */
export async function makeCertificate(folder: string, name: string, days = 30): Promise<CertificateFiles> {
  await mkdir(folder, { recursive: true });
  const [certFile, keyFile] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const files = ['-days', `${days}`, '-keyout', keyFile, '-out', certFile];
  const names = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  execFileSync('openssl', [...made, ...files, ...names], { stdio: 'ignore' });
  return { certFile, keyFile };
}

/** A connection that believes no more than this certificate. */
export async function connectByTls(
  port: number,
  certFile: string | null,
  options: ConnectionOptions = {},
): Promise<TLSSocket> {
  const trust = certFile === null ? { rejectUnauthorized: false } : { ca: readFileSync(certFile) };
  const socket = connect({ host: '127.0.0.1', port, ...trust, ...options });
  await once(socket, 'secureConnect');
  return socket;
}

/** The subject of the certificate that a server shows to new connections. */
export async function shownName(port: number): Promise<string> {
  const socket = await connectByTls(port, null);
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return `${subject.CN}`;
}
