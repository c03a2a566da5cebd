import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IMAGES } from '../../../src/plugins/images.ts';
import { type ContentNeed, type Contents, isBlobReference, NO_CONTENTS } from '../../../src/plugins/index.ts';
import { PLACEHOLDER_PNG } from '../../../src/plugins/media/placeholder.ts';

const series = IMAGES.cells![0]!;
const GONE: Contents = { size: () => 'lost', content: () => 'lost', drawing: () => 'lost' };
const FOUND: Contents = { size: () => 70, content: () => 'lost', drawing: () => 900 };

/** Blobs as `<file> <size>`, those of drawings with an asterisk, and plain bytes as text. */
function samples(value: unknown, contents: Contents): string[] {
  const [point] = series.read(JSON.stringify(value), contents, 'key');
  if (point === undefined || !('strings' in point.tensor)) return [];
  expect(point.tensor.shape).toEqual([point.tensor.strings.length]);
  return point.tensor.strings.map((part) => {
    if (!isBlobReference(part)) return part === PLACEHOLDER_PNG ? 'lost' : new TextDecoder().decode(part);
    return `${part.file} ${part.size}${part.drawing === undefined ? '' : '*'}`;
  });
}

const picture = { _type: 'image-file', path: 'a.png', size: 852, width: 16, height: 8 };
const masked = { ...picture, masks: { pred: { path: 'a.mask.png' } } };
const list = {
  _type: 'images/separated',
  width: 4,
  height: 4,
  filenames: ['a.png', 'b.png', 'c.png'],
  all_boxes: [null, { gt: { path: 'b.json' } }, null],
};

describe('the Images dashboard', () => {
  it('gets a picture with its size', () => {
    expect(samples(picture, NO_CONTENTS)).toEqual(['16', '8', 'a.png 852']);
    expect(series.needs?.(JSON.stringify(picture))).toEqual([]);
  });

  it('gets the drawn picture before the one that was logged', () => {
    expect(samples(masked, FOUND)).toEqual(['16', '8', 'a.png 900*', 'a.png 852']);
    expect(samples(masked, NO_CONTENTS)).toEqual(['16', '8', 'a.png null*', 'a.png 852']);
    expect(series.needs?.(JSON.stringify(masked)).map(({ kind }) => kind)).toEqual(['drawing']);
  });

  it('gets the picture alone where nothing can be drawn onto it', () => {
    expect(samples(masked, GONE)).toEqual(['16', '8', 'a.png 852']);
    expect(samples({ ...masked, width: null }, FOUND)).toEqual(['0', '8', 'a.png 852']);
  });

  it('gets each picture of a list in its place, and behind them the originals of those that were drawn onto', () => {
    expect(samples(list, FOUND)).toEqual(['4', '4', 'a.png 70', 'b.png 900*', 'c.png 70', 'b.png 70']);
    expect(series.needs?.(JSON.stringify(list)).map(({ kind }) => kind)).toEqual([
      'size',
      'size',
      'drawing',
      'size',
    ]);
  });

  it('gets a placeholder for a picture that is lost', () => {
    expect(samples(list, GONE)).toEqual(['4', '4', 'lost', 'lost', 'lost']);
  });

  it('gets no size of a picture nobody has looked for', () => {
    expect(samples({ ...list, all_boxes: [] }, NO_CONTENTS)).toEqual([
      '4',
      '4',
      'a.png null',
      'b.png null',
      'c.png null',
    ]);
  });

  it('gets videos that are GIFs, and no others', () => {
    expect(samples({ _type: 'video-file', path: 'v.gif', size: 5 }, GONE)).toEqual(['0', '0', 'v.gif 5']);
    expect(samples({ _type: 'video-file', path: 'v.mp4', size: 5 }, GONE)).toEqual([]);
    const videos = [
      { path: 'v.mp4', size: 5 },
      { path: 'w.GIF', size: 6 },
    ];
    expect(samples({ _type: 'videos', videos }, GONE)).toEqual(['0', '0', 'w.GIF 6']);
  });

  it.each(['a.tiff', 'a.png.txt', 'a', '../a.png'])('gets nothing of %s', (path) => {
    expect(samples({ ...picture, path }, FOUND)).toEqual([]);
  });

  it('is offered the types that may hold pictures', () => {
    const types = ['image-file', 'images/separated', 'video-file', 'videos', 'audio-file', 'string', 'mask'];
    expect(types.filter((type) => series.accepts(type))).toEqual(types.slice(0, 4));
  });

  it('gets at most one point of any value, and reads only what it needs', () => {
    const givens = fc.constantFrom(NO_CONTENTS, GONE, FOUND);
    const path = fc.constantFrom('a.png', 'b.gif', 'c.txt', '../d.png', null);
    const layers = fc.array(fc.oneof(fc.jsonValue(), fc.record({ gt: fc.record({ path }) })));
    const shaped = fc
      .record({
        _type: fc.constant('images/separated'),
        filenames: fc.array(path),
        all_boxes: layers,
        width: fc.nat(3),
      })
      .map((value) => JSON.stringify({ ...value, height: 1 }));
    fc.assert(
      fc.property(fc.oneof(shaped, fc.json(), fc.string()), givens, (text, given) => {
        const needs = series.needs?.(text) ?? [];
        const asked: ContentNeed[] = [];
        const recording: Contents = {
          size: (file) => {
            asked.push({ kind: 'size', file });
            return given.size(file);
          },
          content: (file, maxBytes) => {
            asked.push({ kind: 'content', file, maxBytes });
            return given.content(file, maxBytes);
          },
          drawing: (drawing) => {
            asked.push({ kind: 'drawing', drawing });
            return given.drawing(drawing);
          },
        };
        expect(series.read(text, recording, 'key').length).toBeLessThanOrEqual(1);
        for (const need of asked) expect(needs).toContainEqual(need);
        expect(needs.length).toBeLessThanOrEqual(2000);
      }),
    );
  });
});
