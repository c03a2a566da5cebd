/** The image's own probe: its exit code says whether a server answers. @module */

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const PROBE = fileURLToPath(new URL('../../../container/probe.mjs', import.meta.url));

interface Outcome {
  readonly code: number | string;
  readonly stderr: string;
}

function probe(words: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const env = { PATH: process.env['PATH'], ...variables };
  return new Promise((resolve) => {
    execFile(process.execPath, [PROBE, ...words], { env }, (error, _, stderr) =>
      resolve({ code: error?.code ?? 0, stderr }),
    );
  });
}

/** Gives a server's port for as long as `use` takes. */
async function serving(listener: RequestListener, use: (port: number) => Promise<void>): Promise<void> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await use((server.address() as AddressInfo).port);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

describe('probe', () => {
  it('asks /healthz of the port that the environment names', async () => {
    const asked: (string | undefined)[] = [];
    const listener: RequestListener = (request, response) => {
      asked.push(request.url);
      response.end('ok');
    };
    await serving(listener, async (port) => {
      expect(await probe([], { WANDB_LOGDIR_PORT: `${port}` })).toEqual({ code: 0, stderr: '' });
    });
    expect(asked).toEqual(['/healthz']);
  });

  it('fails with the status that it got', async () => {
    const listener: RequestListener = (_, response) => {
      response.writeHead(503).end();
    };
    await serving(listener, async (port) => {
      const url = `http://127.0.0.1:${port}/readyz`;
      expect(await probe([url])).toEqual({ code: 1, stderr: `${url}: HTTP 503\n` });
    });
  });

  it('fails where nobody listens', async () => {
    const { code, stderr } = await probe(['http://127.0.0.1:1/healthz']);
    expect(code).toBe(1);
    expect(stderr).toContain('ECONNREFUSED');
  });

  it('fails where nobody answers', async () => {
    await serving(
      () => undefined,
      async (port) => {
        const { code, stderr } = await probe([`http://127.0.0.1:${port}/healthz`]);
        expect(code).toBe(1);
        expect(stderr).toContain('no answer within 4000 ms');
      },
    );
  });
});
