import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { runKey } from '../../../src/core/index.ts';
import type { SourceChange } from '../../../src/sources/index.ts';
import { localSource, neverAborted, readAll, temporaryFolder } from '../../support/local-runs.ts';
import { MovingClock } from '../../support/moving-clock.ts';
import { WandbLogWriter } from '../../support/wandb-log-writer.ts';

const signal = neverAborted;
const logOf = (runId: string): Uint8Array => new WandbLogWriter().begin(runId).row({ a: 1 }).bytes();

describe('a listing', () => {
  it('has a run before its log names it, by what its directory is called', async () => {
    await using folder = await temporaryFolder();
    const clock = new MovingClock();
    const log = logOf('my-run-1');
    const name = 'wandb/run-20240101_000000-my-run-1/run-my-run-1.wandb';
    const source = localSource(folder.path, { entity: 'me', project: 'mine', clock, quietAfterMs: 60_000 });
    const listed = async () =>
      (await source.listRuns({ signal })).map(({ key, isWaiting }) => [key, isWaiting]);
    const fallback = runKey('me', 'mine', 'my-run-1');
    for (const length of [0, 3, 7, 60]) {
      clock.advance(Date.now() - clock.now());
      await folder.write(name, log.subarray(0, length));
      expect(await listed()).toEqual([[fallback, true]]);
      expect(await source.state(fallback, null, { signal })).toBe('running');
      clock.advance(62_000);
      expect(await listed()).toEqual([[fallback, true]]);
      expect(await source.state(fallback, null, { signal })).toBe('crashed');
      expect((await readAll(source, fallback)).rows).toEqual([]);
      expect(await source.hasNews(fallback, null, { signal })).toBe(true);
    }
    await folder.write(name, log);
    expect(await listed()).toEqual([[runKey('acme', 'research', 'my-run-1'), undefined]]);
  });

  it('takes the project of the runs beside a log that does not name its own, if they have one alone', async () => {
    await using folder = await temporaryFolder();
    const project = (name: string) => new WandbLogWriter().begin(name, { project: name }).bytes();
    await folder.write('a/wandb/run-20240101_000000-one/run-one.wandb', project('one'));
    await folder.write('a/wandb/run-20240102_000000-new/run-new.wandb', logOf('new').subarray(0, 7));
    await folder.write('b/wandb/run-20240101_000000-two/run-two.wandb', project('two'));
    await folder.write('b/wandb/run-20240101_000000-three/run-three.wandb', project('three'));
    await folder.write('b/wandb/run-20240102_000000-lost/run-lost.wandb', logOf('lost').subarray(0, 7));
    await folder.write('b/wandb/run-20240103_000000-two/run-two.wandb', logOf('two').subarray(0, 7));
    const runs = await localSource(folder.path).listRuns({ signal });
    const placeOf = (id: string) =>
      runs.filter(({ key }) => key.runId === id).map(({ key }) => `${key.entity}/${key.project}`);
    expect(placeOf('new')).toEqual(['acme/one']);
    expect(placeOf('lost')).toEqual(['local/uncategorized']);
    expect(placeOf('two')).toEqual(['acme/two']);
  });

  it('goes by the path at once where damage hides the name', async () => {
    await using folder = await temporaryFolder();
    const writer = new WandbLogWriter().begin('true-name');
    for (let step = 0; step < 2000; step++) writer.row({ a: step });
    const log = writer.bytes();
    log[60]! ^= 1;
    await folder.write('wandb/run-20240101_000000-x/run-x.wandb', log);
    const [run] = await localSource(folder.path).listRuns({ signal });
    expect(run!.key).toEqual(runKey('local', 'uncategorized', 'x'));
  });

  it('says of a run that was resumed and has logged nothing since that it runs, and that there is nothing to read', async () => {
    await using folder = await temporaryFolder();
    const clock = new MovingClock(Date.now());
    await folder.write('wandb/run-20240101_000000-r/run-r.wandb', logOf('r'));
    const source = localSource(folder.path, { clock });
    const [run] = await source.listRuns({ signal });
    const { cursor } = await readAll(source, run!.key);
    await folder.write('wandb/run-20240102_000000-r/run-r.wandb', logOf('r').subarray(0, 7));
    const [resumed, ...others] = await source.listRuns({ signal });
    expect(others).toEqual([]);
    expect(resumed).toMatchObject({ key: run!.key, startTime: run!.startTime });
    expect(resumed!.locations).toHaveLength(2);
    expect(await source.state(run!.key, 0, { signal })).toBe('running');
    expect(await source.hasNews(run!.key, cursor, { signal })).toBe(false);
    clock.advance(3_600_000);
    expect(await source.state(run!.key, null, { signal })).toBe('crashed');
  });

  it('is asked for by a watcher when a log that named no run grows', async () => {
    await using folder = await temporaryFolder();
    const name = 'wandb/run-20240101_000000-r/run-r.wandb';
    await folder.write(name, logOf('r').subarray(0, 7));
    const source = localSource(folder.path, { watch: 'events' });
    expect(await source.listRuns({ signal })).toHaveLength(1);
    const changes: SourceChange[] = [];
    await using _ = source.watch((change) => changes.push(change));
    await setTimeout(300);
    await folder.write(name, logOf('r'));
    await expect.poll(() => changes, { timeout: 5000 }).toEqual([{ kind: 'listing' }]);
  });
});
