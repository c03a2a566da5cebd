/** A run logged by the real SDK while it is served: it appears in the real TensorBoard and grows, with no restart. @module */

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { logIn, temporaryFolder } from '../support/local-runs.ts';
import { MOUNTING_MISSING } from '../support/mounting.ts';
import { PYTHON_MISSING, runPython } from '../support/python.ts';
import { scaled } from '../support/scale.ts';
import { type ServedRuns, serveRuns } from '../support/served-runs.ts';
import { TensorBoard } from '../support/tensorboard.ts';
import { WandbLogWriter } from '../support/wandb-log-writer.ts';

const SECONDS = scaled(10, 20);
const EARLIER = 'wandb/offline-run-20240101_000000-earlier/run-earlier.wandb';
/** TensorBoard is told to look every second; a look at two small runs takes well under another. */
const ONE_REFRESH_MS = 3000;

interface RunDocument {
  readonly history: { readonly rows: number };
  readonly source: { readonly locations: readonly string[] };
}

const EARLY = 'wandb/offline-run-20240102_000000-early/run-early.wandb';

/** The run's document, once there is one. */
async function liveRun(served: ServedRuns): Promise<RunDocument | undefined> {
  const text = await served.read('acme/research/live/run.json').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text.toString()) as RunDocument);
}

async function logSize(document: RunDocument): Promise<number> {
  return (await stat(await logIn(document.source.locations[0]!))).size;
}

describe.skipIf(PYTHON_MISSING !== null)('a run of the real SDK, while it trains', () => {
  it('appears and grows in TensorBoard within one refresh of each block', () =>
    growsInTensorBoard('webhdfs'));
  it.skipIf(MOUNTING_MISSING !== null)('does so through the mount, by the Rust loader', () =>
    growsInTensorBoard('mount'),
  );

  async function growsInTensorBoard(door: 'webhdfs' | 'mount'): Promise<void> {
    await using folder = await temporaryFolder();
    await folder.write(
      EARLIER,
      new WandbLogWriter().begin('earlier').row({ loss: 1, _step: 0, _timestamp: 1.7e9 }).exit().bytes(),
    );
    const mountPoint = join(folder.path, 'mnt');
    const mounting = door === 'mount' ? ['--mount', mountPoint] : [];
    await using served = await serveRuns(join(folder.path, 'wandb'), join(folder.path, 'served'), mounting);
    const tree = door === 'mount' ? mountPoint : `webhdfs://127.0.0.1:${served.port}`;
    await using board = await TensorBoard.start(`${tree}/acme/research`);
    const words = [
      'live',
      '--out',
      folder.path,
      '--truth',
      join(folder.path, 'truth'),
      '--seconds',
      `${SECONDS}`,
    ];
    const training = runPython('make-runs.py', words);
    await board.until(
      () => board.runs(),
      (runs) => runs.includes('live'),
    );

    const delaysMs: number[] = [];
    const shown = async () => (await board.scalars('live', 'loss').catch(() => [])).length;
    let size = 0;
    let isTraining = true;
    void training.finally(() => {
      isTraining = false;
    });
    while (isTraining) {
      const document = await liveRun(served);
      if (document === undefined || (await logSize(document)) === size) {
        await delay(20);
        continue;
      }
      size = await logSize(document);
      const arrivedMs = Date.now();
      const { history } = (await liveRun(served))!;
      while ((await shown()) < history.rows && Date.now() - arrivedMs < 4 * ONE_REFRESH_MS) await delay(50);
      delaysMs.push(Date.now() - arrivedMs);
    }
    await training;
    const { history } = (await liveRun(served))!;
    await board.until(shown, (points) => points === history.rows);
    expect(history.rows).toBeGreaterThan(SECONDS * 3);
    expect(delaysMs.length).toBeGreaterThan(scaled(2, 3));
    expect(Math.max(...delaysMs)).toBeLessThan(ONE_REFRESH_MS);
    if (door === 'mount') expect(board.hasDataServer).toBe(true);
  }
});

describe.skipIf(PYTHON_MISSING !== null)('a run that is met before its first row', () => {
  it('goes on in TensorBoard, by the Python loader', async () => {
    await using folder = await temporaryFolder();
    const log = new WandbLogWriter().begin('early');
    await folder.write(EARLY, log.bytes());
    await using served = await serveRuns(join(folder.path, 'wandb'), join(folder.path, 'served'), []);
    await using board = await TensorBoard.start(`webhdfs://127.0.0.1:${served.port}/acme/research`);
    await board.until(
      () => board.runs(),
      (runs) => runs.includes('early'),
    );
    for (let step = 0; step < 5; step++) log.row({ loss: step, _step: step, _timestamp: 1.7e9 + step });
    await folder.write(EARLY, log.bytes());
    const shown = async () => (await board.scalars('early', 'loss').catch(() => [])).length;
    await board.until(shown, (points) => points === 5);
    expect(board.hasDataServer).toBe(false);
  });
});
