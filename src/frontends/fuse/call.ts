/** The caller's side of one request. @module */

import type { Freshness, TreeOptions } from '../../tree/index.ts';

export interface Call {
  /** Aborted when the program that waits was killed, or has waited too long. Made when first asked for. */
  readonly signal: AbortSignal;
  /** User whose program asks. */
  readonly uid: number;
}

/** What is asked of the tree on behalf of a call. The signal is not made for what is answered at once. */
export class CallOptions implements TreeOptions {
  readonly freshness: Freshness;
  readonly #call: Call;

  constructor(call: Call, freshness: Freshness) {
    this.#call = call;
    this.freshness = freshness;
  }

  get signal(): AbortSignal {
    return this.#call.signal;
  }
}
