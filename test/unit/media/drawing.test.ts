/** Boxes and masks are drawn where they are, in the colours of their classes; nothing hostile breaks it. @module */

import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { Canvas } from '../../../src/media/drawing/canvas.ts';
import { classColour } from '../../../src/media/drawing/colours.ts';
import { drawText, textWidth } from '../../../src/media/drawing/glyphs.ts';
import { canDraw, type DrawingInput, draw, drawnSize } from '../../../src/media/drawing.ts';

const GRAY = 100;
const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const nameless = { box: () => undefined, mask: () => undefined };
const named = (...names: readonly string[]) => ({
  box: (_: string, id: number) => names[id],
  mask: (_: string, id: number) => names[id],
});

async function picture(width: number, height = width, channels: 3 | 4 = 3): Promise<Uint8Array> {
  const background = { r: GRAY, g: GRAY, b: GRAY, alpha: 0 };
  return await sharp({ create: { width, height, channels, background } }).png().toBuffer();
}

/** A mask whose ids stand row by row. */
async function maskOf(width: number, ids: readonly number[]): Promise<Uint8Array> {
  const raw = { width, height: ids.length / width, channels: 1 } as const;
  return await sharp(Uint8Array.from(ids), { raw }).toColourspace('b-w').png().toBuffer();
}

const boxes = (...data: readonly unknown[]) => [{ name: 'pred', json: json({ box_data: data }) }];
const corners = (minX: number, maxX: number, minY: number, maxY: number) => ({ minX, maxX, minY, maxY });

async function drawn(input: Partial<DrawingInput> & Pick<DrawingInput, 'picture'>) {
  const png = await draw({ boxes: [], masks: [], labels: nameless, ...input });
  if (png === null) return null;
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const at = (x: number, y: number) => [...data.subarray((y * width + x) * channels).subarray(0, channels)];
  return { png, width, height, channels, data, at };
}

const PLAIN = [GRAY, GRAY, GRAY];
const tinted = (id: number) => classColour(id).map((part) => (part + GRAY) >> 1);

describe('a class', () => {
  it('has the same colour in every picture', () => {
    expect([undefined, 0, 1].map(classColour)).toEqual([
      [255, 214, 10],
      [43, 140, 238],
      [238, 43, 83],
    ]);
  });

  it('has a colour of its own among the first', () => {
    const colours = Array.from({ length: 24 }, (_, id) => classColour(id).join(' '));
    expect(new Set(colours).size).toBe(colours.length);
  });
});

it('can draw here', async () => {
  expect(await canDraw()).toBe(true);
});

describe('a box', () => {
  it.each([
    ['corners as fractions', { position: corners(0.25, 0.5, 0.5, 0.75) }],
    ['a middle as fractions', { position: { middle: [0.375, 0.625], width: 0.25, height: 0.25 } }],
    ['corners in pixels', { position: corners(100, 200, 200, 300), domain: 'pixel' }],
    ['corners the wrong way round', { position: corners(0.5, 0.25, 0.75, 0.5) }],
  ])('is framed by %s', async (_, box) => {
    const { at, width, height } = (await drawn({ picture: await picture(400), boxes: boxes(box) }))!;
    expect([width, height]).toEqual([400, 400]);
    const frame = classColour(undefined);
    for (const [x, y] of [
      [100, 200],
      [199, 299],
      [100, 250],
      [150, 299],
    ] as const)
      expect(at(x, y)).toEqual(frame);
    for (const [x, y] of [
      [98, 250],
      [150, 250],
      [201, 250],
      [150, 301],
    ] as const)
      expect(at(x, y)).toEqual(PLAIN);
  });

  it('has a tag in the colour of its class, above it, or in it where there is no room above', async () => {
    const labels = named('person', 'car');
    const below = { position: corners(0.5, 0.9, 0.5, 0.9), class_id: 1, scores: { acc: 0.9123 } };
    const top = { position: corners(0, 0.4, 0, 0.4), class_id: 0 };
    const { at } = (await drawn({ picture: await picture(300), boxes: boxes(below, top), labels }))!;
    expect(at(150, 145)).toEqual(classColour(1));
    expect(at(150 + textWidth('car 0.912', 1) - 1, 145)).toEqual(classColour(1));
    expect(at(150 + textWidth('car 0.912', 1), 145)).toEqual(PLAIN);
    expect(at(textWidth('person', 1) - 1, 9)).toEqual(classColour(0));
  });

  it('is told by what its file says of classes before what the run says, and by its caption before both', async () => {
    const box = { position: corners(0.2, 0.8, 0.2, 0.8), class_id: 1 };
    const file = (...data: readonly unknown[]) => [
      { name: 'p', json: json({ box_data: data, class_labels: { 1: 'dog' } }) },
    ];
    const base = await picture(300);
    const byFile = (await drawn({ picture: base, boxes: file(box), labels: named('', 'car') }))!;
    const byRun = (await drawn({ picture: base, boxes: boxes(box), labels: named('', 'dog') }))!;
    const byCaption = (await drawn({ picture: base, boxes: file({ ...box, box_caption: 'cat' }) }))!;
    expect(byFile.png).toEqual(byRun.png);
    expect(byCaption.png).not.toEqual(byRun.png);
  });

  it('of another layer is dashed, and the layers are told', async () => {
    const box = json({ box_data: [{ position: corners(0.2, 0.8, 0.2, 0.8), class_id: 1 }] });
    const layers = ['truth', 'prediction'].map((name) => ({ name, json: box }));
    const one = (await drawn({ picture: await picture(300), boxes: layers.slice(0, 1) }))!;
    const two = (await drawn({ picture: await picture(300), boxes: layers }))!;
    expect(one.at(1, 299)).toEqual(PLAIN);
    expect(two.at(0, 299)).toEqual([50, 50, 50]);
  });

  it('is left out where it lies nowhere', async () => {
    const nowhere = [
      null,
      7,
      {},
      { position: 5 },
      { position: corners(Number.NaN, 1, 0, 1) },
      { position: { middle: [], width: 1, height: 1 } },
      { position: { middle: ['0.1', 0.2], width: 1, height: 1 } },
      { position: corners(2, 3, 2, 3) },
    ];
    const { data } = (await drawn({ picture: await picture(300), boxes: boxes(...nowhere) }))!;
    expect(data.every((byte) => byte === GRAY)).toBe(true);
    const infinite = new TextEncoder().encode(
      '{"box_data": [{"position": {"minX": -Infinity, "maxX": NaN, "minY": 0, "maxY": 1}}]}',
    );
    const odd = (await drawn({ picture: await picture(300), boxes: [{ name: 'p', json: infinite }] }))!;
    expect(odd.data.every((byte) => byte === GRAY)).toBe(true);
  });

  it('is one of a thousand at most', async () => {
    const many = Array.from({ length: 100_000 }, () => ({
      position: corners(0.1, 0.2, 0.1, 0.2),
      box_caption: 'x',
    }));
    const last = { position: corners(0.5, 0.9, 0.5, 0.9) };
    const { at } = (await drawn({ picture: await picture(300), boxes: boxes(...many, last) }))!;
    expect([at(30, 30), at(150, 200)]).toEqual([classColour(undefined), PLAIN]);
  });
});

describe('a mask', () => {
  it('tints what it covers, half transparent, and names its classes', async () => {
    const ids = [0, 1, 0, 2];
    const mask = await maskOf(2, ids);
    const { at } = (await drawn({
      picture: await picture(300),
      masks: [{ name: 'm', png: mask }],
      labels: named('bg', 'cat', 'dog'),
    }))!;
    expect([at(75, 75), at(225, 75), at(75, 225), at(225, 225)]).toEqual([
      PLAIN,
      tinted(1),
      PLAIN,
      tinted(2),
    ]);
    // The sample of the first class in the legend.
    expect(at(8, 300 - 2 * 11 + 5)).toEqual(classColour(1));
  });

  it('shows class 0 where that has a name of its own, and no class that is called the background', async () => {
    const masks = [{ name: 'm', png: await maskOf(2, [0, 1]) }];
    const base = await picture(300);
    const shown = (await drawn({ picture: base, masks, labels: named('person', 'Background') }))!;
    expect([shown.at(75, 75), shown.at(225, 75)]).toEqual([tinted(0), PLAIN]);
    const unnamed = (await drawn({ picture: base, masks, labels: named('class_0', 'class_1') }))!;
    expect([unnamed.at(75, 75), unnamed.at(225, 75)]).toEqual([PLAIN, tinted(1)]);
    expect((await drawn({ picture: base, masks }))!.png).toEqual(unnamed.png);
  });

  it('can be seen on what is transparent', async () => {
    const masks = [{ name: 'm', png: await maskOf(2, [0, 1]) }];
    const { at, channels } = (await drawn({ picture: await picture(300, 300, 4), masks }))!;
    expect(channels).toBe(4);
    expect([at(75, 75)[3], at(225, 75)[3]]).toEqual([0, 127]);
  });

  it('with hundreds of classes leaves room for the picture in its legend', async () => {
    const ids = Array.from({ length: 256 }, (_, id) => id);
    const { at } = (await drawn({
      picture: await picture(300),
      masks: [{ name: 'm', png: await maskOf(16, ids) }],
    }))!;
    expect(at(295, 100)).not.toEqual(PLAIN);
    expect(at(12, 100)).toEqual(tinted(5 * 16));
  });
});

describe('a picture', () => {
  it.each([
    [16, 16, 256, 256],
    [100, 30, 300, 90],
    [1, 1, 256, 256],
    [256, 8, 256, 8],
    [1000, 2, 1000, 2],
  ])('of %i by %i is drawn as %i by %i', async (width, height, wide, high) => {
    const result = (await drawn({
      picture: await picture(width, height),
      boxes: boxes({ position: corners(0, 1, 0, 1), class_id: 1 }),
    }))!;
    expect([result.width, result.height]).toEqual([wide, high]);
    expect(drawnSize(width, height)).toEqual({ width: wide, height: high });
  });

  it('grows by whole pixels', async () => {
    const checks = Uint8Array.from({ length: 64 * 3 }, (_, at) => (at % 7) * 30);
    const small = await sharp(checks, { raw: { width: 8, height: 8, channels: 3 } })
      .png()
      .toBuffer();
    const { at } = (await drawn({ picture: small, boxes: boxes() }))!;
    for (const [x, y] of [
      [0, 0],
      [31, 31],
      [32, 0],
      [255, 255],
      [100, 200],
    ] as const) {
      const pixel = (Math.floor(y / 32) * 8 + Math.floor(x / 32)) * 3;
      expect(at(x, y)).toEqual([...checks.subarray(pixel, pixel + 3)]);
    }
  });

  it.each(['jpeg', 'gif', 'webp'] as const)('may be %s', async (format) => {
    const bytes = await sharp(await picture(300))
      .toFormat(format)
      .toBuffer();
    expect((await drawn({ picture: bytes, boxes: boxes() }))?.width).toBe(300);
  });

  it('may be gray, have 16 bits a channel, or colours of a palette', async () => {
    const gray = await sharp(await picture(300))
      .toColourspace('b-w')
      .png()
      .toBuffer();
    const deep = await sharp(await picture(300))
      .toColourspace('rgb16')
      .png()
      .toBuffer();
    const palette = await sharp(await picture(300))
      .png({ palette: true })
      .toBuffer();
    for (const bytes of [gray, deep, palette])
      expect((await drawn({ picture: bytes, boxes: boxes() }))?.at(9, 9)).toEqual(PLAIN);
  });

  it('comes out the same again', async () => {
    const input = {
      picture: await picture(300),
      boxes: boxes({ position: corners(0.1, 0.5, 0.3, 0.6), class_id: 3 }),
    };
    const masks = [{ name: 'm', png: await maskOf(2, [0, 1, 2, 3]) }];
    expect((await drawn({ ...input, masks }))!.png).toEqual((await drawn({ ...input, masks }))!.png);
  });
});

describe('nothing is drawn', () => {
  it('of what is no picture, or one of no pixels', async () => {
    const whole = await picture(300);
    const svg = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    for (const bytes of [
      new Uint8Array(),
      svg,
      json('text'),
      whole.subarray(0, 60),
      whole.subarray(0, whole.length - 40),
    ])
      expect(await drawn({ picture: bytes, boxes: boxes() })).toBeNull();
  });

  it('of a picture beyond 50 megapixels, of which not a row is unpacked', async () => {
    const bomb = await picture(10_000, 5_001);
    expect(bomb.length).toBeLessThan(300_000);
    expect(await drawn({ picture: bomb, boxes: boxes() })).toBeNull();
    expect(await drawn({ picture: await picture(300), masks: [{ name: 'm', png: bomb }] })).toBeNull();
  });

  it('where no layer can be read', async () => {
    const base = await picture(300);
    expect(await drawn({ picture: base })).toBeNull();
    const broken = ['', '{', '[]', 'null', '{"box_data": {}}', '['.repeat(100_000)];
    const files = broken.map((text) => ({ name: 'p', json: new TextEncoder().encode(text) }));
    expect(await drawn({ picture: base, boxes: files, masks: [{ name: 'm', png: json(1) }] })).toBeNull();
  });

  it('crashes on no JSON whatever', async () => {
    const base = await picture(8);
    const number = fc.oneof(fc.double(), fc.integer(), fc.string());
    const position = fc.oneof(
      fc.record({ minX: number, maxX: number, minY: number, maxY: number }),
      fc.record({ middle: fc.array(number), width: number, height: number }),
      fc.jsonValue(),
    );
    const box = fc.record(
      {
        position,
        domain: fc.constantFrom(null, 'pixel'),
        class_id: number,
        box_caption: fc.jsonValue(),
        scores: fc.jsonValue(),
      },
      { requiredKeys: ['position'] },
    );
    const layer = fc.record({
      box_data: fc.array(fc.oneof(box, fc.jsonValue())),
      class_labels: fc.jsonValue(),
    });
    await fc.assert(
      fc.asyncProperty(layer, async (file) => {
        const result = await drawn({ picture: base, boxes: [{ name: 'p', json: json(file) }] });
        expect([result?.width, result?.height]).toEqual([256, 256]);
      }),
      { numRuns: 60 },
    );
  });
});

it('writes letters that can be read', () => {
  const canvas = new Canvas({ width: 34, height: 11, channels: 3, bytes: new Uint8Array(34 * 11 * 3) });
  drawText(canvas, 'Ag4\u00fc~', 0, 0, { colour: [1, 1, 1], dot: 1 });
  const rows = Array.from({ length: 11 }, (_, y) =>
    Array.from({ length: 34 }, (_, x) => (canvas.pixels.bytes[(y * 34 + x) * 3] === 1 ? '#' : ' '))
      .join('')
      .trimEnd(),
  );
  expect(rows).toMatchInlineSnapshot(`
    [
      "",
      "",
      "   ###           #   ###",
      "  #   #  ####   ##  #   #",
      "  #   # #   #  # #      #  #",
      "  ##### #   # #  #     #  # # #",
      "  #   #  #### #####   #      #",
      "  #   #     #    #",
      "  #   #  ###     #    #",
      "",
      "",
    ]
  `);
});
