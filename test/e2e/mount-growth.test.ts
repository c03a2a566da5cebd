/** A file that grows while many processes read it through the mount: no read ever gives a byte that will not stay. @module */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type RunRecord, runKey } from '../../src/core/index.ts';
import { runReaders, total } from '../support/file-readers.ts';
import { buildHouse, COMPLETE, eventPath, type House, readWhole } from '../support/house.ts';
import { temporaryFolder } from '../support/local-runs.ts';
import { MOUNTING_MISSING, mountTree } from '../support/mounting.ts';
import { PYTHON3_MISSING } from '../support/posix-check-list.ts';
import { exitRecord, factsRecord, row } from '../support/records.ts';
import { scaled } from '../support/scale.ts';
import { ScriptedSource } from '../support/scripted-source.ts';

const READERS = 16;
const OPERATIONS = scaled(8000, 50_000);
const ROWS = scaled(20_000, 80_000);
/** The run grows this often, spread over the operations, and is whole before the last of them. */
const STEPS = scaled(20, 60);
const KEY = runKey('acme', 'research', 'growing');
const RUN = 'acme/research/growing';

/** Sixteen values a row, and a short row now and then: some 17 MB of events of the most rows. */
const ROW_RECORDS: readonly RunRecord[] = Array.from({ length: ROWS }, (_, step) => {
  const count = step % 10 === 9 ? 3 : 16;
  return row(step, Object.fromEntries(Array.from({ length: count }, (_unused, k) => [`m/${k}`, step + k])));
});

describe.skipIf((MOUNTING_MISSING ?? PYTHON3_MISSING) !== null)('a run that grows, through the mount', () => {
  it(`reads right ${OPERATIONS} times in ${READERS} processes`, async () => {
    await using folder = await temporaryFolder();
    const oracle = join(folder.path, 'oracle');
    const size = await writeOracle(oracle);
    const source = new ScriptedSource();
    source.batchSize = 5000;
    source.add(KEY, [factsRecord('growing')]);
    await using house = await buildHouse({ sources: [source], memoryMaxBytes: 8e6 });
    house.history.watch();
    let grown = 0;
    const growTo = (steps: number) => {
      const [from, to] = [grown, Math.min(STEPS, steps)].map((step) => Math.round((ROWS * step) / STEPS));
      if (to! > from!)
        source.push(KEY, ...ROW_RECORDS.slice(from, to), ...(to === ROWS ? [exitRecord()] : []));
      grown = Math.max(grown, steps);
    };
    growTo(1);
    await house.tree.stat(`${RUN}/run.json`, COMPLETE);
    await using mount = await mountTree(house.tree);
    const file = join(mount.directory, await eventPath(house.tree, RUN));
    const readers = await runReaders({
      ...{ file, oracle, readers: READERS, operations: OPERATIONS },
      onProgress: (share) => growTo(Math.ceil((share / 0.9) * STEPS)),
    });
    expect(readers.flatMap(({ wrong }) => wrong)).toEqual([]);
    expect(total(readers, ({ parts }) => parts)).toBe(0);
    const operations = total(readers, (report) => report.operations);
    const gigabytes = total(readers, ({ bytes }) => bytes) / 1e9;
    console.log(
      `${operations} reads of ${gigabytes.toFixed(1)} GB in ${READERS} processes, of a file that grew ${STEPS} times to ${size} bytes: all right`,
    );
    expect([readers.length, operations]).toEqual([READERS, OPERATIONS]);
    // The test means something only if readers saw the file grow.
    expect(Math.min(...readers.map(({ sizes }) => sizes))).toBeGreaterThan(STEPS / 4);
  });
});

/** The file as it will be: made by a house of its own from the whole run. */
async function writeOracle(path: string): Promise<number> {
  const source = new ScriptedSource();
  source.batchSize = 5000;
  source.add(KEY, [factsRecord('growing'), ...ROW_RECORDS, exitRecord()]);
  await using house = await buildHouse({ sources: [source] });
  const bytes = await finalBytes(house);
  await writeFile(path, bytes);
  return bytes.length;
}

async function finalBytes(house: House): Promise<Buffer> {
  await house.tree.stat(`${RUN}/run.json`, COMPLETE);
  return await readWhole(house.tree, await eventPath(house.tree, RUN));
}
