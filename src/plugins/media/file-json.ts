/** JSON of files, within bounds of memory. @module */

import { lenientValue } from '../../wandb-json/index.ts';

/**
 * Lists and objects in one text. Each takes about 50 bytes, also if it holds nothing; the largest cloud of points that is
 * read has as many lists.
 */
const MAX_BRACKETS = 3_000_100;
const UTF8 = new TextDecoder();

/** The value of a text; undefined where it is no JSON or holds too much. */
export function readJson(bytes: Uint8Array): unknown {
  let brackets = 0;
  for (const byte of bytes) if (byte === 0x5b || byte === 0x7b) brackets++;
  if (brackets > MAX_BRACKETS) return undefined;
  return lenientValue(UTF8.decode(bytes));
}
