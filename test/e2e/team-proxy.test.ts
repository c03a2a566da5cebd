/** A team's proxy, the real nginx with examples/team/nginx.conf, between TensorBoard and the built program. @module */

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GrowingLog } from '../support/growing-log.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/local-runs.ts';
import { type LoginDouble, startLoginDouble } from '../support/login-double.ts';
import { PYTHON_MISSING } from '../support/python.ts';
import { IS_FULL } from '../support/scale.ts';
import { type ServedRuns, serveRuns } from '../support/served-runs.ts';
import { freePort, NGINX_MISSING, TeamNginx } from '../support/team-nginx.ts';
import { TensorBoard } from '../support/tensorboard.ts';

const MISSING = PYTHON_MISSING ?? NGINX_MISSING ?? (IS_FULL ? null : 'for full scale');
const ROWS_EACH = 50;

describe.skipIf(MISSING !== null)(`through a team's nginx${MISSING ? ` (skipped: ${MISSING})` : ''}`, () => {
  let folder: TemporaryFolder;
  let log: GrowingLog;
  let login: LoginDouble;
  let served: ServedRuns;
  let board: TensorBoard;
  let nginx: TeamNginx;
  beforeAll(async () => {
    folder = await temporaryFolder();
    log = new GrowingLog({ runId: 'live', rowsEach: ROWS_EACH, everyMs: 200 });
    await log.begin(folder);
    login = await startLoginDouble();
    const grpcPort = await freePort();
    const words = ['--grpc-port', `${grpcPort}`];
    served = await serveRuns(folder.path, join(folder.path, 'served'), words);
    // As wandb-logdir-tensorboard.service starts it.
    board = await TensorBoard.asking(`127.0.0.1:${grpcPort}`, ['--path_prefix', '/tensorboard']);
    const own = join(folder.path, 'nginx');
    await mkdir(own);
    const tensorboard = Number(new URL(board.url).port);
    nginx = await TeamNginx.start(own, { server: served.port, tensorboard, login: login.port });
  });
  afterAll(async () => {
    await nginx?.[Symbol.asyncDispose]();
    await board?.[Symbol.asyncDispose]();
    await served?.[Symbol.asyncDispose]();
    await login?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  async function ask(path: string): Promise<{ readonly status: number; readonly body: Buffer }> {
    const ca = readFileSync(nginx.caFile);
    const asked = request(`${nginx.url}${path}`, { headers: { cookie: 'session=alice' }, ca }).end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    const parts: Buffer[] = [];
    for await (const part of response) parts.push(part as Buffer);
    return { status: response.statusCode ?? 0, body: Buffer.concat(parts) };
  }

  it('a TensorBoard on a laptop reads a run over WebHDFS and TLS, while it grows', async () => {
    const variables = { FSSPEC_WEBHDFS_USE_HTTPS: 'true', REQUESTS_CA_BUNDLE: nginx.caFile };
    const logdir = `webhdfs://localhost:${nginx.port}/acme/research`;
    await using laptop = await TensorBoard.start(logdir, [], { variables });
    const points = () => laptop.scalars('live', 'loss');
    await laptop.until(points, ({ length }) => length === ROWS_EACH);
    await log.growBy(3);
    const shown = await laptop.until(points, ({ length }) => length === 4 * ROWS_EACH);
    expect(shown.map(([, step, value]) => [step, value])).toEqual(
      Array.from({ length: 4 * ROWS_EACH }, (_, step) => [step, Math.fround(1 / (step + 1))]),
    );
  });

  it("the team's TensorBoard shows it below its path", async () => {
    await board.until(
      async () => {
        const { status, body } = await ask('/tensorboard/data/runs');
        return status === 200 ? (JSON.parse(`${body}`) as string[]) : [];
      },
      (runs) => runs.length === 1,
    );
    const page = await ask('/tensorboard/');
    expect([page.status, `${page.body}`]).toEqual([200, expect.stringContaining('<title>')]);
  });

  it('people read pages and files, byte for byte', async () => {
    expect((await ask('/wandb/p/acme/research')).status).toBe(200);
    const names = await served.list('acme/research/live');
    for (const { name } of names) {
      const path = `acme/research/live/${name}`;
      const { status, body } = await ask(`/wandb/logdir/${path}`);
      expect([name, status, body.equals(await served.read(path))]).toEqual([name, 200, true]);
    }
  });
});
