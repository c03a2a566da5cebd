/** How many runs the bench of queries has, and what each says of itself. @module */

export const CATALOGUE = { runs: 10_000, config: 30, summary: 20 } as const;
