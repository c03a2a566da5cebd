/** The `Authorization` header. @module */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf, findByDigest, secretOf } from '../../../src/access/credentials.ts';

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('the secret of a header', () => {
  it.each([
    ['a bearer token', 'Bearer abc', 'abc'],
    ['in any case', 'bEaReR abc', 'abc'],
    ['a password, whoever the user is', basic('any:secret'), 'secret'],
    ['a password with colons', basic('any:a:b'), 'a:b'],
    ['a user name without a password', basic('secret:'), 'secret'],
    ['nothing', undefined, null],
    ['an empty header', '', null],
    ['another scheme', 'Digest abc', null],
    ['Basic without a colon', basic('abc'), null],
    ['Basic with nothing', basic(':'), null],
    ['two words', 'Bearer a b', null],
  ])('is %s', (_, header, secret) => {
    expect(secretOf(header)).toBe(secret);
  });

  it('never fails', () => {
    fc.assert(fc.property(fc.string(), (text) => void secretOf(text)));
    fc.assert(fc.property(fc.string(), (text) => void secretOf(`Basic ${text}`)));
  });

  it('comes back whatever it is', () => {
    const word = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !text.includes(':'));
    fc.assert(
      fc.property(word, fc.string({ minLength: 1, unit: 'grapheme' }), (user, secret) => {
        expect(secretOf(basic(`${user}:${secret}`))).toBe(Buffer.from(secret).toString());
      }),
    );
  });
});

describe('a digest', () => {
  const all = ['a', 'b', 'c'].map((name) => ({ name, digest: digestOf(name) }));

  it('finds whose it is', () => {
    expect(all.map(({ name }) => findByDigest(digestOf(name), all)?.name)).toEqual(['a', 'b', 'c']);
  });

  it('finds nobody for another secret', () => {
    expect(findByDigest(digestOf('d'), all)).toBeNull();
  });
});
