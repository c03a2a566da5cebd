/** What is encoded comes back through TensorBoard's own Python reader, whatever a run logged. @module */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HistoryRow, runKey } from '../../src/core/index.ts';
import { buildHouse, COMPLETE, eventPath, readWhole } from '../support/house.ts';
import { temporaryFolder } from '../support/local-runs.ts';
import { PYTHON_MISSING, runPython } from '../support/python.ts';
import { factsRecord, row, text } from '../support/records.ts';
import { ScriptedSource } from '../support/scripted-source.ts';
import { shownTag } from '../support/shown-tag.ts';

const value = fc.oneof(
  fc.double(),
  fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, 5e-324, 3.5e38, 2 ** -149),
);
const key = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
  fc.constantFrom('..', '__proto__', 'a/b', 'nul\0', '\u202ertl', 'x'.repeat(300)),
);
const numbers = fc
  .array(fc.tuple(key, value), { minLength: 1, maxLength: 8 })
  .map((pairs) => Object.fromEntries(pairs));
const note = fc.option(fc.string({ unit: 'grapheme', maxLength: 2000 }), { freq: 3, nil: undefined });
/** Distances between steps; large ones pass 2^28, where templates end. */
const gap = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.constantFrom(1, 127, 2 ** 21, 2 ** 28, 2 ** 40));
const wallTime = fc.oneof(fc.double({ min: 0, max: 1e12, noNaN: true }), fc.constantFrom(0, 1.7e9));

const history: fc.Arbitrary<HistoryRow[]> = fc
  .array(fc.tuple(gap, numbers, note, wallTime), { minLength: 1, maxLength: 30 })
  .map((rows) => {
    let step = -1;
    return rows.map(([gap, numbers, note, wallTime]) => {
      step += gap;
      return row(step, numbers, note === undefined ? [] : [text('the note', note)], wallTime);
    });
  });

const hex = (bytes: ArrayBuffer) => Buffer.from(bytes).toString('hex');

function hexDouble(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return hex(view.buffer);
}

/** NaN has many bit patterns; the quiet one is what JavaScript and Python both write. */
function hexFloat(value: number): string {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  return hex(view.buffer);
}

function expectedLines(rows: readonly HistoryRow[]): object[] {
  return rows.flatMap(({ step, timestamp, shape, values, cells }) => {
    const at = { wall: hexDouble(timestamp), step };
    const scalars = shape.keys.map((key, i) => ({ ...at, tag: shownTag(key), value: hexFloat(values[i]!) }));
    return [...scalars, ...cells.map((cell) => ({ ...at, tag: cell.key, text: cell.text }))];
  });
}

describe.skipIf(PYTHON_MISSING !== null)("TensorBoard's own Python reader", () => {
  it('gives back what was logged', async () => {
    await using folder = await temporaryFolder();
    const runs = fc.sample(history, { numRuns: 150, seed: 20_240_601 });
    const source = new ScriptedSource();
    for (const [i, rows] of runs.entries())
      source.add(runKey('e', 'p', `r${i}`), [factsRecord(`r${i}`), ...rows]);
    await using house = await buildHouse({ sources: [source] });
    const files: string[] = [];
    for (const i of runs.keys()) {
      await house.tree.stat(`e/p/r${i}/run.json`, COMPLETE);
      files.push(join(folder.path, `${i}.tfevents`));
      await writeFile(files.at(-1)!, await readWhole(house.tree, await eventPath(house.tree, `e/p/r${i}`)));
    }
    const lines = (await runPython('read-events.py', files))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { file?: string; tag?: string });
    const given: object[][] = [];
    for (const line of lines) {
      if (line.file !== undefined) given.push([]);
      else if (!line.tag!.startsWith('wandb/')) given.at(-1)!.push(line);
    }
    expect(given).toHaveLength(runs.length);
    for (const [i, rows] of runs.entries()) expect([i, given[i]]).toEqual([i, expectedLines(rows)]);
  });
});
