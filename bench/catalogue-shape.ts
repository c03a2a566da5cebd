/** How many runs the bench of queries has, and what each says of itself. @module */

export const CATALOGUE = { runs: 10_000, config: 30, summary: 20 } as const;
/** How large a table of runs is in the bench of pages: a thousand on one page. */
export const TABLE = { runs: 1000, columns: 30 } as const;
