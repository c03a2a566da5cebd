/** Ranges of an event file that lie in several segments at hand. */

import { describe, expect, it } from 'vitest';
import { PiecesAtHand, runKey } from '../../../src/core/index.ts';
import { buildHouse, COMPLETE, collect, eventPath, readWhole, signal } from '../../support/house.ts';
import { ask, serveTree } from '../../support/http-door.ts';
import { factsRecord, row } from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

/** Of an event each: some 600 KB, which is three segments. */
const ROWS = 3000;
const VALUES = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`some/metric/number${i}`, i / 3]));

async function house() {
  const source = new ScriptedSource();
  source.batchSize = 1000;
  const records = Array.from({ length: ROWS }, (_, step) => row(step, VALUES));
  source.add(runKey('e', 'p', 'r'), [factsRecord('r'), ...records]);
  const built = await buildHouse({ sources: [source] });
  await built.tree.stat('e/p/r/run.json', COMPLETE);
  return { built, path: await eventPath(built.tree, 'e/p/r') };
}

describe('a range over several segments', () => {
  it('is given in pieces to who asks for them, and otherwise as one, with the same bytes', async () => {
    const { built, path } = await house();
    await using _closed = built;
    const whole = await readWhole(built.tree, path);
    expect(whole.length).toBeGreaterThan(600_000);
    const range = { start: 200_000, end: 560_000 };
    await using file = await built.tree.open(path, COMPLETE);
    // The first reading has its segments made.
    await collect(file.read(range, { signal }));
    const pieces = file.read(range, { signal, inPieces: true });
    expect(pieces).toBeInstanceOf(PiecesAtHand);
    expect((pieces as PiecesAtHand).byteLength).toBe(range.end - range.start);
    expect((pieces as PiecesAtHand).pieces.length).toBeGreaterThan(1);
    const expected = whole.subarray(range.start, range.end);
    expect(await collect(pieces)).toEqual(expected);
    const joined = file.read(range, { signal });
    expect(joined).toBeInstanceOf(Uint8Array);
    expect(Buffer.from(joined as Uint8Array)).toEqual(expected);
  });

  it('comes over HTTP as it is, however often it is asked for, and without bytes for HEAD', async () => {
    const { built, path } = await house();
    await using _closed = built;
    const whole = await readWhole(built.tree, path);
    await using server = await serveTree(built.tree);
    const url = `/logdir/${path}`;
    for (const [first, last] of [
      [0, 300_000],
      [262_000, 262_200],
      [100, 524_600],
      [0, whole.length - 1],
    ] as const) {
      const headers = { range: `bytes=${first}-${last}` };
      for (let time = 0; time < 3; time++) {
        const { status, headers: told, body } = await ask(server, url, { headers });
        expect(status).toBe(206);
        expect(told['content-length']).toBe(`${last + 1 - first}`);
        expect(told['content-range']).toBe(`bytes ${first}-${last}/${whole.length}`);
        expect(body.equals(whole.subarray(first, last + 1))).toBe(true);
      }
      expect((await ask(server, url, { headers, method: 'HEAD' })).body).toHaveLength(0);
    }
  });
});
