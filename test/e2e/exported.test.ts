/** Runs of the real SDK, exported: both of TensorBoard's loaders show of the folder what was logged. @module */

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TemporaryFolder, temporaryFolder } from '../support/local-runs.ts';
import { runProgram } from '../support/program.ts';
import { PYTHON_MISSING } from '../support/python.ts';
import { copyRecordedRuns, type RecordedRuns } from '../support/recorded-runs.ts';
import { expectAllShown, sdkRuns } from '../support/sdk-runs.ts';
import { serveRuns } from '../support/served-runs.ts';
import { TensorBoard } from '../support/tensorboard.ts';

const SOME_POINTS = 1000;

describe.skipIf(PYTHON_MISSING !== null)('exported runs of the real SDK', () => {
  let folder: TemporaryFolder;
  let recorded: RecordedRuns;

  beforeAll(async () => {
    folder = await temporaryFolder();
    recorded = await copyRecordedRuns(folder.path, ['scalars', 'sweep', 'resume', 'hostile']);
  });

  afterAll(async () => {
    await folder?.[Symbol.asyncDispose]();
  });

  it.each([
    ['the Rust loader', ['--load_fast', 'true'], true],
    ['the Python loader', ['--load_fast=false'], false],
  ])('are shown as logged by %s', async (_, loader, isRust) => {
    const out = join(folder.path, 'out');
    const { code, stderr } = await runProgram(['export', recorded.wandb, out], { cwd: folder.path });
    expect([code, stderr]).toEqual([0, '']);
    await using served = await serveRuns(recorded.wandb, join(folder.path, 'served'));
    const expected = await sdkRuns(served);
    const all = ['--samples_per_plugin', 'scalars=1000000,text=1000000'];
    await using board = await TensorBoard.start(join(out, 'acme'), [...loader, ...all]);
    await board.until(
      () => board.runs(),
      (runs) => expected.every(({ run }) => runs.includes(run)),
      { timeoutMs: 120_000, everyMs: 500 },
    );
    expect(await expectAllShown(board, expected)).toBeGreaterThan(SOME_POINTS);
    expect(board.hasDataServer).toBe(isRust);
    expect(board.output).not.toMatch(/Traceback/);
  });
});
