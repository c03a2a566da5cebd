/** A value of a config or summary by its key, with dots where keys nest. Pure. @module */

import type { DocumentEntry } from '../../history/index.ts';

/**
 * W&B's JSON of the value; undefined where there is none, or keys nest further. Keys may hold dots themselves: of two readings of a
 * path the one with the longer first key holds.
 */
export function valueAtPath(entries: readonly DocumentEntry[], path: string): string | undefined {
  let found: DocumentEntry | undefined;
  for (const entry of entries) {
    const { path: parts, json } = entry;
    if ((parts.length === 1 ? parts[0]! : parts.join('.')) !== path || json.startsWith('{')) continue;
    if (found === undefined || firstLength(entry) > firstLength(found)) found = entry;
  }
  return found?.json;
}

function firstLength({ path }: DocumentEntry): number {
  return path[0]?.length ?? 0;
}
