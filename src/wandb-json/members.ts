/** Values of JSON that may be anything, taken for what they are hoped to be. Pure. @module */

import { parseLenientJson } from './parse.ts';

/** Of an object of JSON: any member may be anything. */
export type Members = Readonly<Record<string, unknown>>;

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The members of an object, none of anything else. */
export function membersOf(value: unknown): Members {
  return isMembers(value) ? value : {};
}

/** A member that is text, and not empty. */
export function textMember(members: Members, name: string): string | undefined {
  const member = members[name];
  return typeof member === 'string' && member !== '' ? member : undefined;
}

/** A list; an empty one for anything else. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** As `parseLenientJson`; undefined for a text that is no JSON. */
export function lenientValue(text: string): unknown {
  try {
    return parseLenientJson(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
