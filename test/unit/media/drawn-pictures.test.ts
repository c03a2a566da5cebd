/** Pictures with boxes in event files: what was drawn stays as it was, and is drawn anew at once where it can't be. @module */

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { ofKey } from '../../../src/media/contents.ts';
import { isLate, lineText, parseLine } from '../../../src/media/ledger-line.ts';
import { readWhole } from '../../support/house.ts';
import { temporaryFolder } from '../../support/local-runs.ts';
import { jsonCell, MEDIA_RUN, mediaHouse, pictureJson, stringsOf } from '../../support/media-run.ts';
import { configRecord, exitRecord, row } from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

const BOXES = JSON.stringify({
  box_data: [{ position: { minX: 0, maxX: 1, minY: 0, maxY: 1 }, class_id: 1 }],
});
const NAMES = [0, 1, 2].map((step) => `media/images/cat_${step}_aa.png`);
let png: Buffer;
beforeAll(async () => {
  const background = { r: 9, g: 9, b: 9 };
  png = await sharp({ create: { width: 300, height: 300, channels: 3, background } })
    .png()
    .toBuffer();
});

const labels = (name: string) =>
  configRecord({
    _wandb: { 'bounding_box/class_labels': { cat_wandb_delimeter_truth: { value: { 1: name } } } },
  });
const cellOf = (name: string) =>
  jsonCell(
    'cat',
    pictureJson(name, png, { width: 300, height: 300, boxes: { truth: { path: 'media/boxes.json' } } }),
  );
const rows = () => NAMES.map((name, step) => row(step, { loss: step }, [cellOf(name)]));

function pictures(): ScriptedSource {
  const source = new ScriptedSource();
  for (const name of NAMES) source.files.set(name, png);
  source.files.set('media/boxes.json', BOXES);
  return source;
}

/** As another version of the library would have drawn them. */
async function drawOtherwise(cacheDir: string): Promise<void> {
  const names = await readdir(cacheDir, { recursive: true });
  const path = join(cacheDir, names.find((name) => name.endsWith('.media.jsonl'))!);
  const lines = (await readFile(path, 'utf8')).split('\n').flatMap((text) => {
    const line = parseLine(text);
    if (line === undefined || isLate(line)) return text === '' ? [] : [`${text}\n`];
    const [key, decision] = line;
    const isOther = ofKey(key).isDrawn && 'size' in decision;
    return [lineText(isOther ? [key, { ...decision, crc: 1 }] : line)];
  });
  await writeFile(path, lines.join(''));
}

describe('a picture with boxes', () => {
  it('stays as it was drawn when its classes get other names', async () => {
    await using folder = await temporaryFolder();
    const source = pictures();
    let first: { path: string; bytes: Buffer };
    {
      const records = [labels('tabby'), ...rows()];
      await using house = await mediaHouse(records, { source, cacheDir: folder.path });
      first = await house.file();
      source.push(
        MEDIA_RUN,
        labels('a cat that purrs'),
        row(3, { loss: 1 }, [cellOf(NAMES[0]!)]),
        exitRecord(),
      );
    }
    await using house = await mediaHouse([], { source, cacheDir: folder.path });
    const { path, bytes, events } = await house.file();
    expect(path).toBe(first.path);
    expect(bytes.subarray(0, first.bytes.length).equals(first.bytes)).toBe(true);
    expect(bytes.length).toBeGreaterThan(first.bytes.length);
    const drawn = stringsOf(events, 'cat').map(([, , picture]) => picture);
    expect(new Set(drawn).size).toBe(1);
    expect(drawn[0]).not.toBe(png.toString('latin1'));
  });

  it('is drawn anew, with all others, where it comes out otherwise; and shown as it was logged in the end', async () => {
    await using folder = await temporaryFolder();
    const source = pictures();
    const plain = png.toString('latin1');
    let first: Buffer;
    {
      await using house = await mediaHouse([...rows(), exitRecord()], { source, cacheDir: folder.path });
      first = (await house.file()).bytes;
    }
    for (let epoch = 1; epoch <= 4; epoch++) {
      await drawOtherwise(folder.path);
      await using house = await mediaHouse([], { source, cacheDir: folder.path });
      const { path } = await house.file().catch(() => ({ path: '' }));
      const next = await house.file();
      expect(next.path).toMatch(new RegExp(`\\.r${epoch}$`));
      expect(path).not.toBe(next.path);
      const shown = stringsOf(next.events, 'cat');
      if (epoch < 4) expect(next.bytes.equals(first)).toBe(true);
      else expect(shown.map((strings) => strings.slice(2))).toEqual(NAMES.map(() => [plain]));
      expect((await readWhole(house.tree, next.path)).equals(next.bytes)).toBe(true);
    }
  });
});
