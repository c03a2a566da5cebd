/** What an `Authorization` header carries, and how secrets are compared. @module */

import { createHash, timingSafeEqual } from 'node:crypto';

/** The secret of a bearer token, or of Basic, whose user name means nothing; null: there is none. */
export function secretOf(authorization: string | undefined): string | null {
  const [, scheme = '', value = ''] = /^([A-Za-z]+) +(\S+) *$/.exec(authorization ?? '') ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return value;
    case 'basic': {
      const text = Buffer.from(value, 'base64').toString();
      const colon = text.indexOf(':');
      // Some clients put a token in place of the user name, and leave the password empty.
      if (colon < 0) return null;
      return text.slice(colon + 1) || text.slice(0, colon) || null;
    }
    default:
      return null;
  }
}

/** SHA-256: what of secrets is compared, and what they are remembered by. */
export function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** The one whose digest it is. All are looked at, so that the time does not tell which. */
export function findByDigest<T extends { readonly digest: Buffer }>(
  digest: Buffer,
  all: readonly T[],
): T | null {
  let found: T | null = null;
  for (const one of all) if (timingSafeEqual(one.digest, digest)) found = one;
  return found;
}
