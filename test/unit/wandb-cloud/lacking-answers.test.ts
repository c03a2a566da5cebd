/** Answers that lack a part of what was asked for: nothing is lost for it, and no value is taken for another. */

import { expect, it } from 'vitest';
import { type RunKey, runKey } from '../../../src/core/index.ts';
import type { RunSource } from '../../../src/sources/index.ts';
import { cloudSource } from '../../support/cloud.ts';
import { plainRow } from '../../support/cloud-rows.ts';
import { neverAborted, readAll } from '../../support/local-runs.ts';
import {
  alterData,
  answerStatus,
  type JsonObject,
  replaceAt,
  type ServerOptions,
  startWandbServer,
  type WandbServer,
} from '../../support/wandb-server/index.ts';

const KEY: RunKey = runKey('acme', 'vision', 'r');
/** Further apart than any window that is looked at beyond the last step that is known. */
const ROWS: readonly JsonObject[] = [
  ...[0, 1, 2, 3].map((step) => ({ _step: step, loss: step / 4 })),
  { _step: 4, loss: Number.NaN },
  { _step: 30_000_000, loss: Number.POSITIVE_INFINITY },
];

const unavailable = expect.objectContaining({ code: 'unavailable' });

interface Reading extends AsyncDisposable {
  readonly server: WandbServer;
  readonly source: RunSource;
}

async function reading(rows = ROWS, options: ServerOptions = {}): Promise<Reading> {
  const server = await startWandbServer(options);
  server.store.project('acme', 'vision').addRun({ id: 'r', rows });
  const cloud = await cloudSource(server, { entity: 'acme', project: 'vision' });
  await cloud.source.listRuns({ signal: neverAborted });
  return {
    server,
    source: cloud.source,
    [Symbol.asyncDispose]: async () => {
      await cloud[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

const plain = async (source: RunSource) => (await readAll(source, KEY)).rows.map(plainRow);
const expected = async () => {
  await using well = await reading();
  return await plain(well.source);
};
const steps = (rows: readonly Readonly<Record<string, unknown>>[]) =>
  rows.map(({ _step, loss }) => [_step, loss]);

const LACKING: readonly [string, unknown][] = [
  ['null', null],
  ['empty', {}],
  ['without keys', { keys: {}, lastStep: 30_000_000 }],
  ['text of nothing', 'null'],
];

it.each(LACKING)('keys that are %s beside rows are asked for by themselves', async (_, keys) => {
  await using r = await reading();
  r.server.faults.add({
    match: { operation: 'RunDetail' },
    effect: replaceAt(['project', 'run', 'historyKeys'], keys),
  });
  expect(steps(await plain(r.source))).toEqual(steps(await expected()));
  expect(r.server.requests.count({ operation: 'RunKeys' })).toBe(1);
});

it.each(LACKING)('keys that stay %s are no reason to lose rows, or that NaN is a text', async (_, keys) => {
  await using r = await reading();
  const effect = replaceAt(['project', 'run', 'historyKeys'], keys);
  r.server.faults.add({ match: { field: 'historyKeys' }, effect });
  expect(steps(await plain(r.source))).toEqual(steps(await expected()));
});

it('keys are not asked for again of a run without rows', async () => {
  await using r = await reading([]);
  await plain(r.source);
  expect(r.server.requests.count({ operation: 'RunKeys' })).toBe(0);
});

it('rows that were read before are read again where keys are lacking', async () => {
  await using r = await reading();
  const { cursor, rows } = await readAll(r.source, KEY);
  r.server.faults.add({
    match: { operation: 'RunDetail' },
    effect: replaceAt(['project', 'run', 'historyKeys'], null),
  });
  const again = await readAll(r.source, KEY, { stopAt: cursor! });
  expect(again.rows.map(plainRow)).toEqual(rows.map(plainRow));
});

it.each([['none'], ['[1]'], [42], [[]], [{ keys: 'x' }], [{ keys: [] }], [{ keys: {}, lastStep: 'x' }]])(
  'keys that are %j are refused',
  async (keys) => {
    await using r = await reading();
    r.server.faults.add({
      match: { field: 'historyKeys' },
      effect: replaceAt(['project', 'run', 'historyKeys'], keys),
    });
    await expect(plain(r.source)).rejects.toThrow(unavailable);
    r.server.faults.clear();
    expect(steps(await plain(r.source))).toEqual(steps(await expected()));
  },
);

const NO_PAGES = { match: { operation: 'HistoryPage' }, effect: answerStatus(502) };

it('rows are not asked for key by key where keys are not known', async () => {
  await using r = await reading();
  r.server.faults.add(NO_PAGES);
  const effect = replaceAt(['project', 'run', 'historyKeys'], null);
  r.server.faults.add({ match: { field: 'historyKeys' }, effect });
  await expect(plain(r.source)).rejects.toThrow(unavailable);
  expect(r.server.requests.count({ operation: 'SampledHistory' })).toBe(0);
});

it('rows beyond those whose keys are known are not asked for key by key', async () => {
  await using r = await reading([...ROWS.slice(0, 5), { _step: 5, loss: 5, late: 5 }]);
  r.server.faults.add(NO_PAGES);
  const keys = { keys: { loss: { typeCounts: [{ type: 'number', count: 5 }] } }, lastStep: 4 };
  const effect = replaceAt(['project', 'run', 'historyKeys'], keys);
  r.server.faults.add({ match: { operation: 'RunDetail' }, effect });
  await expect(plain(r.source)).rejects.toThrow(unavailable);
});

it('rows of fewer keys than were asked for are refused', async () => {
  await using r = await reading();
  r.server.faults.add(NO_PAGES);
  const effect = replaceAt(['project', 'run', 'sampledHistory'], []);
  r.server.faults.add({ match: { operation: 'SampledHistory' }, effect });
  await expect(plain(r.source)).rejects.toThrow(unavailable);
});

it('rows that say no step are left out, and counted as missing where the server counts none', async () => {
  await using r = await reading(ROWS.slice(0, 4), { missing: ['Run.historyLineCount'] });
  const effect = alterData((data) => {
    const { project } = data as {
      readonly project: { readonly run: { readonly history: readonly string[] } };
    };
    return { project: { run: { history: [...project.run.history, '{"loss":9}', '{"_step":null}'] } } };
  });
  r.server.faults.add({ match: { operation: 'HistoryPage' }, effect });
  const { batches, rows } = await readAll(r.source, KEY);
  expect(rows).toHaveLength(4);
  expect(batches.map(({ unread }) => unread.missing ?? 0).reduce((a, b) => a + b)).toBe(2);
});
