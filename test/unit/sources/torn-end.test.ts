import { describe, expect, it } from 'vitest';
import { localSource, neverAborted, readAll, temporaryFolder } from '../../support/local-runs.ts';
import { WandbLogWriter } from '../../support/wandb-log-writer.ts';

const signal = neverAborted;

describe('a log that ends in a torn record', () => {
  it('has its end waited for while it is the newest, and counted as skipped once another log follows', async () => {
    await using folder = await temporaryFolder();
    const whole = new WandbLogWriter().begin('r').row({ a: 1, _step: 1 }).bytes();
    const torn = new WandbLogWriter().begin('r').row({ a: 1, _step: 1 }).row({ a: 2, _step: 2 }).bytes();
    await folder.write('wandb/run-20240101_000000-r/run-r.wandb', torn.subarray(0, whole.length + 50));
    const second = new WandbLogWriter()
      .begin('r', { startTime: { seconds: 1_800_000_000 } })
      .row({ a: 5, _step: 5 });
    const source = localSource(folder.path);
    const [run] = await source.listRuns({ signal });
    // The two summaries before the second row may be whole: what counts is where reading stopped.
    const alone = await readAll(source, run!.key);
    expect([alone.rows.length, alone.skippedBytes]).toEqual([1, 0]);
    await folder.write('wandb/run-20240102_000000-r/run-r.wandb', second.bytes());
    await source.listRuns({ signal });
    const after = await readAll(source, run!.key);
    expect(after.rows.map(({ step }) => step)).toEqual([1, 5]);
    const leftAt = Number(alone.cursor!.split(':')[2]);
    expect(after.skippedBytes).toBe(whole.length + 50 - leftAt);
    expect(after.skippedBytes).toBeGreaterThan(0);
    const again = await readAll(source, run!.key, { stopAt: after.cursor! });
    expect([again.cursor, again.skippedBytes]).toEqual([after.cursor, after.skippedBytes]);
    const resumed = await readAll(source, run!.key, { after: alone.cursor });
    expect([resumed.cursor, resumed.skippedBytes]).toEqual([after.cursor, after.skippedBytes]);
  });
});

describe('a directory of a run that comes after later ones were read', () => {
  it('has the run read anew, in its own order, and nothing lost', async () => {
    await using folder = await temporaryFolder();
    const part = (seconds: number, step: number) =>
      new WandbLogWriter().begin('r', { startTime: { seconds } }).row({ a: step, _step: step }).bytes();
    await folder.write('wandb/run-20240101_000000-r/run-r.wandb', part(1_700_000_000, 1));
    await folder.write('wandb/run-20240103_000000-r/run-r.wandb', part(1_700_200_000, 3));
    const source = localSource(folder.path);
    const [run] = await source.listRuns({ signal });
    const { cursor } = await readAll(source, run!.key);
    expect(await source.hasNews(run!.key, cursor, { signal })).toBe(false);
    await folder.write('wandb/run-20240102_000000-r/run-r.wandb', part(1_700_100_000, 2));
    await source.listRuns({ signal });
    expect(await source.hasNews(run!.key, cursor, { signal })).toBe(true);
    await expect(readAll(source, run!.key, { after: cursor })).rejects.toMatchObject({ code: 'corrupt' });
    const anew = await readAll(source, run!.key);
    expect(anew.rows.map(({ step }) => step)).toEqual([1, 2, 3]);
    expect(await source.hasNews(run!.key, anew.cursor, { signal })).toBe(false);
  });

  it('is none where an empty log was passed before', async () => {
    await using folder = await temporaryFolder();
    const part = (seconds: number, step: number) =>
      new WandbLogWriter().begin('r', { startTime: { seconds } }).row({ a: step, _step: step }).bytes();
    await folder.write('wandb/run-20240101_000000-r/run-r.wandb', part(1_700_000_000, 1).subarray(0, 7));
    await folder.write('wandb/run-20240102_000000-r/run-r.wandb', part(1_700_100_000, 2));
    const source = localSource(folder.path);
    const [run] = await source.listRuns({ signal });
    const { cursor } = await readAll(source, run!.key);
    expect(await source.hasNews(run!.key, cursor, { signal })).toBe(false);
  });

  it('is none where nothing can be read of it, and is one when something can', async () => {
    await using folder = await temporaryFolder();
    const part = (seconds: number, step: number) =>
      new WandbLogWriter().begin('r', { startTime: { seconds } }).row({ a: step, _step: step }).bytes();
    const first = part(1_704_067_200, 1);
    const place = (bytes: Uint8Array) => folder.write('wandb/run-20240101_000000-r/run-r.wandb', bytes);
    await place(Buffer.concat([first.subarray(0, 7), Buffer.alloc(100, 1)]));
    await folder.write('wandb/run-20240102_000000-r/run-r.wandb', part(1_704_153_600, 2));
    const source = localSource(folder.path, { entity: 'acme', project: 'research' });
    const [run] = await source.listRuns({ signal });
    const { cursor, rows } = await readAll(source, run!.key);
    expect(rows.map(({ step }) => step)).toEqual([2]);
    expect(await source.hasNews(run!.key, cursor, { signal })).toBe(false);
    expect((await readAll(source, run!.key, { after: cursor })).batches).toEqual([]);
    await place(first);
    await source.listRuns({ signal });
    expect(await source.hasNews(run!.key, cursor, { signal })).toBe(true);
    await expect(readAll(source, run!.key, { after: cursor })).rejects.toMatchObject({ code: 'corrupt' });
    expect((await readAll(source, run!.key)).rows.map(({ step }) => step)).toEqual([1, 2]);
  });
});
