/** What a door seen from outside can't tell: that a file has grown, before somebody asks. @module */

export const GROWTH_UNSEEN = {
  watchGrowth: () => ({ [Symbol.dispose]: () => undefined }),
};
