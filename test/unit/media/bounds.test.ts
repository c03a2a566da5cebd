/** However many and large media are: what is fetched, what is held, and what is drawn has bounds. @module */

import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { DEFAULT_MEDIA } from '../../../src/eventfile/index.ts';
import { PLUGINS } from '../../../src/plugins/index.ts';
import { scalarsOf } from '../../support/event-reader.ts';
import { collect, eventPath, readWhole, signal } from '../../support/house.ts';
import {
  jsonCell,
  MEDIA_RUN_PATH,
  type MediaHouse,
  mediaHouse,
  pictureJson,
  stringsOf,
  tableJson,
} from '../../support/media-run.ts';
import { EVERYTHING, pluginOf, providerOver, readScalars } from '../../support/provider.ts';
import { exitRecord, row } from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

const MIB = 1024 * 1024;
const BOXES = JSON.stringify({
  box_data: [{ position: { minX: 0, maxX: 1, minY: 0, maxY: 1 }, class_id: 1 }],
});

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const bytes = Buffer.alloc(body.length + 8);
  bytes.writeUInt32BE(data.length, 0);
  body.copy(bytes, 4);
  bytes.writeUInt32BE(crc32(body), body.length + 4);
  return bytes;
}

/** A black picture whose file is some thousandth of its pixels. */
function hugePng(side: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  // One bit for a pixel.
  header[8] = 1;
  const rows = Buffer.alloc(side * (1 + Math.ceil(side / 8)));
  const parts = [chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...parts]);
}

const boxesOf = (name: string) => ({ boxes: { truth: { path: name, size: BOXES.length } } });

async function gauge({ metrics }: MediaHouse, name: string): Promise<number> {
  const { body } = await metrics.expose();
  return Number(new RegExp(`^wandb_logdir_${name} (.+)$`, 'm').exec(body)?.[1]);
}

describe('a picture that is small as a file and large as pixels', () => {
  it('is shown as it was logged, without its boxes', async () => {
    const bomb = hugePng(20_000);
    const source = new ScriptedSource();
    source.files.set('media/images/bomb.png', bomb).set('media/boxes.json', BOXES);
    const json = pictureJson('media/images/bomb.png', bomb, boxesOf('media/boxes.json'));
    const before = process.memoryUsage().rss;
    await using house = await mediaHouse([row(0, {}, [jsonCell('bomb', json)]), exitRecord()], { source });
    const [strings] = stringsOf((await house.file()).events, 'bomb');
    expect(strings?.map(({ length }) => length)).toEqual([1, 1, bomb.length]);
    const provider = providerOver(house);
    const read = await provider.read(pluginOf('images'), EVERYTHING, 10, { signal });
    const [, points] = (read.dataClass === 'blob-sequence' && read.entries[0]?.tags[0]) || [];
    const found = await collect(provider.readBlob(points![0]!.blobKeys[2]!, { signal }));
    expect(found.equals(bomb)).toBe(true);
    // Its pixels would take 1.6 GB.
    expect(process.memoryUsage().rss - before).toBeLessThan(500 * MIB);
  });
});

describe('a table of a million rows', () => {
  it('is told of with its counts, and is not fetched', async () => {
    const source = new ScriptedSource();
    const bytes = () => {
      throw new Error('nobody may read it');
    };
    source.files.set('media/table/a.table.json', { size: 60 * MIB, bytes });
    const json = tableJson('media/table/a.table.json', '', { nrows: 1e6, ncols: 3, size: 60 * MIB });
    const unsized = { ...json, size: undefined };
    const cells = [jsonCell('told', json), jsonCell('untold', unsized)];
    await using house = await mediaHouse([row(0, {}, cells), exitRecord()], { source });
    const { events } = await house.file();
    expect(stringsOf(events, 'told')[0]?.[0]).toMatch(/1,000,000 rows.*60.0 MiB.*larger than 1.0 MiB/s);
    expect(stringsOf(events, 'untold')[0]?.[0]).toMatch(/1,000,000 rows/);
    expect(new Set(source.opened)).toEqual(new Set(['media/table/a.table.json']));
  });
});

describe('a picture of a gigabyte', () => {
  const SIZE = 1024 * MIB;
  const NAME = 'media/images/vast.png';
  const TOLD = pictureJson(NAME, '', { size: SIZE, sha256: undefined });

  /** `json`: what its value says of it. Its bytes do not exist. */
  async function vastHouse(json: object): Promise<MediaHouse & { readonly reads: () => number }> {
    let reads = 0;
    const bytes = () => {
      reads++;
      throw new Error('nobody may read it');
    };
    const source = new ScriptedSource();
    source.files.set(NAME, { size: SIZE, bytes });
    const house = await mediaHouse([row(0, { loss: 1 }, [jsonCell('vast', json)]), exitRecord()], { source });
    return { ...house, reads: () => reads };
  }

  it('has its exact size in every list, and no list, page or chart reads it', async () => {
    await using house = await vastHouse(TOLD);
    const [run] = [...house.history.catalogue.runs.values()];
    await run!.update();
    await house.tree.list(MEDIA_RUN_PATH, { signal });
    const folder = `${MEDIA_RUN_PATH}/@files/media/images`;
    expect(await house.tree.list(folder, { signal })).toMatchObject([{ name: 'vast.png', size: SIZE }]);
    const cached = { signal, freshness: 'cached' } as const;
    expect(await house.tree.stat(`${folder}/vast.png`, cached)).toMatchObject({ size: SIZE });
    const { media } = await house.overview.run('acme', 'research', 'pictures', { signal });
    expect(media.values).toMatchObject([{ key: 'vast', files: [{ size: SIZE }] }]);
    const provider = providerOver(house);
    for (const plugin of PLUGINS) await provider.list(plugin, EVERYTHING, { signal });
    await provider.read(pluginOf('images'), EVERYTHING, 10, { signal });
    const [loss] = Object.values(await readScalars(provider, EVERYTHING, 10));
    expect(loss?.['loss']?.values).toHaveLength(1);
    const pictures = house.source.opened.filter((name) => name.endsWith('.png'));
    expect([pictures, house.reads()]).toEqual([[], 0]);
  });

  it.each([
    ['as its value says', TOLD],
    ['as its file says', { ...TOLD, size: undefined }],
  ])('is left out of the event file as too large, %s, and run.json names it', async (_, json) => {
    await using house = await vastHouse(json);
    const { bytes, events } = await house.file();
    expect(bytes.length).toBeLessThan(MIB);
    expect([stringsOf(events, 'vast'), scalarsOf(events).get('loss')]).toEqual([[], [[0, 1]]]);
    const { notShown } = JSON.parse(String(await readWhole(house.tree, `${MEDIA_RUN_PATH}/run.json`)));
    expect(notShown).toEqual([
      {
        ...{ key: 'vast', type: 'image-file', count: 1, path: '@files/media/images' },
        reason: expect.stringContaining('--media-max-value-bytes'),
      },
    ]);
    expect([house.reads(), await gauge(house, 'media_memory_bytes')]).toEqual([0, 0]);
  });
});

describe('two hundred pictures of one row', () => {
  it('are in the file, asked for together, drawn onto', async () => {
    const source = new ScriptedSource();
    const background = { r: 9, g: 9, b: 9 };
    const png = await sharp({ create: { width: 256, height: 256, channels: 3, background } })
      .png()
      .toBuffer();
    const names = Array.from({ length: 200 }, (_, i) => `media/images/many_${i}.png`);
    for (const name of names) source.files.set(name, png);
    source.files.set('media/boxes.json', BOXES);
    const json = {
      ...{ _type: 'images/separated', width: 256, height: 256, filenames: names },
      all_boxes: names.map(() => boxesOf('media/boxes.json').boxes),
    };
    await using house = await mediaHouse([row(0, {}, [jsonCell('many', json)]), exitRecord()], { source });
    const [strings] = stringsOf((await house.file()).events, 'many');
    expect(strings).toHaveLength(2 + 2 * names.length);
    expect(new Set(strings?.slice(2, 202)).size).toBe(1);
    expect(strings?.slice(202).every((bytes) => bytes === png.toString('latin1'))).toBe(true);
    // Each file once: lengths together, and the file ahead of who reads it.
    expect(source.opened.length).toBe(names.length + 1);
    expect(source.asked.length).toBeLessThan(5);
  });
});

describe('ten thousand pictures of a megabyte', () => {
  const COUNT = 10_000;
  const nameOf = (i: number) => `media/images/big_${i}_aa.png`;
  const cellOf = (i: number) =>
    jsonCell('big', { _type: 'image-file', format: 'png', width: 9, height: 9, path: nameOf(i), size: MIB });

  function bigSource(reading: 'eager' | 'on-demand' = 'eager'): ScriptedSource {
    const source = new ScriptedSource({ reading });
    const bytes = () => Buffer.alloc(MIB, 7);
    for (let i = 0; i < COUNT; i++) source.files.set(nameOf(i), { size: MIB, bytes });
    source.batchSize = 500;
    return source;
  }
  const records = [
    ...Array.from({ length: COUNT }, (_, i) => row(i, { loss: i }, [cellOf(i)])),
    exitRecord(),
  ];

  it.each(['sampled', 'all'] as const)(
    'cost nothing to list; who reads the file fetches those in it: %s',
    async (mode) => {
      const source = bigSource();
      const memoryMaxBytes = 32 * MIB;
      const media = { ...DEFAULT_MEDIA, mode };
      await using house = await mediaHouse(records, { source, memoryMaxBytes, media });
      const [run] = [...house.history.catalogue.runs.values()];
      await run!.update();
      for (const freshness of ['cached', 'refresh', 'complete'] as const) {
        await house.tree.list(MEDIA_RUN_PATH, { signal });
        await house.tree.stat(await eventPath(house.tree, MEDIA_RUN_PATH), { signal, freshness });
      }
      for (const plugin of PLUGINS) await providerOver(house).list(plugin, EVERYTHING, { signal });
      expect(source.opened).toEqual([]);
      const bytes = await readWhole(house.tree, await eventPath(house.tree, MEDIA_RUN_PATH));
      // 32 MiB of a file, which has more than its pictures.
      const shown = 31;
      expect(bytes.length).toBeLessThan(DEFAULT_MEDIA.maxFileBytes + 4 * MIB);
      expect(new Set(source.opened).size).toBe(shown);
      expect(source.opened.length).toBe(shown);
      // A sample leaves room for later ones; of all of them there are the first.
      const rare = [320, 352, 640, 704, 1280, 2560, 2816, 5120];
      const wanted = mode === 'all' ? Array.from({ length: shown }, (_, i) => i) : rare;
      expect(source.opened.slice(-wanted.length)).toEqual(wanted.map(nameOf));
      expect(await gauge(house, 'media_memory_bytes')).toBeLessThanOrEqual(memoryMaxBytes / 2);
      expect(await gauge(house, 'media_memory_bytes')).toBeGreaterThan(0);
    },
  );
});
