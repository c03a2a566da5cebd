/**
 * A run that the real SDK logs to a W&B server while the built program serves that server: the real TensorBoard shows
 * every point of it, while it grows and after it has ended, over WebHDFS and through the mount.
 * @module
 */

import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/local-runs.ts';
import { MOUNTING_MISSING } from '../support/mounting.ts';
import { PYTHON_MISSING } from '../support/python.ts';
import { IS_FULL, scaled } from '../support/scale.ts';
import { SdkClient } from '../support/sdk-client.ts';
import { serveRuns } from '../support/served-runs.ts';
import { type ScalarPoint, TensorBoard } from '../support/tensorboard.ts';
import { type Run, startWandbServer, type WandbServer } from '../support/wandb-server/index.ts';

const SECONDS = scaled(10, 20);
const TAGS = ['loss', 'time'];
/**
 * The refresh interval and two looks of TensorBoard's, which are a second each: the first look that is told of nothing
 * new begins the reading, the next one finds it. The rest is for a machine that is busy.
 */
const ONE_REFRESH_MS = 8000;

/** A tag of a run as TensorBoard has to show it. */
function pointsOf(run: Run, tag: string): ScalarPoint[] {
  const rows = run.history.places().map(({ block, index }) => block.row(index));
  return rows.map((row) => [Number(row['_timestamp']), Number(row['_step']), Math.fround(Number(row[tag]))]);
}

/** Follows a run in TensorBoard until its script has ended; gives how long each growth took to be shown. */
async function follow(board: TensorBoard, server: WandbServer, logging: Promise<void>): Promise<number[]> {
  const delaysMs: number[] = [];
  const waiting: { readonly rows: number; readonly sinceMs: number }[] = [];
  const isOver = logging.then(() => true);
  let known = 0;
  while (!(await Promise.race([isOver, delay(100, false)]))) {
    const run = server.store.project('acme', 'research').runs.get('live0001');
    if (run === undefined) continue;
    if (run.history.length > known) waiting.push({ rows: run.history.length, sinceMs: Date.now() });
    known = run.history.length;
    const shown = await board.scalars('live', 'loss').catch(() => []);
    expect(shown).toEqual(pointsOf(run, 'loss').slice(0, shown.length));
    while (waiting[0] !== undefined && waiting[0].rows <= shown.length)
      delaysMs.push(Date.now() - waiting.shift()!.sinceMs);
  }
  return delaysMs;
}

describe.skipIf(PYTHON_MISSING !== null)('a run that the real SDK logs to a server', () => {
  // One way will do for every day.
  it.skipIf(!IS_FULL && MOUNTING_MISSING === null)('is shown point by point over WebHDFS', () =>
    showsEveryPoint('webhdfs'),
  );
  it.skipIf(MOUNTING_MISSING !== null)(
    `is shown point by point through the mount${MOUNTING_MISSING ? ` (skipped: ${MOUNTING_MISSING})` : ''}`,
    () => showsEveryPoint('mount'),
  );

  async function showsEveryPoint(door: 'webhdfs' | 'mount'): Promise<void> {
    await using folder = await temporaryFolder();
    await using server = await startWandbServer();
    const project = server.store.project('acme', 'research');
    project.addRun({ id: 'earlier', rows: [{ loss: 3 }] }).finish();
    await using sdk = await SdkClient.create(server);
    const mountPoint = join(folder.path, 'mnt');
    const mounting = door === 'mount' ? ['--mount', mountPoint] : [];
    const words = ['--base-url', server.url, '--refresh-interval', '1s', ...mounting];
    const variables = { WANDB_API_KEY: server.apiKey };
    await using served = await serveRuns('acme/research', join(folder.path, 'served'), words, variables);
    const tree = door === 'mount' ? mountPoint : `webhdfs://127.0.0.1:${served.port}`;
    await using board = await TensorBoard.start(`${tree}/acme/research`);

    const delaysMs = await follow(board, server, sdk.log('live', '--seconds', `${SECONDS}`));
    const run = project.run('live0001');
    const rows = run.history.length;
    for (const tag of TAGS) {
      const shown = await board.until(
        () => board.scalars('live', tag),
        (points) => points.length >= rows,
      );
      expect([tag, shown]).toEqual([tag, pointsOf(run, tag)]);
    }
    console.log(`${door}: ${rows} points; growths were shown within ${Math.max(...delaysMs)} ms`);
    const logged = (await sdk.truth()).get('live0001')!;
    expect(pointsOf(run, 'loss').map(([, step, value]) => [step, value])).toEqual(
      [...logged.rows].map(([step, { loss }]) => [step, Math.fround(Number(loss))]),
    );
    expect(rows).toBeGreaterThan(SECONDS * 3);
    expect(delaysMs.length).toBeGreaterThan(SECONDS / 4);
    expect(Math.max(...delaysMs)).toBeLessThan(ONE_REFRESH_MS);
    await endsQuietly(board, server);
    if (door === 'mount') expect(board.hasDataServer).toBe(true);
  }

  /** TensorBoard knows the end, and what it asks from then on costs the server its list of runs alone. */
  async function endsQuietly(board: TensorBoard, server: WandbServer): Promise<void> {
    await board.until(
      () => board.texts('live', 'wandb/overview'),
      (texts) => texts.at(-1)?.text.includes('finished') ?? false,
    );
    await delay(2000);
    server.requests.reset();
    await delay(5000);
    const { Runs: looks = 0, ...others } = server.requests.tally();
    expect(others).toEqual({});
    expect(looks).toBeLessThanOrEqual(6);
  }
});
