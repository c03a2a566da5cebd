import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { extensionOf, mediaFiles } from '../../../src/plugins/media/media-file.ts';
import {
  PLACEHOLDER_PNG,
  PLACEHOLDER_WAV,
  placeholderFor,
  placeholderHead,
  placeholderOf,
} from '../../../src/plugins/media/placeholder.ts';

const SHA = '5B'.repeat(32);
const plain = { width: null, height: null, caption: null, boxes: [], masks: [] };

function filesOf(value: unknown) {
  return mediaFiles(JSON.stringify(value));
}

function named(file: string) {
  return { file, size: null, digest: null };
}

describe('the files of a media value', () => {
  it('are one where the value is of one file', () => {
    const value = { _type: 'image-file', path: 'media/images/a.png', size: 852, sha256: SHA };
    const mask = (path: string) => ({ _type: 'mask', path });
    expect(
      filesOf({
        ...value,
        width: 16,
        height: 8,
        caption: 'cap',
        masks: { b: mask('m/b.mask.png'), a: mask('m/a.mask.png'), bad: mask('../x'), none: null },
        boxes: { pred: { _type: 'boxes2D', path: 'm/p.boxes2D.json', size: 3, sha256: 'short' } },
      }),
    ).toEqual([
      {
        file: { file: 'media/images/a.png', size: 852, digest: SHA.toLowerCase() },
        width: 16,
        height: 8,
        caption: 'cap',
        masks: [
          { name: 'a', file: named('m/a.mask.png') },
          { name: 'b', file: named('m/b.mask.png') },
        ],
        boxes: [{ name: 'pred', file: { ...named('m/p.boxes2D.json'), size: 3 } }],
      },
    ]);
  });

  it('keep what a list of pictures tells of each in its place', () => {
    const files = filesOf({
      _type: 'images/separated',
      width: 8,
      height: 4,
      filenames: ['a.png', 'wandb-client-artifact://x/b.png', 'c.png'],
      captions: ['', 'lost', 'third'],
      all_masks: [null, null, { pred: { path: 'c.mask.png' } }],
      all_boxes: [{ gt: { path: 'a.json' } }, null, null],
    });
    expect(files).toEqual([
      { ...plain, file: named('a.png'), width: 8, height: 4, boxes: [{ name: 'gt', file: named('a.json') }] },
      {
        ...plain,
        file: named('c.png'),
        width: 8,
        height: 4,
        caption: 'third',
        masks: [{ name: 'pred', file: named('c.mask.png') }],
      },
    ]);
  });

  it.each([
    ['audio', 'audio'],
    ['videos', 'videos'],
    ['html', 'html'],
    ['object3D', 'objects'],
  ])('are items of a list of type %s', (type, member) => {
    const value = {
      _type: type,
      [member]: [{ path: 'a.x', size: 1 }, { path: 'b.x' }, 7],
      captions: ['', 12],
    };
    expect(filesOf(value)).toEqual([
      { ...plain, file: { ...named('a.x'), size: 1 } },
      { ...plain, file: named('b.x'), caption: '12' },
    ]);
  });

  it('are paths in a list of molecules, whose captions may be absent', () => {
    const value = { _type: 'molecule', filenames: ['media/molecule/a.pdb'], captions: false };
    expect(filesOf(value)).toEqual([{ ...plain, file: named('media/molecule/a.pdb') }]);
  });

  it.each(['/etc/passwd', '../a', 'a/../b', 'a//b', './a', 'a\0', '', 's3://b/a.png', 'a'.repeat(5000), 1])(
    'lie below the run: %j is none',
    (path) => {
      expect(filesOf({ _type: 'image-file', path })).toEqual([]);
    },
  );

  it.each([-1, 1.5, '5', 1e300, null])('have no size where the JSON says %j', (size) => {
    expect(filesOf({ path: 'a.png', size, width: size, height: 0 })[0]).toEqual({
      ...plain,
      file: named('a.png'),
    });
  });

  it('are read where numbers of the value are NaN', () => {
    expect(mediaFiles('{"path": "a.png", "size": NaN, "width": Infinity}')).toHaveLength(1);
  });

  it('are a thousand at most, with a hundred masks each', () => {
    const masks = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`m${i}`, { path: `${i}.png` }]));
    const filenames = Array.from({ length: 1500 }, (_, i) => `${i}.png`);
    const files = filesOf({ _type: 'images/separated', filenames, all_masks: [masks] });
    expect([files.length, files[0]?.masks.length]).toEqual([1000, 100]);
  });

  it('are taken from anything without a failure', () => {
    const key = fc.constantFrom(
      '_type',
      'path',
      'size',
      'filenames',
      'audio',
      'captions',
      'masks',
      'all_boxes',
      '__proto__',
    );
    const type = fc.constantFrom(
      'image-file',
      'images/separated',
      'audio',
      'videos',
      '__proto__',
      'constructor',
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        type,
        fc.jsonValue(),
        fc.array(tie('value')),
        fc.dictionary(key, tie('value')),
      ),
    }));
    fc.assert(
      fc.property(
        fc.oneof(
          value.map((made) => JSON.stringify(made)),
          fc.string(),
        ),
        (text) => {
          for (const { file } of mediaFiles(text)) expect(file.file).not.toMatch(/^\/|(^|\/)\.\.?(\/|$)|\0/);
        },
      ),
    );
  });

  it('are none in a value nested too deeply to read', () => {
    expect(mediaFiles('[NaN,'.repeat(50_000))).toEqual([]);
  });
});

describe('the extension of a path', () => {
  it.each([
    ['a/b.PNG', 'png'],
    ['a.b/c', ''],
    ['x.pts.json', 'json'],
    ['.', ''],
  ])('of %s is %j', (path, extension) => {
    expect(extensionOf(path)).toBe(extension);
  });
});

describe('a placeholder', () => {
  it('says that a picture is lost, or is silent', () => {
    expect(placeholderFor('a.jpg')).toBe(PLACEHOLDER_PNG);
    expect(placeholderFor('a.WAV')).toBe(PLACEHOLDER_WAV);
  });

  it('has exactly as many bytes as are asked for, all of them zeros behind its head', () => {
    fc.assert(
      fc.property(fc.constantFrom('a.wav', 'a.png', 'a'), fc.nat(5000), (file, size) => {
        const bytes = placeholderOf(file, size);
        const head = placeholderHead(file, size);
        expect(bytes).toHaveLength(size);
        expect(bytes.subarray(0, head.length)).toEqual(head);
        expect(bytes.subarray(head.length).every((byte) => byte === 0)).toBe(true);
      }),
    );
  });

  it.each([
    [67, [1, 1]],
    [129, [32, 16]],
    [5000, [32, 16]],
  ])('is a picture that a decoder reads, of %d bytes', async (size, pixels) => {
    const { info } = await sharp(placeholderOf('a.png', size)).raw().toBuffer({ resolveWithObject: true });
    const { width, height } = info;
    expect([width, height]).toEqual(pixels);
  });

  it('is a picture as long as one fits', () => {
    expect(placeholderOf('a.png', 66)).toEqual(new Uint8Array(66));
    expect(placeholderHead('a.png', 67)).toHaveLength(67);
    expect(placeholderHead('a.png', 1e15)).toBe(PLACEHOLDER_PNG);
  });

  it.each([44, 45, 46, 1644, 2 ** 32 - 3, 2 ** 32 - 2, 2 ** 40])('is a WAV file of %d bytes', (size) => {
    const view = new DataView(placeholderHead('a.wav', size).buffer);
    const samples = view.getUint32(40, true);
    expect([samples % 2, view.getUint32(4, true)]).toEqual([0, samples + 36]);
    expect(samples + 44).toBe(Math.min(size - (size % 2), 2 ** 32 - 2));
  });
});
