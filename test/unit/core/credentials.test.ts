/** Credentials are taken out of text, and nothing else is. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskedValue, withoutCredentials } from '../../../src/core/index.ts';

describe('credentials', () => {
  it.each([
    ['https://me:s3cret@host/a', 'https://[redacted]@host/a'],
    ['https://s3cret@host', 'https://[redacted]@host'],
    ['http://me:s3@cret@host:1/a@b', 'http://[redacted]@host:1/a@b'],
    ['{"url":"http://me:s3cret@h"}', '{"url":"http://[redacted]@h"}'],
    ['GET /x?api_key=s3cret&page=2', 'GET /x?api_key=[redacted]&page=2'],
    [
      'https://b/x?X-Amz-Signature=s3cret&X-Amz-Date=1',
      'https://b/x?X-Amz-Signature=[redacted]&X-Amz-Date=1',
    ],
    ['?accessToken=s3cret"', '?accessToken=[redacted]"'],
  ])('of %s', (text, expected) => {
    expect(withoutCredentials(text)).toBe(expected);
  });

  it.each([
    'nobody@example.com',
    '//host/a?b=c@d',
    'https://host/@files/x',
    'loss=0.5, keys=3',
    'https://host/a?keyboard=us',
  ])('are none in %s', (text) => {
    expect(withoutCredentials(text)).toBe(text);
  });

  it('of a setting that lacks its scheme are taken out, too, and lists item by item', () => {
    expect(maskedValue('me:s3cret@proxy:3128')).toBe('[redacted]@proxy:3128');
    expect(maskedValue(['./wandb', 'http://me:s3cret@h', 7, null])).toEqual([
      ...['./wandb', 'http://[redacted]@h', 7, null],
    ]);
  });

  it('are gone wherever an address stands in a line', () => {
    const word = fc.stringMatching(/^[\w.-]{0,8}$/);
    fc.assert(
      fc.property(word, word, word, (before, after, user) => {
        const line = `${before} https://${user}:s3cret@host/${after} ${before}`;
        expect(withoutCredentials(line)).toBe(`${before} https://[redacted]@host/${after} ${before}`);
      }),
    );
  });
});
