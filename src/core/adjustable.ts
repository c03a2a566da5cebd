/** Numbers that may change while the program runs, as settings do that are read again. @module */

/** A number for good, or what says how much it is now. */
export type Adjustable = number | (() => number);

/** How much it is now. */
export function adjusted(value: Adjustable): number {
  return typeof value === 'number' ? value : value();
}
