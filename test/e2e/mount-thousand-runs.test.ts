/** Many runs through the mount: TensorBoard's Rust loader, which keeps a file open for each, loses none. @module */

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeClonedRuns } from '../../bench/cloned-runs.ts';
import { temporaryFolder } from '../support/local-runs.ts';
import { MOUNTING_MISSING } from '../support/mounting.ts';
import { PYTHON_MISSING } from '../support/python.ts';
import { scaled } from '../support/scale.ts';
import { serveRuns } from '../support/served-runs.ts';
import { TensorBoard } from '../support/tensorboard.ts';

const SHAPE = { project: 'thousand', runs: scaled(300, 1000), tags: 4, rows: 50 };
/** As docs/MOUNT.md says: a process may usually have 1,024 files open, which does not do. */
const MAX_FILES = 4096;
const ASKED_AT_A_TIME = 20;

describe.skipIf((MOUNTING_MISSING ?? PYTHON_MISSING) !== null)(`${SHAPE.runs} runs through the mount`, () => {
  it('are all shown, with every point', async () => {
    await using folder = await temporaryFolder();
    const source = join(folder.path, 'wandb');
    writeClonedRuns(source, SHAPE);
    const mountPoint = join(folder.path, 'mnt');
    await using _served = await serveRuns(source, join(folder.path, 'served'), ['--mount', mountPoint]);
    const logdir = join(mountPoint, 'acme', SHAPE.project);
    await using board = await TensorBoard.start(logdir, [], { maxFiles: MAX_FILES });
    const tags = await board.until(
      () => board.scalarTags(),
      (of) => Object.values(of).flat().length === SHAPE.runs * SHAPE.tags,
      { everyMs: 1000 },
    );
    const runs = Object.keys(tags).toSorted();
    expect(runs).toEqual(Array.from({ length: SHAPE.runs }, (_, i) => `thousand-${`${i}`.padStart(4, '0')}`));
    const counts = new Map<number, number>();
    for (let at = 0; at < runs.length; at += ASKED_AT_A_TIME) {
      const some = runs
        .slice(at, at + ASKED_AT_A_TIME)
        .map((run) => board.scalars(run, tags[run]![at % SHAPE.tags]!));
      for (const { length } of await Promise.all(some)) counts.set(length, (counts.get(length) ?? 0) + 1);
    }
    expect([...counts]).toEqual([[SHAPE.rows, SHAPE.runs]]);
    expect(board.hasDataServer).toBe(true);
    expect(board.output).not.toMatch(/Traceback|Too many open files/);
    console.log(`${runs.length} runs, ${SHAPE.rows} points of each: all shown`);
  });
});
