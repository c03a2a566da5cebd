/** Samples of the machine that come with what else is asked of a run: when they do, and what happens where they don't. */

import { describe, expect, it } from 'vitest';
import { runKey } from '../../../src/core/index.ts';
import { type CloudSource, cloudSource } from '../../support/cloud.ts';
import { neverAborted, readAll } from '../../support/local-runs.ts';
import {
  answerStatus,
  type Effect,
  type JsonObject,
  type RequestMatcher,
  replaceAt,
  type ServerOptions,
  startWandbServer,
  type WandbServer,
} from '../../support/wandb-server/index.ts';

const ALONG: RequestMatcher = { operation: 'RunDetail', field: 'events' };

const samplesUpTo = (count: number): JsonObject[] =>
  Array.from({ length: count }, (_, i) => ({ _timestamp: 1000 + i, 'system.cpu': i % 100 }));

interface Bench extends AsyncDisposable {
  readonly server: WandbServer;
  readonly cloud: CloudSource;
  /** Samples of the run `r`, read whole. */
  times(runId?: string): Promise<number[]>;
}

async function bench(samples: number, options: ServerOptions = {}, runs = ['r']): Promise<Bench> {
  const server = await startWandbServer(options);
  for (const id of runs) {
    const run = server.store.project('acme', 'vision').addRun({ id, rows: [{ loss: 1 }] });
    run.appendEvents(samplesUpTo(samples));
  }
  const cloud = await cloudSource(server, { entity: 'acme', project: 'vision' }, {});
  await cloud.source.listRuns({ signal: neverAborted });
  server.requests.reset();
  return {
    ...{ server, cloud },
    times: async (runId = 'r') => {
      const { records } = await readAll(cloud.source, runKey('acme', 'vision', runId));
      return records.flatMap((record) => (record.kind === 'system' ? [record.timestamp] : []));
    },
    [Symbol.asyncDispose]: async () => {
      await cloud[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

const logged = (count: number) => samplesUpTo(count).map(({ _timestamp }) => _timestamp);
const asked = ({ server: { requests } }: Bench) => ({
  details: requests.count({ operation: 'RunDetail' }),
  samples: requests.count({ operation: 'Events' }),
  downloads: requests.count({ door: 'storage' }),
});

describe('samples of the machine', () => {
  it('come with the rest where there are few', async () => {
    await using b = await bench(1000);
    expect(await b.times()).toEqual(logged(1000));
    expect(asked(b)).toEqual({ details: 1, samples: 0, downloads: 0 });
  });

  it('need no exported file then', async () => {
    await using b = await bench(300);
    const [run] = [...b.server.store.project('acme', 'vision').runs.values()];
    run!.finish();
    run!.exports.exportEvents();
    expect(await b.times()).toEqual(logged(300));
    expect(asked(b)).toEqual({ details: 1, samples: 0, downloads: 0 });
  });

  it('are asked for by themselves where there are many', async () => {
    await using b = await bench(1001, { maxEventSamples: 10_000 });
    expect(await b.times()).toEqual(logged(1001));
    expect(b.server.requests.count(ALONG)).toBe(0);
    expect(asked(b)).toEqual({ details: 1, samples: 1, downloads: 0 });
  });

  it('are not asked for where there are none', async () => {
    await using b = await bench(0);
    expect(await b.times()).toEqual([]);
    expect(b.server.requests.count({ field: 'events' })).toBe(0);
  });

  it('are asked for again where more have come since the run was listed', async () => {
    await using b = await bench(900, { maxEventSamples: 10_000 });
    const [run] = [...b.server.store.project('acme', 'vision').runs.values()];
    run!.appendEvents(samplesUpTo(1100).slice(900));
    expect(await b.times()).toEqual(logged(1100));
    expect(asked(b)).toEqual({ details: 1, samples: 1, downloads: 0 });
  });

  it('are asked for again where the server counts more than it gives', async () => {
    await using b = await bench(300, { maxEventSamples: 100 });
    expect((await b.times()).length).toBe(100);
    expect(asked(b)).toEqual({ details: 1, samples: 1, downloads: 0 });
  });

  it.each<[string, Effect, number]>([
    ['refuses both at once', answerStatus(500), 2],
    ['says that it is asked for nonsense', answerStatus(400, { body: { errors: [{ message: 'no' }] } }), 2],
    ['leaves them out', replaceAt(['project', 'run', 'events'], null), 1],
  ])('are asked for by themselves of a server that %s', async (_, effect, details) => {
    await using b = await bench(300);
    b.server.faults.add({ match: ALONG, effect });
    expect(await b.times()).toEqual(logged(300));
    expect(asked(b)).toEqual({ details, samples: 1, downloads: 0 });
  });

  it('that a server refuses of many runs at a time do not look like an outage', async () => {
    const runs = Array.from({ length: 20 }, (_, i) => `r${i}`);
    await using b = await bench(10, {}, runs);
    b.server.faults.add({ match: ALONG, effect: answerStatus(500) });
    // All are refused before anything else is answered.
    b.server.latencyMs = ({ fields }) => (fields.has('events') ? 0 : 100);
    const found = await Promise.all(runs.map((id) => b.times(id)));
    expect(found).toEqual(runs.map(() => logged(10)));
    expect(asked(b)).toEqual({ details: 40, samples: 20, downloads: 0 });
  });
});
