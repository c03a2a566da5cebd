/** The real nginx with examples/team/nginx.conf: its ports and certificate are the test's, all else as it stands there. @module */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findProgram } from './programs.ts';

const EXAMPLE = join(import.meta.dirname, '..', '..', 'examples', 'team', 'nginx.conf');
/** Debian has it where only root looks for programs. */
const NGINX = findProgram('nginx', ['/usr/sbin']);
const START_TIMEOUT_MS = 10_000;

/** Why there can be no nginx; null where there can. */
export const NGINX_MISSING: string | null =
  NGINX === null ? 'there is no nginx' : findProgram('openssl') === null ? 'there is no openssl' : null;

/** Ports of this machine that take the places of those in the example. */
export interface Upstreams {
  readonly server: number;
  readonly tensorboard: number;
  readonly login: number;
}

export class TeamNginx implements AsyncDisposable {
  readonly port: number;
  /** Whom clients have to trust, in PEM. */
  readonly caFile: string;
  readonly #child: ChildProcess;

  private constructor(port: number, caFile: string, child: ChildProcess) {
    this.port = port;
    this.caFile = caFile;
    this.#child = child;
  }

  get url(): string {
    return `https://localhost:${this.port}`;
  }

  /** Keeps its own files in a folder. */
  static async start(folder: string, upstreams: Upstreams): Promise<TeamNginx> {
    const port = await freePort();
    const certificate = makeCertificate(folder);
    const configuration = join(folder, 'nginx.conf');
    writeFileSync(configuration, configurationText(folder, port, upstreams));
    mkdirSync(join(folder, 'temporary'));
    // The worker gives up root and must still get in.
    chmodSync(folder, 0o755);
    const words = ['-p', folder, '-e', join(folder, 'error.log'), '-c', configuration];
    const child = spawn(NGINX!, words, { stdio: 'ignore' });
    const nginx = new TeamNginx(port, certificate, child);
    for (let waitedMs = 0; waitedMs < START_TIMEOUT_MS && child.exitCode === null; waitedMs += 20) {
      if (await isTaken(port)) return nginx;
      await delay(20);
    }
    await nginx[Symbol.asyncDispose]();
    throw new Error(`nginx does not answer: ${readFileSync(join(folder, 'error.log'), 'utf8')}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exited;
  }
}

/** The example, inside of what a distribution's own nginx.conf has around it. */
function configurationText(folder: string, port: number, { server, tensorboard, login }: Upstreams): string {
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const temporary = paths.map((name) => `${name}_temp_path ${folder}/temporary/${name};`).join(' ');
  const example = readFileSync(EXAMPLE, 'utf8')
    .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
    .replace('/etc/ssl/tensorboard.example.com/fullchain.pem', join(folder, 'certificate.pem'))
    .replace('/etc/ssl/tensorboard.example.com/privkey.pem', join(folder, 'key.pem'))
    .replace('server 127.0.0.1:7070', `server 127.0.0.1:${server}`)
    .replace('server 127.0.0.1:6006', `server 127.0.0.1:${tensorboard}`)
    .replace('server 127.0.0.1:4180', `server 127.0.0.1:${login}`);
  return `worker_processes 1; daemon off; pid ${folder}/nginx.pid;
events { worker_connections 256; }
http { access_log off; ${temporary}
${example}
}
`;
}

/** A certificate for localhost that is its own authority. */
function makeCertificate(folder: string): string {
  const file = join(folder, 'certificate.pem');
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const files = ['-keyout', join(folder, 'key.pem'), '-out', file];
  execFileSync('openssl', ['req', ...kind, ...names, ...files], { stdio: 'ignore' });
  return file;
}

async function isTaken(port: number): Promise<boolean> {
  const probe = createServer();
  const outcome = new Promise<boolean>((resolve) => {
    probe.once('error', () => resolve(true)).once('listening', () => resolve(false));
  });
  probe.listen(port, '127.0.0.1');
  const taken = await outcome;
  if (!taken) await new Promise((closed) => probe.close(closed));
  return taken;
}

/** A port that nobody has now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
