import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createMetrics } from '../../../src/observability/index.ts';
import { localSource, neverAborted, readAll, temporaryFolder } from '../../support/local-runs.ts';
import { WandbLogWriter } from '../../support/wandb-log-writer.ts';

const signal = neverAborted;
const LOG = 'wandb/run-20240101_000000-abc/run-abc.wandb';

it('a local source counts what it reads, and what fails', async () => {
  await using folder = await temporaryFolder();
  const log = new WandbLogWriter()
    .begin('abc')
    .row({ a: 1 })
    .row({ a: 2 })
    .raw(Buffer.from([0x12, 0x01, 0xff]));
  await folder.write(LOG, log.bytes());
  const metrics = createMetrics({ processMetrics: false });
  const source = localSource(folder.path, { metrics });
  const [run] = await source.listRuns({ signal });
  const { records, skippedBytes } = await readAll(source, run!.key);
  await rm(join(folder.path, LOG));
  await expect(readAll(source, run!.key)).rejects.toMatchObject({ code: 'not-found' });
  await rm(folder.path, { recursive: true });
  await expect(source.listRuns({ signal })).rejects.toMatchObject({ code: 'not-found' });
  const { body } = await metrics.expose();
  expect(body.split('\n').filter((line) => line.startsWith('wandb_logdir_source_'))).toEqual([
    'wandb_logdir_source_listings_total{source="local"} 2',
    `wandb_logdir_source_read_bytes_total{source="local"} ${log.bytes().length}`,
    `wandb_logdir_source_records_total{source="local"} ${records.length}`,
    `wandb_logdir_source_skipped_bytes_total{source="local"} ${skippedBytes}`,
    'wandb_logdir_source_errors_total{source="local",code="not-found"} 2',
  ]);
  expect(skippedBytes).toBe(3);
});
