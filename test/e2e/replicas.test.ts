/** A real TensorBoard whose every request goes to the other of two replicas, as docs/SCALING.md says of local runs. @module */

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GrowingLog } from '../support/growing-log.ts';
import { temporaryFolder } from '../support/local-runs.ts';
import { PYTHON_MISSING } from '../support/python.ts';
import { startRoundRobin } from '../support/round-robin.ts';
import { IS_FULL } from '../support/scale.ts';
import { serveRuns } from '../support/served-runs.ts';
import { TensorBoard } from '../support/tensorboard.ts';

const MISSING = PYTHON_MISSING ?? (IS_FULL ? null : 'for full scale');
const ALONE = ['--grpc-port', 'off'];
const STRETCHES = 60;
const ROWS_EACH = 50;

describe.skipIf(MISSING !== null)(
  `TensorBoard before two replicas${MISSING ? ` (skipped: ${MISSING})` : ''}`,
  () => {
    it.each([
      ['a cache each', ['a', 'b']],
      ['one cache directory', ['a', 'a']],
    ])('with %s shows every point of a local run that grows', async (_name, [first, second]) => {
      await using folder = await temporaryFolder();
      const log = new GrowingLog({ runId: 'live', rowsEach: ROWS_EACH, everyMs: 250 });
      await log.begin(folder);
      await using a = await serveRuns(folder.path, join(folder.path, first!), ALONE);
      await using b = await serveRuns(folder.path, join(folder.path, second!), ALONE);
      await using balancer = await startRoundRobin([a.port, b.port]);
      const logdir = `webhdfs://127.0.0.1:${balancer.port}/acme/research`;
      await using board = await TensorBoard.start(logdir, ['--samples_per_plugin', 'scalars=1000000']);
      await log.growBy(STRETCHES - 1);
      await log.end();
      const shown = await board.until(
        () => board.scalars('live', 'loss'),
        ({ length }) => length >= STRETCHES * ROWS_EACH,
      );
      expect(shown.map(([, step, value]) => [step, value])).toEqual(
        Array.from({ length: STRETCHES * ROWS_EACH }, (_, step) => [step, Math.fround(1 / (step + 1))]),
      );
      expect(Math.min(...balancer.counts)).toBeGreaterThan(50);
      expect(board.output).not.toMatch(/DataLoss|corrupt|Traceback|Unable to get/i);
    });
  },
);
