/** A run that a folder and a server both have: one history, each step once. */

import { describe, expect, it } from 'vitest';
import { type RunKey, runKey } from '../../../src/core/index.ts';
import { type Cursor, MergedSource, type RunSource } from '../../../src/sources/index.ts';
import { cloudSource } from '../../support/cloud.ts';
import { plainRow } from '../../support/cloud-rows.ts';
import { localSource, neverAborted, readAll, temporaryFolder } from '../../support/local-runs.ts';
import { randomNumbers } from '../../support/random.ts';
import { WandbLogWriter } from '../../support/wandb-log-writer.ts';
import {
  answerStatus,
  type Run,
  startWandbServer,
  type WandbServer,
} from '../../support/wandb-server/index.ts';

const KEY: RunKey = runKey('acme', 'research', 'abc');
const START = 1_700_000_000;

interface Pair extends AsyncDisposable {
  readonly merged: RunSource;
  readonly server: WandbServer;
  readonly run: Run;
  /** Logs steps up to but not `to` to the folder. */
  folder(to: number): Promise<void>;
  /** Sends steps up to but not `to` to the server. */
  send(to: number): void;
}

const row = (step: number) => ({ _step: step, _timestamp: START + step, loss: step / 7 });

async function pair(): Promise<Pair> {
  const server = await startWandbServer();
  const run = server.store.project('acme', 'research').addRun({ id: 'abc' });
  const folder = await temporaryFolder();
  const writer = new WandbLogWriter().begin('abc');
  let logged = 0;
  let sent = 0;
  const cloud = await cloudSource(server, { entity: 'acme', project: 'research' });
  const local = localSource(folder.path);
  const log = async (to: number) => {
    for (; logged < to; logged++) writer.row(row(logged));
    await folder.write('wandb/run-20240101_000000-abc/run-abc.wandb', writer.bytes());
    await local.listRuns({ signal: neverAborted });
  };
  await log(0);
  await cloud.source.listRuns({ signal: neverAborted });
  return {
    ...{ merged: new MergedSource([local, cloud.source]), server, run, folder: log },
    send: (to) => {
      for (; sent < to; sent++) run.append([row(sent)]);
    },
    [Symbol.asyncDispose]: async () => {
      await folder[Symbol.asyncDispose]();
      await cloud[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

const steps = (rows: readonly { readonly step: number }[]) => rows.map(({ step }) => step);
const upTo = (count: number) => Array.from({ length: count }, (_, step) => step);

describe('a run of a folder and of a server', () => {
  it('has each step once, also those that only one of them has', async () => {
    await using both = await pair();
    await both.folder(60);
    both.send(100);
    const { rows } = await readAll(both.merged, KEY);
    expect(rows.map(plainRow)).toEqual(upTo(100).map(row));
  });

  it('grows by whoever is ahead, whatever order they grow in', async () => {
    await using both = await pair();
    const random = randomNumbers(7);
    const told: number[] = [];
    let cursor: Cursor | null = null;
    let [logged, sent] = [0, 0];
    for (let turn = 0; turn < 30; turn++) {
      if (random() < 0.5) logged += Math.floor(random() * 10);
      else sent += Math.floor(random() * 10);
      await both.folder(logged);
      both.send(sent);
      const read = await readAll(both.merged, KEY, { after: cursor });
      told.push(...steps(read.rows));
      cursor = read.cursor;
      expect(told).toEqual(upTo(Math.max(logged, sent)));
      expect(await both.merged.hasNews(KEY, cursor, { signal: neverAborted })).toBe(false);
    }
  });

  it('is read again as it was, up to any cursor', async () => {
    await using both = await pair();
    await both.folder(30);
    both.send(50);
    const first = await readAll(both.merged, KEY);
    await both.folder(80);
    const second = await readAll(both.merged, KEY, { after: first.cursor });
    const again = await readAll(both.merged, KEY, { stopAt: second.cursor! });
    expect(steps(again.rows)).toEqual(steps([...first.rows, ...second.rows]));
    expect(again.cursor).toBe(second.cursor);
  });

  it('goes on from the folder while the server is away, and says that it is', async () => {
    await using both = await pair();
    both.send(10);
    await both.folder(20);
    both.server.faults.add({ effect: answerStatus(503) });
    const rows: number[] = [];
    const reading = async () => {
      for await (const { records } of both.merged.read(KEY, { after: null, signal: neverAborted }))
        for (const record of records) if (record.kind === 'history') rows.push(record.step);
    };
    await expect(reading()).rejects.toMatchObject({ code: 'unavailable' });
    expect(rows).toEqual(upTo(20));
  });

  it('goes on from the folder when it was deleted on the server', async () => {
    await using both = await pair();
    both.send(10);
    await both.folder(20);
    const { cursor } = await readAll(both.merged, KEY);
    both.run.project.deleteRun('abc');
    await both.folder(25);
    expect(steps((await readAll(both.merged, KEY, { after: cursor })).rows)).toEqual([20, 21, 22, 23, 24]);
  });

  it('is running while anybody sees it run, and finished once its end is known', async () => {
    await using both = await pair();
    await both.folder(3);
    expect(await both.merged.state(KEY, null, { signal: neverAborted })).toBe('running');
    both.run.finish();
    // The server is looked at when news are asked for.
    await both.merged.hasNews(KEY, null, { signal: neverAborted });
    expect(await both.merged.state(KEY, 0, { signal: neverAborted })).toBe('finished');
  });

  it('does not take the position of another set of sources for its own', async () => {
    await using both = await pair();
    await expect(readAll(both.merged, KEY, { after: 'x' as Cursor })).rejects.toMatchObject({
      code: 'corrupt',
    });
  });
});
