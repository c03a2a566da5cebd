/** JSON inside files of 3D objects, within bounds of memory. @module */

import { parseLenientJson } from '../../wandb-json/index.ts';

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
  try {
    return parseLenientJson(UTF8.decode(bytes));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export type Members = Readonly<Record<string, unknown>>;

/** The members of an object, none of anything else. */
export function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {};
}

/** A list; an empty one for anything else. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
