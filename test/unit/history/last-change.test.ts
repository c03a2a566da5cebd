import { utimes } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { runKey, runKeyText } from '../../../src/core/index.ts';
import { buildHouse } from '../../support/house.ts';
import { localSource, temporaryFolder } from '../../support/local-runs.ts';
import { WandbLogWriter } from '../../support/wandb-log-writer.ts';

const NAME = 'wandb/run-20240101_000000-r/run-r.wandb';

describe('when a run last changed', () => {
  it.each(['events', 'polling'] as const)(
    'is true while it runs, without a listing, with %s',
    async (watch) => {
      await using folder = await temporaryFolder();
      const log = new WandbLogWriter().begin('r').row({ a: 1, _timestamp: 1.7e9 });
      const write = async (seconds: number) =>
        utimes(await folder.write(NAME, log.bytes()), seconds, seconds);
      await write(1_700_000_100);
      const source = localSource(folder.path, { watch, pollIntervalMs: 50 });
      await using house = await buildHouse({ sources: [source] });
      const run = house.history.catalogue.runs.get(runKeyText(runKey('acme', 'research', 'r')))!;
      expect(run.modifiedAtMs).toBe(1_700_000_100_000);
      house.history.watch();
      log.row({ a: 2, _timestamp: 1.7e9 });
      await write(1_700_000_200);
      await expect.poll(() => run.modifiedAtMs, { timeout: 5000 }).toBe(1_700_000_200_000);
    },
  );
});
