/** What callers hear of the machine that the program runs on. @module */

import type { Caller } from './caller.ts';

/** Where a run was read from, as far as a caller hears of it: paths are of the server's disk, web addresses are W&B's. */
export function locationsFor(caller: Caller, locations: readonly string[]): readonly string[] {
  if (caller.sees === 'everything') return locations;
  return locations.filter((location) => /^https?:\/\//.test(location));
}

/** Why a run could not be read further, as far as a caller hears of it: messages quote paths and sources. Null: it could be. */
export function readingFailureFor(caller: Caller, failure: Error | null): string | null {
  if (failure === null) return null;
  return caller.sees === 'everything'
    ? failure.message
    : 'it could not be read further: ask whoever runs this';
}
