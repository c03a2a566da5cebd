/** What of our command line is TensorBoard's own. @module */

import type { Arguments } from './session.ts';

/** Options that TensorBoard's users know it by, and what follows `--`, which comes last and so holds. */
export function tensorboardArguments(argv: Arguments): string[] {
  const valued = (['port', 'host'] as const).flatMap((name) => {
    const value = [argv[name]].flat().at(-1);
    return value === undefined ? [] : [`--${name}`, String(value)];
  });
  return [...valued, ...(argv['bind_all'] === true ? ['--bind_all'] : []), ...passedThrough(argv)];
}

/** What follows `--`. */
export function passedThrough(argv: Arguments): string[] {
  return [argv['--'] ?? []].flat().map(String);
}
