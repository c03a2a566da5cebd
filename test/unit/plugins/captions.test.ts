import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_CONTENTS } from '../../../src/plugins/index.ts';
import { CAPTIONS } from '../../../src/plugins/text/captions.ts';

function markdownOf(text: string): string | null {
  const [point] = CAPTIONS.read(text, NO_CONTENTS, 'key');
  if (point === undefined || !('strings' in point.tensor)) return null;
  return new TextDecoder().decode(point.tensor.strings[0] as Uint8Array);
}

function captions(value: unknown): string | null {
  return markdownOf(JSON.stringify(value));
}

function separated(given: readonly unknown[], filenames = given.map((_, i) => `${i}.png`)) {
  return { _type: 'images/separated', filenames, captions: given };
}

describe('captions', () => {
  it('are a text beside the series of their key', () => {
    expect(CAPTIONS.tag('val/img')).toBe('val/img/captions');
    expect(captions({ _type: 'image-file', path: 'a.png', caption: 'a cat' })).toBe('1. a cat');
    expect(
      captions({
        _type: 'audio',
        audio: [
          { path: 'a.wav', caption: 'b0' },
          { path: 'b.wav', caption: 'b1' },
        ],
      }),
    ).toBe('1. b0\n2. b1');
  });

  it('keep the numbers of their samples', () => {
    expect(captions(separated([null, 'two', ' ', 'four', '']))).toBe('1. —\n2. two\n3. —\n4. four');
    expect(captions(separated(['no sample', 'first'], ['a.tiff', 'b.png']))).toBe('1. first\n2. no sample');
  });

  it('are no text where there are none', () => {
    expect(captions(separated([null, '', ' \n']))).toBeNull();
    expect(captions({ _type: 'image-file', path: 'a.png' })).toBeNull();
    expect(captions('caption')).toBeNull();
  });

  it('are no markup', () => {
    const caption = ' 1. <b>*x*</b>\n# y\r\n    z [a](b) ';
    expect(captions({ path: 'a.png', caption })).toMatch(/^1\. 1&#46; [^<*[\n]*$/);
  });

  it('are cut where they are long or many', () => {
    expect(captions({ path: 'a.png', caption: '😀'.repeat(900) })?.length).toBeLessThanOrEqual(1003);
    const lines = captions(separated(Array.from({ length: 250 }, (_, i) => `c${i}`)))?.split('\n');
    expect(lines?.slice(99)).toEqual(['100. c99', '', 'and 150 more']);
  });

  it('are a line each, whatever they hold', () => {
    const anything = fc.string({ unit: 'binary', maxLength: 50 });
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 5 }), (given) => {
        const lines = captions(separated(given))?.split(/[\n\v\f\r\u0085\u2028\u2029]/) ?? [];
        expect(lines.every((line, i) => line.startsWith(`${i + 1}. `) && line.length > 3)).toBe(true);
        expect(lines.length).toBeLessThanOrEqual(given.length);
      }),
    );
    fc.assert(fc.property(fc.oneof(fc.json(), fc.string()), (text) => void markdownOf(text)));
  });
});
