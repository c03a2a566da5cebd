import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type RunKey, runKey } from '../../../src/core/index.ts';
import type { SourceChange } from '../../../src/sources/index.ts';
import { localSource, neverAborted, readAll, temporaryFolder } from '../../support/local-runs.ts';
import { MovingClock } from '../../support/moving-clock.ts';
import { WandbLogWriter } from '../../support/wandb-log-writer.ts';

const signal = neverAborted;
const logOf = (runId: string): Uint8Array => new WandbLogWriter().begin(runId).row({ a: 1 }).bytes();

describe('a listing', () => {
  it('leaves out a log until it names its run, or has not done so for long', async () => {
    await using folder = await temporaryFolder();
    const clock = new MovingClock();
    const log = logOf('my-run-1');
    const name = 'wandb/run-20240101_000000-my-run-1/run-my-run-1.wandb';
    const source = localSource(folder.path, { entity: 'me', project: 'mine', clock, quietAfterMs: 60_000 });
    const listed = async (): Promise<readonly RunKey[]> =>
      (await source.listRuns({ signal })).map(({ key }) => key);
    const fallback = runKey('me', 'mine', 'my-run-1');
    for (const length of [0, 3, 7, 60]) {
      clock.advance(Date.now() - clock.now());
      await folder.write(name, log.subarray(0, length));
      expect(await listed()).toEqual([]);
      await expect(source.state(fallback, null, { signal })).rejects.toMatchObject({ code: 'not-found' });
      clock.advance(62_000);
      expect(await listed()).toEqual([fallback]);
      expect(await source.state(fallback, null, { signal })).toBe('crashed');
      expect((await readAll(source, fallback)).rows).toEqual([]);
    }
    await folder.write(name, log);
    expect(await listed()).toEqual([runKey('acme', 'research', 'my-run-1')]);
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

  it('changes nothing of a run whose newest log is still empty', async () => {
    await using folder = await temporaryFolder();
    await folder.write('wandb/run-20240101_000000-r/run-r.wandb', logOf('r'));
    const source = localSource(folder.path);
    const [run] = await source.listRuns({ signal });
    const { cursor } = await readAll(source, run!.key);
    await folder.write('wandb/run-20240102_000000-r/run-r.wandb', logOf('r').subarray(0, 7));
    expect(await source.listRuns({ signal })).toEqual([run]);
    expect(await source.state(run!.key, 0, { signal })).toBe('finished');
    expect(await source.hasNews(run!.key, cursor, { signal })).toBe(false);
  });

  it('is asked for by a watcher when a log that named no run grows', async () => {
    await using folder = await temporaryFolder();
    const name = 'wandb/run-20240101_000000-r/run-r.wandb';
    await folder.write(name, logOf('r').subarray(0, 7));
    const source = localSource(folder.path, { watch: 'events' });
    expect(await source.listRuns({ signal })).toEqual([]);
    const changes: SourceChange[] = [];
    await using _ = source.watch((change) => changes.push(change));
    await setTimeout(300);
    await folder.write(name, logOf('r'));
    await expect.poll(() => changes, { timeout: 5000 }).toEqual([{ kind: 'listing' }]);
  });
});
