/** Ids as the real server shapes them. @module */

import { createHash, randomBytes, randomInt } from 'node:crypto';

const RUN_ID_LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Opaque ids are base64 of words with colons between them: `Run:v1:id:project:entity`. */
export function opaqueId(...words: readonly (string | number)[]): string {
  return Buffer.from(words.join(':')).toString('base64');
}

/** A run id, as the SDK makes them: eight letters and digits. */
export function randomRunId(): string {
  return Array.from({ length: 8 }, () => RUN_ID_LETTERS[randomInt(RUN_ID_LETTERS.length)]).join('');
}

/** An API key of the old shape: 40 hexadecimal digits. */
export function randomApiKey(): string {
  return randomBytes(20).toString('hex');
}

/** MD5 in base64, as file listings give it. */
export function md5Base64(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('base64');
}

/** A time as GraphQL's DateTime: RFC 3339 in UTC, whole seconds. */
export function dateTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
