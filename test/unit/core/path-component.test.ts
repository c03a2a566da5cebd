import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeComponent, fitComponent } from '../../../src/core/index.ts';

describe('a name as a path component', () => {
  it.each([
    ['plain name', 'plain name'],
    ['a/b', 'a∕b'],
    ['a∕b', 'a%E2%88%95b'],
    ['a%2Fb', 'a%252Fb'],
    ['..', '%2E%2E'],
    ['.', '%2E'],
    ['...', '...'],
    ['.hidden', '.hidden'],
    ['100%', '100%25'],
    ['@query', '%40query'],
    ['a@b', 'a@b'],
    ['nul\0', 'nul%00'],
    ['new\nline', 'new%0Aline'],
    ['\u0085', '%C2%85'],
    ['😀', '😀'],
    ['e\u0301', '\u00e9'],
  ])('%j is %j', (name, expected) => {
    expect(encodeComponent(name)).toBe(expected);
  });

  it('can be decoded, is safe, and differs where names differ', () => {
    const character = fc.oneof(
      { weight: 6, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }) },
      {
        weight: 1,
        arbitrary: fc.constantFrom('/', '∕', '%', '%2F', '%E2%88%95'),
      },
    );
    const name = fc.array(character, { maxLength: 40 }).map((text) => text.join('').normalize('NFC'));
    fc.assert(
      fc.property(name, name, (a, b) => {
        const encoded = encodeComponent(a);
        const decoded = encoded.replaceAll('∕', '/').replace(/%(?![0-9A-F]{2})/g, '%25');
        expect(decodeURIComponent(decoded)).toBe(a);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: their absence is what is checked
        expect(encoded).not.toMatch(/[/\u0000-\u001f\u007f]|^@|^\.{1,2}$/);
        expect(encodeComponent(b) === encoded).toBe(a === b);
      }),
    );
  });

  it('replaces what has no UTF-8', () => {
    expect(encodeComponent('\ud83d')).toBe('\ufffd');
  });

  it('is cut to 255 bytes at a character, never within an escape', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 200, maxLength: 400 }),
        fc.nat(5),
        (name, padding) => {
          const encoded = encodeComponent(`${'x'.repeat(padding)}${name}`);
          const fitted = fitComponent(encoded, '~id');
          if (fitted === encoded) return;
          expect(Buffer.byteLength(fitted)).toBeLessThanOrEqual(255);
          expect(fitted.endsWith('~id') && encoded.startsWith(fitted.slice(0, -3))).toBe(true);
          expect(fitted).not.toMatch(/%[0-9A-F]?~id$/);
        },
      ),
    );
    expect(fitComponent('short', '~id')).toBe('short');
    expect(fitComponent(`${'x'.repeat(250)}%2F%2F`, '~id')).toBe(`${'x'.repeat(250)}~id`);
  });
});
