/** The double's GraphQL door: what a wrong query gets, what older servers lack, whose run is whose. @module */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askGraphql, askRun } from '../../support/wandb-client.ts';
import { type ServerOptions, startWandbServer, type WandbServer } from '../../support/wandb-server/index.ts';

let server: WandbServer;
beforeEach(async () => {
  server = await startWandbServer();
});
afterEach(async () => await server[Symbol.asyncDispose]());

async function restarted(options: ServerOptions): Promise<void> {
  await server[Symbol.asyncDispose]();
  server = await startWandbServer(options);
}

const messages = (answer: { errors: readonly { message: string }[] | undefined }) =>
  answer.errors?.map(({ message }) => message);

describe('a query', () => {
  it.each([
    ['an unknown field', '{ viewer { shoeSize } }', 'Cannot query field "shoeSize" on type "User".'],
    [
      'an unknown argument',
      '{ project(name: "p", id: 1) { id } }',
      'Unknown argument "id" on field "Query.project".',
    ],
    ['no fields of an object', '{ viewer }', 'must have a selection of subfields'],
    ['no GraphQL', 'select * from runs', 'Syntax Error'],
    ['an undeclared variable', '{ project(name: $p) { id } }', 'Variable "$p" is not defined.'],
  ])('with %s fails as a whole', async (_, query, message) => {
    const answer = await askGraphql(server, query);
    expect(answer.status).toBe(400);
    expect(answer.data).toBeNull();
    expect(messages(answer)).toEqual([expect.stringContaining(message)]);
  });

  it('with variables of the wrong type fails', async () => {
    const query =
      'query P($step: Int64!) { project(name: "p") { run(name: "r") { history(minStep: $step) } } }';
    expect((await askGraphql(server, query, { variables: { step: 'soon' } })).status).toBe(400);
    expect((await askGraphql(server, query, { variables: { step: 7 } })).status).toBe(200);
  });

  it('that is no JSON, or no request, is refused', async () => {
    for (const body of ['{"query"', '[]', '{"query": 1}']) {
      const response = await fetch(`${server.url}/graphql`, { method: 'POST', body });
      expect(response.status).toBe(400);
    }
  });

  it('may name one field several times under aliases', async () => {
    const project = server.store.project('acme', 'vision');
    for (const id of ['a', 'b']) project.addRun({ id, rows: [{ loss: 1 }] });
    const query = `{ project(name: "vision", entityName: "acme") {
      one: run(name: "a") { name historyLineCount } two: run(name: "b") { name } } }`;
    const { data } = await askGraphql(server, query);
    expect(data).toEqual({ project: { one: { name: 'a', historyLineCount: 1 }, two: { name: 'b' } } });
  });

  it('for a run or project that is not there gets null and 200', async () => {
    server.store.project('acme', 'vision');
    const query = '{ project(name: "vision", entityName: "acme") { run(name: "none") { id } } }';
    expect((await askGraphql(server, query)).data).toEqual({ project: { run: null } });
    const missing = await askGraphql(server, '{ project(name: "none", entityName: "acme") { id } }');
    expect(missing).toMatchObject({ status: 200, data: { project: null } });
  });
});

describe('an older server', () => {
  const OLD = { missing: ['Run.parquetHistory', 'Run.history.maxKeyLimit', 'Run.updatedAt'] };

  it('answers an invalid query as versions differ: 400 or 422', async () => {
    await restarted({ validationStatus: 422 });
    expect((await askGraphql(server, '{ nothing }')).status).toBe(422);
  });

  it('lacks fields and arguments, and keeps the rest', async () => {
    await restarted(OLD);
    server.store.project('acme', 'vision').addRun({ id: 'r', rows: [{ loss: 1 }] });
    const ask = (fields: string) => askRun(server, 'acme/vision/r', fields);
    await expect(ask('parquetHistory(liveKeys: []) { parquetUrls }')).rejects.toThrow('Cannot query field');
    await expect(ask('updatedAt')).rejects.toThrow('Cannot query field');
    await expect(ask('history(maxKeyLimit: 3)')).rejects.toThrow('Unknown argument');
    expect(await ask('heartbeatAt history(samples: 5)')).toMatchObject({ history: [expect.any(String)] });
  });

  it('cannot lack what no server has', async () => {
    await expect(startWandbServer({ missing: ['Run.shoeSize'] })).rejects.toThrow(
      'not in the schema: Run.shoeSize',
    );
  });
});

describe('a poisoned run', () => {
  it('turns any answer that needs its history into 502, and no other', async () => {
    const project = server.store.project('acme', 'vision');
    project.addRun({ id: 'bad', rows: [{ loss: 1 }] }).isPoisoned = true;
    project.addRun({ id: 'good', rows: [{ loss: 1 }] });
    await expect(askRun(server, 'acme/vision/bad', 'history(samples: 1)')).rejects.toThrow('HTTP 502');
    await expect(askRun(server, 'acme/vision/bad', 'historyKeys')).rejects.toThrow('HTTP 502');
    expect(await askRun(server, 'acme/vision/bad', 'state historyLineCount')).toMatchObject({
      state: 'running',
    });
    expect(await askRun(server, 'acme/vision/good', 'history(samples: 1)')).toMatchObject({
      history: [expect.any(String)],
    });
    const bulk =
      '{ project(name: "vision", entityName: "acme") { runs { edges { node { historyKeys } } } } }';
    expect((await askGraphql(server, bulk)).status).toBe(502);
  });
});

describe('the request log', () => {
  it('tells operation, runs and fields of a request, however they are written', async () => {
    server.store.project('acme', 'vision').addRun({ id: 'r' });
    const query = `query Tell($run: String!) { project(name: "vision", entityName: "acme") {
      a: run(name: $run) { ...Facts } b: run(name: "other") { id } } } fragment Facts on Run { historyKeys }`;
    await askGraphql(server, query, { variables: { run: 'r' } });
    const [entry] = server.requests.all;
    expect(entry).toMatchObject({ door: 'graphql', operation: 'Tell', runs: ['r', 'other'], status: 200 });
    expect(entry?.fields.has('historyKeys')).toBe(true);
    expect(entry?.bytes).toBeGreaterThan(20);
    expect(server.requests.tally()).toEqual({ Tell: 1 });
    server.requests.reset();
    expect(server.requests.count()).toBe(0);
  });
});
