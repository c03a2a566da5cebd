/** Drawings of the golden files are what their boxes come to, pixel by pixel: another zlib may pack them otherwise. @module */

import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { draw } from '../../../src/media/drawing.ts';
import { mediaFiles } from '../../../src/plugins/index.ts';
import { type GoldenCase, readGolden } from '../../support/golden-summaries.ts';

const NAMELESS = { box: () => undefined, mask: () => undefined };

async function pixelsOf(png: Uint8Array) {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  return { pixels: data.toString('hex'), width: info.width, height: info.height };
}

/** Pictures of a case with boxes: what is drawn now, and what the case says. */
async function drawingsOf({ logged }: GoldenCase) {
  if (logged.kind !== 'cell') return [];
  const { text, blobs = {}, drawings = {} } = logged;
  const fileOf = (name: string) => Buffer.from(blobs[name] ?? '', 'hex');
  const pictures = mediaFiles(text).filter(({ boxes }) => boxes.length > 0);
  return await Promise.all(
    pictures.map(async ({ file, boxes }) => {
      const layers = boxes.map((layer) => ({ name: layer.name, json: fileOf(layer.file.file) }));
      const picture = fileOf(file.file);
      const drawn = await draw({ picture, boxes: layers, masks: [], labels: NAMELESS });
      const golden = Buffer.from(drawings[file.file] ?? '', 'hex');
      return { drawn: await pixelsOf(drawn!), golden: await pixelsOf(golden) };
    }),
  );
}

describe('a golden picture with boxes', () => {
  it('is drawn as its file says', async () => {
    const found = (await Promise.all(readGolden('images').map(drawingsOf))).flat();
    expect(found.length).toBeGreaterThan(0);
    expect(found.map(({ drawn }) => drawn)).toEqual(found.map(({ golden }) => golden));
  });
});
