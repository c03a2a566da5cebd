/**
 * The real TensorBoard over `s3://wandb/entity/project`, on the built program that serves a W&B server: runs grow, the
 * server goes away and comes back, and TensorBoard, whose reader of S3 ends for good on one failure, shows every point.
 * @module
 */

import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/local-runs.ts';
import { PYTHON_MISSING } from '../support/python.ts';
import { IS_FULL, scaled } from '../support/scale.ts';
import { type ServedRuns, serveRuns } from '../support/served-runs.ts';
import { TensorBoard } from '../support/tensorboard.ts';
import {
  answerStatus,
  resetAfter,
  startWandbServer,
  type WandbServer,
} from '../support/wandb-server/index.ts';

const ROWS = 40;
/** Longer than boto3 tries a request again: by then the reader would have ended. */
const OUTAGE_MS = scaled(12_000, 40_000);

const rows = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => ({ _step: from + index, loss: from + index }));

async function serve(server: WandbServer, folder: string): Promise<ServedRuns> {
  const words = ['--base-url', server.url, '--refresh-interval', '1s', '--s3-port', '0'];
  return await serveRuns('acme/research', folder, words, { WANDB_API_KEY: server.apiKey });
}

async function openBoard(served: ServedRuns): Promise<TensorBoard> {
  const AWS_ENDPOINT_URL = await served.s3Endpoint();
  const variables = { AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any', AWS_ENDPOINT_URL };
  return await TensorBoard.start('s3://wandb/acme/research', [], { variables });
}

/** Waits until a run has so many points, and holds them against what was logged. */
async function shows(board: TensorBoard, run: string, count: number): Promise<void> {
  const points = await board.until(
    () => board.scalars(run, 'loss'),
    (shown) => shown.length >= count,
  );
  expect(points.map(([, step, value]) => [step, value])).toEqual(
    rows(0, count).map(({ loss }) => [loss, loss]),
  );
}

/** Requests by S3 so far, by status. */
async function requests(served: ServedRuns): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`${served.url}/metrics`)).text();
  const counts = new Map<string, number>();
  for (const [, status, count] of text.matchAll(
    /http_requests_total\{route="s3",[^}]*status="(\d+)"\} (\d+)/g,
  ))
    counts.set(status!, (counts.get(status!) ?? 0) + Number(count));
  return counts;
}

const sum = (counts: ReadonlyMap<string, number>) => [...counts.values()].reduce((a, b) => a + b, 0);

describe.skipIf(PYTHON_MISSING !== null)('TensorBoard over S3', () => {
  it('shows runs as they grow, through an outage of the server and after it', async () => {
    await using folder = await temporaryFolder();
    await using server = await startWandbServer();
    const project = server.store.project('acme', 'research');
    project.addRun({ id: 'ended', displayName: 'ended', rows: rows(0, ROWS) }).finish();
    const run = project.addRun({ id: 'growing', displayName: 'a growing one', rows: rows(0, ROWS) });
    await using served = await serve(server, folder.path);
    await using board = await openBoard(served);
    await shows(board, 'ended', ROWS);
    await shows(board, 'a growing one', ROWS);

    run.append(rows(ROWS, 2 * ROWS));
    await shows(board, 'a growing one', 2 * ROWS);

    server.faults.add({ match: {}, effect: resetAfter(0) });
    run.append(rows(2 * ROWS, 3 * ROWS));
    const before = sum(await requests(served));
    await delay(OUTAGE_MS);
    // It went on asking, and has what it had.
    expect(sum(await requests(served))).toBeGreaterThan(before + 10);
    await shows(board, 'ended', ROWS);
    await shows(board, 'a growing one', 2 * ROWS);

    server.faults.clear();
    project.addRun({ id: 'late', displayName: 'late', rows: rows(0, ROWS) }).finish();
    await shows(board, 'a growing one', 3 * ROWS);
    await shows(board, 'late', ROWS);

    const statuses = await requests(served);
    expect([...statuses.keys()].filter((status) => !['200', '206', '416'].includes(status))).toEqual([]);
    // The end of each file, at every poll.
    expect(statuses.get('416')).toBeGreaterThan(10);
    expect(board.output).not.toMatch(/Traceback|Error/);
  });

  it.runIf(IS_FULL)('waits for a server that is away when it starts, and then shows its runs', async () => {
    await using folder = await temporaryFolder();
    await using server = await startWandbServer();
    const project = server.store.project('acme', 'research');
    project.addRun({ id: 'ended', displayName: 'ended', rows: rows(0, ROWS) }).finish();
    server.faults.add({ match: {}, effect: answerStatus(503) });
    await using served = await serve(server, folder.path);
    await using board = await openBoard(served);
    await delay(OUTAGE_MS);
    server.faults.clear();
    await shows(board, 'ended', ROWS);
    expect([...(await requests(served)).keys()].filter((status) => status.startsWith('5'))).toEqual([]);
  });
});
