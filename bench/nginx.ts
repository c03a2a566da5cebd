/** nginx over one folder, sending files by sendfile: what the system itself can do. @module */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const START_TIMEOUT_MS = 5000;

export class Nginx implements AsyncDisposable {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
  }

  /** Serves the files of a folder, and keeps its own there too. */
  static async start(folder: string): Promise<Nginx> {
    const port = await freePort();
    const configuration = join(folder, 'nginx.conf');
    writeFileSync(configuration, configurationText(folder, port));
    mkdirSync(join(folder, 'temporary'));
    // The worker gives up root and must still get in.
    chmodSync(folder, 0o755);
    const child = spawn('nginx', ['-p', folder, '-c', configuration], { stdio: 'ignore' });
    const nginx = new Nginx(`http://127.0.0.1:${port}`, child);
    for (let waitedMs = 0; waitedMs < START_TIMEOUT_MS; waitedMs += 20) {
      const answer = await fetch(nginx.url).catch(() => null);
      if (answer !== null) return nginx;
      await delay(20);
    }
    await nginx[Symbol.asyncDispose]();
    throw new Error(`nginx does not answer: see ${folder}/error.log`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exited;
  }
}

/** One worker, as Node has one thread; no log, no limit of requests per connection. */
function configurationText(folder: string, port: number): string {
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const temporary = paths.map((name) => `${name}_temp_path ${folder}/temporary/${name};`).join(' ');
  return `worker_processes 1; daemon off; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
events { worker_connections 256; }
http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; ${temporary}
  server { listen 127.0.0.1:${port}; root ${folder}; } }
`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
