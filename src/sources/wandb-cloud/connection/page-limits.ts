/** How many rows a server gives in one page, as its answers show: some give fewer than they are asked for, and say nothing. @module */

/** More rows than this in a page would be thinned out by any server; the page is then asked for in halves. */
export const MAX_SAMPLES = 100_000;

/** No server is known to give fewer rows than this in one answer. */
const LEAST_LIMIT = 100;
/** Rows are sampled, so a page that was thinned out has about as many rows as its limit. */
const TOLERANCE = 0.9;

/** What is known of one server, of all its pages. */
export class PageLimits {
  /** Pages of so many rows have been complete. */
  #provenRows = 0;
  /** A page of so many rows was not. */
  #thinnedRows = MAX_SAMPLES;

  /** The most rows that a page should be expected to have. */
  get pageRows(): number {
    return Math.floor(this.#thinnedRows * TOLERANCE * TOLERANCE);
  }

  /** Whether rows may be lacking in a page of the steps [from, to) in which about `expected` of them were to be. */
  mayBeThinned(
    rows: number,
    { from, to }: { readonly from: number; readonly to: number },
    expected: number,
  ): boolean {
    if (rows >= to - from || rows < LEAST_LIMIT || rows < this.#provenRows) return false;
    return rows >= this.#thinnedRows * TOLERANCE || rows < expected * TOLERANCE;
  }

  /** What a page turned out to be: all rows, or not all. */
  learn(rows: number, isComplete: boolean): void {
    if (isComplete) this.#provenRows = Math.max(this.#provenRows, rows);
    else this.#thinnedRows = Math.max(LEAST_LIMIT, Math.min(this.#thinnedRows, rows));
  }
}
