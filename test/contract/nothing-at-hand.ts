/** What a door seen from outside can never say: it has no answer without a request. @module */

export const NOTHING_AT_HAND = {
  statCached: () => undefined,
  openCached: () => undefined,
  watchGrowth: () => ({ [Symbol.dispose]: () => undefined }),
};
