/** What the proxy in examples/team/nginx.conf hands on, and to whom. @module */

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TemporaryFolder, temporaryFolder } from '../../support/local-runs.ts';
import { type LoginDouble, startLoginDouble } from '../../support/login-double.ts';
import { NGINX_MISSING, TeamNginx } from '../../support/team-nginx.ts';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
/** What came through: URL and headers as the server behind the proxy has them. */
interface Seen {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

const CLAIMS = { 'X-Forwarded-User': 'root', 'X-Forwarded-Groups': 'all', 'X-Forwarded-Prefix': '/evil' };
const LOGGED_IN = { cookie: 'session=alice' };

describe.skipIf(NGINX_MISSING !== null)(
  `nginx before a server${NGINX_MISSING ? ` (skipped: ${NGINX_MISSING})` : ''}`,
  () => {
    let folder: TemporaryFolder;
    let echo: Server;
    let login: LoginDouble;
    let nginx: TeamNginx;
    beforeAll(async () => {
      folder = await temporaryFolder();
      echo = createServer((req, res) => {
        if (req.url === '/logdir/slow') return void answerSlowly(res);
        return res.end(JSON.stringify({ url: req.url, headers: req.headers }));
      }).listen(0, '127.0.0.1');
      await once(echo, 'listening');
      login = await startLoginDouble();
      const { port } = echo.address() as AddressInfo;
      nginx = await TeamNginx.start(folder.path, { server: port, tensorboard: port, login: login.port });
    });
    afterAll(async () => {
      await nginx?.[Symbol.asyncDispose]();
      await login?.[Symbol.asyncDispose]();
      echo?.closeAllConnections();
      echo?.close();
      await folder?.[Symbol.asyncDispose]();
    });

    /** A first part at once, the rest when somebody has had it. */
    async function answerSlowly(res: import('node:http').ServerResponse): Promise<void> {
      res.write('first');
      await delay(1500);
      res.end('last');
    }

    async function open(path: string, headers: Readonly<Record<string, string>>): Promise<IncomingMessage> {
      const ca = readFileSync(nginx.caFile);
      const asked = request(`${nginx.url}${path}`, { headers, ca, agent: false }).end();
      const [response] = (await once(asked, 'response')) as [IncomingMessage];
      return response;
    }

    async function ask(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
      const response = await open(path, headers);
      let body = '';
      for await (const chunk of response) body += chunk;
      return { status: response.statusCode ?? 0, headers: response.headers, body };
    }

    const seenOf = ({ body }: Answer) => JSON.parse(body) as Seen;

    it.each(['/wandb/', '/wandb/logdir/acme/', '/tensorboard/data/runs'])(
      'sends a stranger at %s to log in',
      async (path) => {
        const { status, headers } = await ask(path, CLAIMS);
        expect([status, headers.location]).toEqual([
          302,
          expect.stringContaining(`/oauth2/start?rd=${path}`),
        ]);
      },
    );

    it('names whoever has logged in, whatever they say themselves, and where we are', async () => {
      const { url, headers } = seenOf(await ask('/wandb/p/acme?q=a%20b', { ...LOGGED_IN, ...CLAIMS }));
      expect(url).toBe('/p/acme?q=a%20b');
      expect(headers).toMatchObject({
        host: '127.0.0.1',
        'x-forwarded-user': 'alice@example.com',
        'x-forwarded-groups': 'research',
        'x-forwarded-prefix': '/wandb',
        'x-forwarded-proto': 'https',
        'x-forwarded-host': `localhost:${nginx.port}`,
        'x-forwarded-for': '127.0.0.1',
      });
    });

    it('hands percent signs in names on as they came', async () => {
      const path = '/logdir/acme/research/100%2525/events%20of';
      expect(seenOf(await ask(`/wandb${path}`, LOGGED_IN)).url).toBe(path);
      const webHdfs = '/webhdfs/v1/acme/research/100%2525?op=LISTSTATUS';
      expect(seenOf(await ask(webHdfs)).url).toBe(webHdfs);
    });

    it('lets programs by with their token, and not with a name', async () => {
      const { headers } = seenOf(
        await ask('/webhdfs/v1/?op=LISTSTATUS', { ...CLAIMS, authorization: 'Bearer t' }),
      );
      expect([headers.authorization, headers.host]).toEqual(['Bearer t', '127.0.0.1']);
      expect(Object.keys(headers).filter((name) => /^x-forwarded-(user|groups|prefix)$/.test(name))).toEqual(
        [],
      );
    });

    it('keeps the metrics to those who run it', async () => {
      expect((await ask('/wandb/metrics', LOGGED_IN)).status).toBe(404);
      expect((await ask('/metrics', LOGGED_IN)).status).toBe(404);
    });

    it('sends TensorBoard its own path', async () => {
      expect(seenOf(await ask('/tensorboard/data/runs', LOGGED_IN)).url).toBe('/tensorboard/data/runs');
      expect((await ask('/tensorboard', LOGGED_IN)).status).toBe(301);
    });

    it('passes bytes on as they are made', async () => {
      const response = await open('/wandb/logdir/slow', LOGGED_IN);
      const startedMs = performance.now();
      const [first] = (await once(response, 'data')) as [Buffer];
      expect(`${first}`).toBe('first');
      expect(performance.now() - startedMs).toBeLessThan(1400);
      await once(response, 'end');
    });
  },
);
