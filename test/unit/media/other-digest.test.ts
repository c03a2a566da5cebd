/** A file of the right length that is not the one that was logged, as its SHA-256 tells. @module */

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { placeholderFor, placeholderOf } from '../../../src/plugins/index.ts';
import { readWhole, signal } from '../../support/house.ts';
import {
  jsonCell,
  MEDIA_RUN_PATH,
  type MediaHouse,
  mediaHouse,
  pictureJson,
  stringsOf,
} from '../../support/media-run.ts';
import { EVERYTHING, pluginOf, providerOver } from '../../support/provider.ts';
import { exitRecord, row } from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

const LOGGED = 'the picture that was logged, '.repeat(5);
const OTHER = LOGGED.toUpperCase();

const SIZED = 'media/images/cat.png';
/** Lists tell neither lengths nor digests beside their names, which end in the first digits of them. */
const LISTED = `media/images/cat_0_${createHash('sha256').update(LOGGED).digest('hex').slice(0, 20)}.png`;
const LIST = { _type: 'images/separated', format: 'png', width: 4, height: 3, count: 1, filenames: [LISTED] };

async function houseWith(path: string, json: object, content: string): Promise<MediaHouse> {
  const source = new ScriptedSource();
  source.files.set(path, content);
  return await mediaHouse([row(0, { loss: 1 }, [jsonCell('cat', json)]), exitRecord()], { source });
}

async function lossesOf({ tree }: MediaHouse): Promise<unknown[]> {
  const { notShown } = JSON.parse(String(await readWhole(tree, `${MEDIA_RUN_PATH}/run.json`)));
  return (notShown as { readonly type: string }[]).filter(({ type }) => type === 'lost');
}

/** The picture as TensorBoard gets it of a data server. */
async function shownPicture(house: MediaHouse): Promise<Buffer> {
  const provider = providerOver(house);
  const read = await provider.read(pluginOf('images'), EVERYTHING, 10, { signal });
  const [, points] = (read.dataClass === 'blob-sequence' && read.entries[0]?.tags[0]) || [];
  const pieces: Uint8Array[] = [];
  for await (const piece of provider.readBlob(points![0]!.blobKeys[2]!, { signal })) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe.each([
  [
    'whose length and digest were logged',
    SIZED,
    pictureJson(SIZED, LOGGED),
    placeholderOf(SIZED, OTHER.length),
  ],
  ['of a list', LISTED, LIST, placeholderFor(LISTED)],
])('a picture %s', (_, path, json, placeholder) => {
  it('is a placeholder of its length in the event file where its file is another, and run.json names it', async () => {
    await using house = await houseWith(path, json, OTHER);
    const { events } = await house.file();
    const [strings] = stringsOf(events, 'cat');
    expect(strings?.[2]).toBe(Buffer.from(placeholderOf(path, OTHER.length)).toString('latin1'));
    expect(await lossesOf(house)).toEqual([
      expect.objectContaining({
        ...{ key: null, count: 1 },
        reason: `${path} is not the file that was logged: its digest differs`,
      }),
    ]);
  });

  it('is a placeholder of the data provider, too', async () => {
    await using house = await houseWith(path, json, OTHER);
    expect((await shownPicture(house)).equals(placeholder)).toBe(true);
  });

  it('is shown as it was logged where its file is that one', async () => {
    await using house = await houseWith(path, json, LOGGED);
    const { events } = await house.file();
    expect(stringsOf(events, 'cat')[0]?.[2]).toBe(LOGGED);
    expect(await lossesOf(house)).toEqual([]);
    expect(String(await shownPicture(house))).toBe(LOGGED);
  });
});
