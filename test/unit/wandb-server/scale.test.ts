/** The double bears projects of a thousand runs and runs of a hundred thousand rows. @module */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askGraphql, askRun } from '../../support/wandb-client.ts';
import { startWandbServer, type WandbServer } from '../../support/wandb-server/index.ts';

/** Of a processor, whatever else the machine does: each takes tens of milliseconds. */
const SOON_MS = 2000;
const ROWS = 125_000;

async function timed<T>(work: () => Promise<T>): Promise<T> {
  const start = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1000).toBeLessThan(SOON_MS);
  return result;
}

function metrics(count: number): Record<string, (index: number) => number> {
  const names = Array.from(
    { length: count },
    (_, metric) => [`m/${metric}`, (index: number) => Math.sin(index + metric)] as const,
  );
  return Object.fromEntries(names);
}

let server: WandbServer;
beforeAll(async () => {
  server = await startWandbServer();
  server.store.project('acme', 'long').addRun({ id: 'r', rows: { count: ROWS, columns: metrics(8) } });
  const fleet = server.store.project('acme', 'fleet');
  const rows = { count: 1000, columns: metrics(20) };
  for (let number = 0; number < 1000; number++) fleet.addRun({ id: `r${number}`, config: { number }, rows });
});
afterAll(async () => await server[Symbol.asyncDispose]());

describe('a run of 125,000 rows of eight metrics', () => {
  it('answers a page of ten thousand rows, and its keys', async () => {
    const fields = 'historyKeys history(minStep: 60000, maxStep: 70000, samples: 10000)';
    const answer = await timed(() => askRun<{ history: string[] }>(server, 'acme/long/r', fields));
    expect(answer.history).toHaveLength(10_000);
    expect(JSON.parse(answer.history[0]!)).toMatchObject({ _step: 60_000, 'm/0': Math.sin(60_000) });
  });

  it('answers eight series exactly in one request', async () => {
    const specs = Array.from({ length: 8 }, (_, metric) =>
      JSON.stringify({ keys: ['_step', `m/${metric}`], minStep: 0, maxStep: 9999, samples: 10_000 }),
    );
    const options = { variables: { specs } };
    const answer = await timed(() =>
      askRun<{ sampledHistory: object[][] }>(server, 'acme/long/r', 'sampledHistory(specs: $specs)', options),
    );
    expect(answer.sampledHistory.map((rows) => rows.length)).toEqual(Array(8).fill(10_000));
  });

  it('is one parquet file', async () => {
    server.store.run('acme/long/r').exports.exportHistory();
    const fields = 'parquetHistory(liveKeys: ["_step"]) { parquetUrls liveData }';
    const answer = await askRun<{ parquetHistory: { parquetUrls: string[] } }>(server, 'acme/long/r', fields);
    const bytes = await timed(async () => (await fetch(answer.parquetHistory.parquetUrls[0]!)).arrayBuffer());
    expect(bytes.byteLength).toBeGreaterThan(ROWS * 8 * 8);
  });
});

describe('a project of a thousand runs', () => {
  it('lists them all, with their keys', async () => {
    const query = (fields: string) => `{ project(name: "fleet", entityName: "acme") {
      runs(first: 1000, order: "-heartbeat_at") { edges { node { ${fields} } } } } }`;
    type Answer = { project: { runs: { edges: { node: { historyKeys: { keys: object } } }[] } } };
    const light = await timed(() =>
      askGraphql(server, query('id name displayName state tags config summaryMetrics')),
    );
    expect((light.data as Answer).project.runs.edges).toHaveLength(1000);
    const keys = await timed(() => askGraphql(server, query('historyKeys')));
    const [first] = (keys.data as Answer).project.runs.edges;
    expect(Object.keys(first!.node.historyKeys.keys)).toHaveLength(23);
  });
});
