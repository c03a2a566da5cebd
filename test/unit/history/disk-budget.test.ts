/** What metrics say of the cache disk. @module */

import { describe, expect, it } from 'vitest';
import { buildHouse, COMPLETE, type House } from '../../support/house.ts';
import { localSource, temporaryFolder } from '../../support/local-runs.ts';
import { WandbLogWriter } from '../../support/wandb-log-writer.ts';

const ROWS = 20_000;

async function gaugeOf({ metrics }: House, name: string): Promise<number> {
  const { body } = await metrics.expose();
  return Number(new RegExp(`^wandb_logdir_${name} (.*)$`, 'm').exec(body)?.[1]);
}

describe('the gauges of the cache disk', () => {
  it('grow as rows are written, and tell the bound', async () => {
    await using folder = await temporaryFolder();
    const log = new WandbLogWriter({ style: 'python' }).begin('r1');
    for (let step = 0; step < ROWS; step++)
      log.row({ loss: 1 / (step + 1), _step: step, _timestamp: 1.7e9 + step });
    await folder.write('wandb/offline-run-20240101_000000-r1/run-r1.wandb', log.exit().bytes());
    await using house = await buildHouse({ sources: [localSource(folder.path)], cacheMaxBytes: 5e8 });
    await house.tree.stat('acme/research/r1/run.json', COMPLETE);
    expect(await gaugeOf(house, 'cache_disk_max_bytes')).toBe(5e8);
    // A step, a time and a value of eight bytes each, and the number of a shape.
    expect(await gaugeOf(house, 'cache_disk_bytes')).toBeGreaterThan(ROWS * 24);
    expect(await gaugeOf(house, 'cache_disk_bytes')).toBeLessThan(ROWS * 40);
  });
});
