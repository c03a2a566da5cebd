/** The program with two people's W&B keys: what each sees through each door, and what goes out with whose key. @module */

import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TemporaryFolder, temporaryFolder } from '../support/local-runs.ts';
import { EXAMPLES } from '../support/program.ts';
import { PYTHON_MISSING } from '../support/python.ts';
import { signedHeaders } from '../support/s3-signing.ts';
import { type ServedRuns, serveRuns } from '../support/served-runs.ts';
import { TensorBoard } from '../support/tensorboard.ts';
import { until } from '../support/waiting.ts';
import { WandbLogWriter } from '../support/wandb-log-writer.ts';
import { startWandbServer, type User, type WandbServer } from '../support/wandb-server/index.ts';

const MAX_AGE_MS = 1500;
const METRICS_TOKEN = 'token-of-prometheus-1234';
const ACCESS_FILE = `tokens: [{name: prometheus, token: ${METRICS_TOKEN}, scopes: ['@metrics']}]`;

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

describe('a server for whoever has a W&B key', () => {
  let folder: TemporaryFolder;
  let wandb: WandbServer;
  let served: ServedRuns;
  let ada: User;
  let bob: User;

  beforeAll(async () => {
    folder = await temporaryFolder();
    await folder.write('access.yaml', Buffer.from(ACCESS_FILE));
    wandb = await startWandbServer({ entity: 'acme' });
    ada = wandb.user;
    bob = wandb.store.addUser({ username: 'bob', teams: ['umbrella'] });
    for (const [entity, run] of [
      ['acme', 'r1'],
      ['umbrella', 'r2'],
    ] as const)
      wandb.store.project(entity, `${entity}-secret`).addRun({ id: run, rows: [{ loss: 1 }, { loss: 0.5 }] });
    served = await serveRuns(
      'wandb:',
      join(folder.path, 'served'),
      [
        ...['--base-url', wandb.url, '--access', 'wandb', '--access-max-age', `${MAX_AGE_MS}ms`],
        ...['--access-file', join(folder.path, 'access.yaml'), '--refresh-interval', '1s'],
        ...['--s3-port', '0'],
      ],
      { WANDB_API_KEY: '' },
    );
  });

  afterAll(async () => {
    await served?.[Symbol.asyncDispose]();
    await wandb?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  const keyOf = ({ apiKeys }: User) => [...apiKeys][0]!;

  function ask(path: string, secret: string | null, headers: Readonly<Record<string, string>> = {}) {
    return new Promise<Answer>((resolve, reject) => {
      const authorization =
        secret === null ? {} : { authorization: `Basic ${Buffer.from(`any:${secret}`).toString('base64')}` };
      const options = {
        host: '127.0.0.1',
        port: served.port,
        path,
        headers: { ...authorization, ...headers },
      };
      const req = request(options, (res) => {
        let body = '';
        res.setEncoding('latin1').on('data', (chunk: string) => {
          body += chunk;
        });
        res.on('end', () => resolve({ status: res.statusCode ?? 0, body, headers: res.headers }));
      });
      req.on('error', reject);
      req.end();
    });
  }

  /** Every place where a project shows. */
  const PLACES = (entity: string, run: string) => {
    const project = `${entity}/${entity}-secret`;
    return [
      `/p/${entity}`,
      `/p/${project}`,
      `/p/${project}/${run}`,
      `/logdir/${entity}/`,
      `/logdir/${project}/`,
      `/logdir/${project}/${run}/`,
      `/logdir/${project}/${run}/run.json`,
      `/webhdfs/v1/${entity}?op=LISTSTATUS`,
      `/webhdfs/v1/${project}?op=GETFILESTATUS`,
      `/webhdfs/v1/${project}/${run}?op=LISTSTATUS`,
      `/webhdfs/v1/${project}/${run}/run.json?op=OPEN`,
    ];
  };
  const PEOPLE = [
    ['ada', () => keyOf(ada), 'acme'],
    ['bob', () => keyOf(bob), 'umbrella'],
    ['nobody', () => null, null],
    ['somebody with a key of no one', () => '0'.repeat(40), null],
    ['whoever has a token for metrics', () => METRICS_TOKEN, ''],
  ] as const;
  const CELLS = PEOPLE.flatMap(([who, secret, sees]) =>
    [...PLACES('acme', 'r1'), ...PLACES('umbrella', 'r2')].map((path) => [who, path, secret, sees] as const),
  );

  it.each(CELLS)('shows %s %s as W&B does', async (_, path, secret, sees) => {
    const isOwn = sees !== null && sees !== '' && path.includes(sees);
    const { status, body } = await ask(path, secret());
    expect(status).toBe(sees === null ? 401 : isOwn ? 200 : 404);
    if (status !== 404) return;
    // As of an entity that nobody has.
    const elsewhere = (text: string) => text.replaceAll(/acme|umbrella/g, 'nowhere');
    const nowhere = await ask(elsewhere(path), secret());
    expect([nowhere.status, nowhere.body]).toEqual([404, elsewhere(body)]);
  });

  /** Over S3 a key signs, under its own name. */
  const SIGNERS = [
    ['ada', () => ({ accessKeyId: keyOf(ada), secret: keyOf(ada) }), 'acme', 404],
    ['bob', () => ({ accessKeyId: keyOf(bob), secret: keyOf(bob) }), 'umbrella', 404],
    ['bob under the name of ada', () => ({ accessKeyId: keyOf(ada), secret: keyOf(bob) }), null, 403],
    [
      'somebody with a key of no one',
      () => ({ accessKeyId: '0'.repeat(40), secret: '0'.repeat(40) }),
      null,
      403,
    ],
    [
      'whoever has a token for metrics',
      () => ({ accessKeyId: 'prometheus', secret: METRICS_TOKEN }),
      '',
      404,
    ],
    ['nobody', () => null, null, 403],
  ] as const;

  it.each(SIGNERS)('shows %s over S3 what W&B does', async (_, signer, sees, otherStatus) => {
    const endpoint = await served.s3Endpoint();
    const get = async (url: string) => {
      const { host } = new URL(endpoint);
      const [known, signing] = [signer(), { url, host, nowMs: Date.now() }];
      const response = await fetch(
        endpoint + url,
        known === null ? {} : { headers: signedHeaders(known, signing) },
      );
      return { status: response.status, body: await response.text() };
    };
    for (const [entity, run] of [
      ['acme', 'r1'],
      ['umbrella', 'r2'],
    ] as const) {
      const prefix = `${entity}/${entity}-secret/${run}`;
      expect((await get(`/wandb/${prefix}/run.json`)).status).toBe(entity === sees ? 200 : otherStatus);
      for (const list of ['/wandb', `/wandb?prefix=${encodeURIComponent(prefix)}`]) {
        const { status, body } = await get(list);
        expect([list, status]).toEqual([list, otherStatus === 403 ? 403 : 200]);
        expect(body.includes(`<Key>${prefix}/run.json`)).toBe(entity === sees);
      }
    }
  });

  it('names in listings and pages what the key sees alone', async () => {
    for (const path of ['/', '/logdir/', '/webhdfs/v1/?op=LISTSTATUS']) {
      const [adas, bobs] = [await ask(path, keyOf(ada)), await ask(path, keyOf(bob))];
      expect([adas.status, bobs.status], path).toEqual([200, 200]);
      expect([adas.body.includes('acme'), adas.body.includes('umbrella')], path).toEqual([true, false]);
      expect([bobs.body.includes('acme'), bobs.body.includes('umbrella')], path).toEqual([false, true]);
    }
  });

  it('answers what is not there, and what is somebody else’s, with the same words', async () => {
    const words = async (entity: string) => {
      const path = `/webhdfs/v1/${entity}/x?op=GETFILESTATUS`;
      const { status, body } = await ask(path, keyOf(bob), { 'if-none-match': '*' });
      return [status, body.replaceAll(entity, 'ENTITY')];
    };
    expect(await words('acme')).toEqual(await words('nowhere'));
  });

  it('gives figures to whoever has a token for them, and health to everybody', async () => {
    expect((await ask('/metrics', METRICS_TOKEN)).status).toBe(200);
    expect((await ask('/metrics', keyOf(ada))).status).toBe(403);
    expect((await ask('/metrics', null)).status).toBe(401);
    expect((await ask('/metrics', METRICS_TOKEN)).body).not.toMatch(/secret|acme|umbrella/);
    for (const path of ['/healthz', '/readyz']) expect((await ask(path, null)).status, path).toBe(200);
  });

  it('asks a browser for a password', async () => {
    expect((await ask('/', null)).headers['www-authenticate']).toContain('Basic realm=');
  });

  it('asks W&B about a project with a key that may see it', async () => {
    const path = '/webhdfs/v1/umbrella/umbrella-secret/r2/run.json?op=OPEN';
    expect((await ask(path, keyOf(bob))).status).toBe(200);
    const basic = (user: User) => `Basic ${Buffer.from(`api:${keyOf(user)}`).toString('base64')}`;
    const about = (entity: string) =>
      wandb.requests.all.filter(
        ({ variables }) => variables['project'] !== undefined && variables['entity'] === entity,
      );
    for (const [entity, user] of [
      ['acme', ada],
      ['umbrella', bob],
    ] as const) {
      expect(about(entity).length).toBeGreaterThan(0);
      expect(new Set(about(entity).map(({ authorization }) => authorization))).toEqual(
        new Set([basic(user)]),
      );
    }
  });

  it('shows nothing to a key that W&B refuses, within the time that was set', async () => {
    const path = '/webhdfs/v1/umbrella/umbrella-secret?op=LISTSTATUS';
    const key = keyOf(bob);
    expect((await ask(path, key)).status).toBe(200);
    wandb.store.revoke(key);
    const revokedAtMs = performance.now();
    await until(async () => (await ask(path, key)).status === 401, 'the key to be refused');
    expect(performance.now() - revokedAtMs).toBeLessThan(MAX_AGE_MS + 2000);
    expect((await ask('/webhdfs/v1/acme/acme-secret?op=LISTSTATUS', keyOf(ada))).status).toBe(200);
  });
});

describe('runs of a folder whose logs name no entity', () => {
  it('show to nobody with a key, whoever has a project of that name', async () => {
    await using folder = await temporaryFolder();
    await using wandb = await startWandbServer({ entity: 'acme' });
    const { store, apiKey } = wandb;
    const eve = store.addUser({ username: 'eve', teams: ['eve', 'local'] });
    for (const entity of ['eve', 'local', 'acme'])
      store.project(entity, 'research').addRun({ id: `of-${entity}`, rows: [{ loss: 1 }] });
    const startTime = { seconds: Math.floor(Date.now() / 1000) };
    const log = new WandbLogWriter().begin('k3j9x2ab', { project: 'research', entity: '', startTime });
    await folder.write(
      'runs/run-20260101_000000-k3j9x2ab/run-k3j9x2ab.wandb',
      log.row({ loss: 1 }, 0).bytes(),
    );
    const words = [join(folder.path, 'runs'), '--base-url', wandb.url, '--access', 'wandb'];
    await using served = await serveRuns('wandb:', join(folder.path, 'served'), words, { WANDB_API_KEY: '' });
    const runs = async (key: string, project: string) => {
      const headers = { authorization: `Bearer ${key}` };
      const response = await fetch(`${served.url}/webhdfs/v1/${project}?op=LISTSTATUS`, { headers });
      return [...(await response.text()).matchAll(/"pathSuffix":"([^"]*)"/g)].map(([, name]) => name);
    };
    for (const key of [...eve.apiKeys, apiKey]) {
      for (const entity of ['eve', 'local', 'acme']) {
        const found = await runs(key, `${entity}/research`);
        const isOwn = key === apiKey ? entity === 'acme' : entity !== 'acme';
        expect([key, entity, found.length]).toEqual([key, entity, isOwn ? 1 : 0]);
      }
    }
  });
});

describe.skipIf(PYTHON_MISSING !== null)('TensorBoard at a server that asks for tokens', () => {
  it('reads what its token sees, which it finds in ~/.netrc', async () => {
    await using folder = await temporaryFolder();
    const token = 'token-of-vision-1234567';
    const rules = `tokens: [{name: vision, token: ${token}, scopes: [acme/image-classifier]}]`;
    await folder.write('access.yaml', Buffer.from(rules));
    const words = ['--access', 'token', '--access-file', join(folder.path, 'access.yaml')];
    await using served = await serveRuns(EXAMPLES, join(folder.path, 'served'), words);
    await folder.write('netrc', Buffer.from(`machine 127.0.0.1 login any password ${token}\n`));
    const variables = { NETRC: join(folder.path, 'netrc') };
    const logdir = `webhdfs://127.0.0.1:${served.port}/`;
    await using board = await TensorBoard.start(logdir, [], { variables });
    const runs = await board.until(
      () => board.get<readonly string[]>('/data/runs'),
      (found) => found.length >= 4,
    );
    expect(runs.every((run) => run.startsWith('acme/image-classifier/'))).toBe(true);
    expect(board.output).not.toContain(token);
  });
});
