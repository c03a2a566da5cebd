/** Runs that go on while TensorBoard asks our data server: a reload of the page has what is new. @module */

import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type TemporaryFolder, temporaryFolder } from '../support/local-runs.ts';
import { DATA_SERVER } from '../support/program.ts';
import { PYTHON_MISSING, runPython } from '../support/python.ts';
import { serveRuns } from '../support/served-runs.ts';
import { TensorBoard } from '../support/tensorboard.ts';
import { WandbLogWriter } from '../support/wandb-log-writer.ts';

const SECONDS = 8;
const GROWING = 'wandb/offline-run-20240101_000000-growing/run-growing.wandb';

describe.skipIf(PYTHON_MISSING !== null)('a reload of TensorBoard, by our data server', () => {
  it('shows new points, a new tag and a new run', async () => {
    await using folder = await temporaryFolder();
    const log = new WandbLogWriter().begin('growing');
    for (let step = 0; step < 3; step++)
      log.row({ loss: 1 / (step + 1), _step: step, _timestamp: 1.7e9 + step });
    const file = await folder.write(GROWING, log.bytes());
    const source = join(folder.path, 'wandb');
    await using served = await serveRuns(source, join(folder.path, 'served'), ['--grpc-port', '0']);
    await using onServer = await TensorBoard.asking(await served.grpcAddress());
    await using onLogdir = await openLogdir(folder);
    const boards = [onServer, onLogdir];
    await Promise.all(boards.map((board) => expectSeries(board, { loss: [0, 1, 2] })));

    const before = log.bytes().length;
    log
      .row({ loss: 0.2, _step: 3, _timestamp: 1.7e9 + 3 })
      .row({ acc: 0.9, _step: 4, _timestamp: 1.7e9 + 4 });
    await appendFile(file, log.bytes().subarray(before));
    await Promise.all(boards.map((board) => expectSeries(board, { loss: [0, 1, 2, 3], acc: [4] })));

    const places = ['--out', folder.path, '--truth', join(folder.path, 'truth')];
    const training = runPython('make-runs.py', ['live', ...places, '--seconds', `${SECONDS}`]);
    const seen = await Promise.all(boards.map((board) => countsUntilEnd(board, training)));
    // The SDK writes its log in blocks of 32 KiB, of eight of these rows each.
    for (const counts of seen) expect(counts.length).toBeGreaterThanOrEqual(3);
    const rows = await served.read('acme/research/live/run.json');
    const { history } = JSON.parse(rows.toString()) as { history: { rows: number } };
    expect(history.rows).toBeGreaterThan(SECONDS * 3);
    await Promise.all(boards.map((board) => untilPoints(board, history.rows)));
    for (const board of boards) expect(board.output).not.toMatch(/Traceback/);
  });
});

async function openLogdir(folder: TemporaryFolder): Promise<TensorBoard> {
  const variables = {
    TENSORBOARD_DATA_SERVER_BINARY: DATA_SERVER,
    WANDB_LOGDIR_CACHE_DIR: join(folder.path, 'cache-of-data-server'),
  };
  return await TensorBoard.start(join(folder.path, 'wandb'), [], { variables });
}

/** Exactly these tags at these steps, after so many reloads as it takes. */
async function expectSeries(
  board: TensorBoard,
  wanted: Readonly<Record<string, readonly number[]>>,
): Promise<void> {
  const shown = async () => {
    const tags = (await board.scalarTags())['growing'] ?? [];
    const steps = tags.map(async (tag) => {
      const points = await board.scalars('growing', tag);
      return [tag, points.map(([, step]) => step)] as const;
    });
    return Object.fromEntries(await Promise.all(steps));
  };
  const same = (series: object) =>
    JSON.stringify(series, Object.keys(series).toSorted()) ===
    JSON.stringify(wanted, Object.keys(wanted).toSorted());
  await board.until(shown, same);
}

/** The different numbers of points that reloads show while a run trains. */
async function countsUntilEnd(board: TensorBoard, training: Promise<unknown>): Promise<readonly number[]> {
  let isTraining = true;
  void training.finally(() => {
    isTraining = false;
  });
  const counts = new Set<number>();
  while (isTraining) {
    const points = await board.scalars('live', 'loss').catch(() => []);
    if (points.length > 0) counts.add(points.length);
    await delay(300);
  }
  await training;
  return [...counts];
}

async function untilPoints(board: TensorBoard, count: number): Promise<void> {
  await board.until(
    () => board.scalars('live', 'loss'),
    (points) => points.length === count,
  );
}
