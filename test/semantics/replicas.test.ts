/**
 * What docs/SCALING.md says of several processes of the program over the same runs. They run the built program:
 * `npm test` builds it first.
 * @module
 */

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { followInTurn, growingFile, sameSizes, summaryOf } from '../support/growing-file.ts';
import { GrowingLog } from '../support/growing-log.ts';
import { buildHouse, COMPLETE, eventPath, readWhole } from '../support/house.ts';
import { localSource, type TemporaryFolder, temporaryFolder } from '../support/local-runs.ts';
import { EXAMPLES } from '../support/program.ts';
import { allFiles, stateOf } from '../support/replica-client.ts';
import { scaled } from '../support/scale.ts';
import { type ServedRuns, serveRuns } from '../support/served-runs.ts';
import { until } from '../support/waiting.ts';
import { type Run, startWandbServer, type WandbServer } from '../support/wandb-server/index.ts';

const ALONE = ['--grpc-port', 'off'];
const RUN = 'acme/research/live';
/** Tenths of a second for which the log grows between two events. */
const STRETCHES = scaled(10, 30);
/** Times that a process is killed. */
const KILLS = scaled(1, 4);
const TIMEOUT_MS = scaled(60_000, 300_000);

async function beginLog(folder: TemporaryFolder): Promise<GrowingLog> {
  const log = new GrowingLog({ runId: 'live', rowsEach: 100, everyMs: 100 });
  await log.begin(folder);
  return log;
}

/** What a process that was there alone makes of the same log. */
async function aloneBytes(folder: TemporaryFolder): Promise<Buffer> {
  await using house = await buildHouse({ sources: [localSource(folder.path)] });
  await house.tree.stat(`${RUN}/run.json`, COMPLETE);
  return await readWhole(house.tree, await eventPath(house.tree, RUN));
}

const isStartOf = (bytes: Buffer, whole: Buffer) => bytes.equals(whole.subarray(0, bytes.length));

async function serveCloud(server: WandbServer, folder: string): Promise<ServedRuns> {
  const words = [...ALONE, '--base-url', server.url, '--refresh-interval', '1s'];
  return await serveRuns('acme/research', folder, words, { WANDB_API_KEY: server.apiKey });
}

/** Waits until a server has so many rows of the run. */
async function untilRows(served: ServedRuns, rows: number): Promise<void> {
  const shown = async () => {
    const { history } = JSON.parse(`${await served.read(`${RUN}/run.json`)}`) as {
      history: { rows: number };
    };
    return history.rows;
  };
  await until(async () => (await shown()) === rows, `${rows} rows of the run`);
}

const addLiveRun = (server: WandbServer) =>
  server.store
    .project('acme', 'research')
    .addRun({ id: 'live', config: { lr: 0.1 }, rows: [{ loss: 3 }, { loss: 2 }] });

/** Reads the live run before and after its config changed and it ended. */
async function readToItsEnd(served: ServedRuns, run: Run): Promise<string> {
  const { path } = await growingFile(served, RUN);
  await served.read(path);
  await untilRows(served, 2);
  run.set({ config: { lr: 0.2 } });
  run.append([{ loss: 1 }]);
  run.finish();
  await untilRows(served, 3);
  return path;
}

describe('replicas with a cache each', () => {
  it('have the same names, sizes, tags and bytes of runs that have ended', async () => {
    await using folder = await temporaryFolder();
    const places = [join(folder.path, 'a'), join(folder.path, 'b')] as const;
    await using a = await serveRuns(EXAMPLES, places[0], ALONE);
    await using b = await serveRuns(EXAMPLES, places[1], ALONE);
    const files = await allFiles(a, '');
    expect(files.size).toBeGreaterThan(20);
    expect([...(await allFiles(b, ''))]).toEqual([...files]);
    for (const path of files.keys())
      expect([path, (await b.read(path)).equals(await a.read(path))]).toEqual([path, true]);
  });

  it(
    'have the same bytes of a local run that grows, though one may be behind the other and tag them otherwise',
    async () => {
      await using folder = await temporaryFolder();
      const log = await beginLog(folder);
      await using a = await serveRuns(folder.path, join(folder.path, 'a'), ALONE);
      await using b = await serveRuns(folder.path, join(folder.path, 'b'), ALONE);
      const followed = await followInTurn([a, b], await growingFile(a, RUN), log.growBy(2 * STRETCHES));
      await log.end();
      const expected = await aloneBytes(folder);
      expect(followed.unknown).toBe(0);
      expect(isStartOf(followed.reader.bytes, expected)).toBe(true);
      expect((await a.read(followed.path)).equals(expected)).toBe(true);
      expect((await b.read(followed.path)).equals(expected)).toBe(true);
      console.log(`caches apart: ${summaryOf(followed)}`);
    },
    TIMEOUT_MS,
  );

  it('ask a W&B server once each, and may have other bytes of a run that they met at other times', async () => {
    await using folder = await temporaryFolder();
    await using server = await startWandbServer();
    const run = addLiveRun(server);
    await using a = await serveCloud(server, join(folder.path, 'a'));
    const path = await readToItsEnd(a, run);
    await using b = await serveCloud(server, join(folder.path, 'b'));
    server.requests.reset();
    await untilRows(b, 3);
    expect(server.requests.tally()).toMatchObject({ RunDetail: 1, HistoryPage: 1 });
    const [ofA, ofB] = [await a.read(path), await b.read(path)];
    // One had told of the first config before the second came.
    expect(ofA.equals(ofB)).toBe(false);
    expect((await stateOf(a, path))?.etag).not.toBe((await stateOf(b, path))?.etag);
  });

  it('give runs that went back other names, where one has not seen what was before', async () => {
    await using folder = await temporaryFolder();
    await using server = await startWandbServer();
    const project = server.store.project('acme', 'research');
    const run = project.addRun({ id: 'live', rows: [{ loss: 3 }, { loss: 2 }, { loss: 1 }] });
    await using a = await serveCloud(server, join(folder.path, 'a'));
    await a.read((await growingFile(a, RUN)).path);
    await untilRows(a, 3);
    run.rewind(0);
    run.append([{ loss: 5 }]);
    await untilRows(a, 2);
    await using b = await serveCloud(server, join(folder.path, 'b'));
    await untilRows(b, 2);
    expect((await growingFile(a, RUN)).path).toMatch(/\.live\.v\d+\.g2$/);
    expect((await growingFile(b, RUN)).path).toMatch(/\.live\.v\d+$/);
  });
});

describe('replicas over one cache directory', () => {
  it('call a run by the name that each met first, as it stays while a program runs', async () => {
    await using folder = await temporaryFolder();
    await using server = await startWandbServer();
    const run = server.store.project('acme', 'research').addRun({ id: 'r1', displayName: 'before' });
    const cache = join(folder.path, 'shared');
    await using a = await serveCloud(server, cache);
    const names = async (served: ServedRuns) =>
      (await served.list('acme/research')).map(({ name }) => name).toString();
    await until(async () => (await names(a)) === 'before', 'the first name');
    run.set({ displayName: 'after' });
    await using b = await serveCloud(server, cache);
    await until(async () => (await names(b)) === 'after', 'the second name');
    expect(await names(a)).toBe('before');
  });

  it(
    'have the same bytes and tags of a run that grows, also when one is killed and comes back',
    async () => {
      await using folder = await temporaryFolder();
      const cache = join(folder.path, 'shared');
      const log = await beginLog(folder);
      await using a = await serveRuns(folder.path, cache, ALONE);
      await using b = await serveRuns(folder.path, cache, ALONE);
      let followed = await followInTurn([a, b], await growingFile(a, RUN), log.growBy(STRETCHES));
      expect(sameSizes(followed).filter(([one, other]) => one !== other)).toEqual([]);
      await a.kill();
      for (let kill = 1; kill < KILLS; kill++) {
        await using another = await serveRuns(folder.path, cache, ALONE);
        followed = await followInTurn([another, b], followed, log.growBy(STRETCHES));
        expect(sameSizes(followed).filter(([one, other]) => one !== other)).toEqual([]);
        await another.kill();
      }
      const left = await followInTurn([b], followed, log.growBy(STRETCHES));
      await log.end();
      const expected = await aloneBytes(folder);
      expect(left.growths).toBeGreaterThan(0);
      expect(isStartOf(left.reader.bytes, expected)).toBe(true);
      expect((await b.read(left.path)).equals(expected)).toBe(true);
      await using again = await serveRuns(folder.path, cache, ALONE);
      expect((await again.read(left.path)).equals(expected)).toBe(true);
      expect(await stateOf(again, left.path)).toEqual(await stateOf(b, left.path));
      console.log(`one cache: ${summaryOf(followed)}; after a kill: ${summaryOf(left)}`);
    },
    TIMEOUT_MS,
  );

  it('ask a W&B server for the rows of a run once, and have the same bytes of it', async () => {
    await using folder = await temporaryFolder();
    await using server = await startWandbServer();
    const run = addLiveRun(server);
    const cache = join(folder.path, 'shared');
    await using a = await serveCloud(server, cache);
    const path = await readToItsEnd(a, run);
    await using b = await serveCloud(server, cache);
    server.requests.reset();
    await untilRows(b, 3);
    expect(server.requests.tally()['HistoryPage']).toBeUndefined();
    expect((await b.read(path)).equals(await a.read(path))).toBe(true);
    expect(await stateOf(b, path)).toEqual(await stateOf(a, path));
  });
});
