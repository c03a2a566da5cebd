/** How many points of each series an answer may hold. @module */

/**
 * A browser draws this many points of one card in about a second, and freezes at a million
 * (measured with TensorBoard 2.21 in Chromium).
 */
export const DEFAULT_MAX_RESPONSE_POINTS = 50_000;
/** So few still show a trend. */
const FEWEST_POINTS = 20;

/** `asked`, or fewer where that many of `seriesCount` series would be more than `maxResponsePoints`. */
export function pointsAllowed(asked: number, seriesCount: number, maxResponsePoints: number): number {
  const share = Math.floor(maxResponsePoints / Math.max(1, seriesCount));
  return Math.min(asked, Math.max(FEWEST_POINTS, share));
}
