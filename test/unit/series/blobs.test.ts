/** Blob sequences: listed with how many blobs there are, read as keys, and fetched by a key when they are looked at. @module */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runKey } from '../../../src/core/index.ts';
import type { Plugin } from '../../../src/plugins/index.ts';
import type { BlobSequencePoint, DataProvider } from '../../../src/series/index.ts';
import { buildHouse, type House, signal } from '../../support/house.ts';
import { EVERYTHING, providerOver, selection } from '../../support/provider.ts';
import { configRecord, factsRecord, row } from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

const IMAGE = 'media/images/a.png';

/** Shows one picture of each run: its width and height, which are at hand, and a saved file. */
const PICTURES: Plugin = {
  name: 'pictures',
  dataClass: 'blob-sequence',
  typeName: 'picture',
  reservedTags: [],
  current: {
    shows: ({ config }) => config.length > 0,
    summaries: (runs) =>
      runs.map(() => [
        {
          tag: 'picture',
          step: 3,
          wallTime: 5,
          content: {
            metadata: { pluginData: { pluginName: 'pictures' } },
            tensor: {
              shape: [3],
              strings: [Buffer.from('640'), Buffer.from('480'), { file: IMAGE, size: 4, digest: null }],
            },
          },
        },
      ]),
  },
};

let source: ScriptedSource;
let house: House;
let provider: DataProvider;
beforeEach(async () => {
  source = new ScriptedSource();
  source.files.set(IMAGE, 'png!');
  source.add(runKey('team', 'p', 'a'), [factsRecord('alpha'), configRecord({ lr: 1 }), row(0, { loss: 1 })]);
  source.add(runKey('team', 'p', 'b'), [factsRecord('beta'), row(0, { loss: 1 })]);
  source.add(runKey('team', 'q', 'c'), [factsRecord('gamma'), configRecord({ lr: 1 }), row(0, { loss: 1 })]);
  house = await buildHouse({ sources: [source] });
  provider = providerOver(house, { projects: ['team/p'] });
});
afterEach(() => house[Symbol.asyncDispose]());

async function readPoints(tags: readonly string[] | null = null): Promise<readonly BlobSequencePoint[]> {
  const read = await provider.read(PICTURES, selection(null, tags), 10, { signal });
  return read.dataClass === 'blob-sequence' ? (read.entries[0]?.tags[0]?.[1] ?? []) : [];
}

async function blob(key: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of provider.readBlob(key, { signal })) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

describe('a blob sequence', () => {
  it('is listed with the number of its blobs', async () => {
    expect(await provider.list(PICTURES, EVERYTHING, { signal })).toEqual([
      {
        run: 'alpha',
        tags: [
          [
            'picture',
            { step: 3, wallTime: 5, blobCount: 3, metadata: { pluginData: { pluginName: 'pictures' } } },
          ],
        ],
      },
    ]);
  });

  it('is read as keys by which each blob is fetched', async () => {
    const [point] = await readPoints();
    expect(await Promise.all(point!.blobKeys.map(blob))).toEqual(['640', '480', 'png!']);
    expect(await readPoints(['no such tag'])).toEqual([]);
  });

  it('is fetched when it is looked at, not before, and is a placeholder where its file is gone', async () => {
    source.files.delete(IMAGE);
    const [point] = await readPoints();
    expect(await blob(point!.blobKeys[2]!)).toBe('\0\0\0\0');
  });

  it('of a run that is not shown has no key', async () => {
    const place = { file: IMAGE, size: 4, digest: null };
    const hidden = JSON.stringify({ runId: JSON.stringify(['team', 'q', 'c']), ...place });
    await expect(blob(Buffer.from(hidden).toString('base64url'))).rejects.toMatchObject({
      code: 'not-found',
    });
    const shown = JSON.stringify({ runId: JSON.stringify(['team', 'p', 'a']), ...place });
    expect(await blob(Buffer.from(shown).toString('base64url'))).toBe('png!');
  });
});
