/**
 * How much the tests try: what a contributor needs on each change, or all there is (`npm run test:full`), which is the
 * same promises with more of everything. The one place that reads it.
 * @module
 */

/** As `npm run test:full` sets it. */
export const IS_FULL: boolean = process.env['TEST_FULL'] === '1';

/** A size, a count or a time: the usual one, or that of `npm run test:full`. */
export function scaled<T>(usual: T, full: T): T {
  return IS_FULL ? full : usual;
}
