/** How many requests a server got: in all, at a time, within a second, and after it had asked to slow down. @module */

import type { LoggedRequest, WandbServer } from '../wandb-server/index.ts';

const SECOND_MS = 1000;
/** An answer that took longer may have come when nobody waited for it any more. */
const PROMPT_MS = 300;

export class RequestRate {
  readonly #server: WandbServer;
  #total = 0;
  #inFlight = 0;
  #perSecond = 0;
  #afterLimit = 0;

  constructor(server: WandbServer) {
    this.#server = server;
  }

  get total(): number {
    return this.#total;
  }

  /** The most requests at a time. */
  get peakInFlight(): number {
    return this.#inFlight;
  }

  /** The most requests within a second. */
  get peakPerSecond(): number {
    return this.#perSecond;
  }

  /** The most requests to the API within the second after it said 429. */
  get peakAfterLimit(): number {
    return this.#afterLimit;
  }

  /** Takes in what the server's log has, and empties it. */
  note(): void {
    const { requests } = this.#server;
    const api = requests.all.filter(({ door }) => door === 'graphql');
    this.#total += requests.all.length;
    this.#inFlight = Math.max(this.#inFlight, requests.peakInFlight);
    this.#perSecond = Math.max(this.#perSecond, ...requests.all.map(({ at }) => within(requests.all, at)));
    for (const { status, at, ms } of api)
      if (status === 429 && ms < PROMPT_MS)
        this.#afterLimit = Math.max(this.#afterLimit, within(api, at + ms));
    requests.reset();
  }
}

/** Requests within the second from a moment on. */
function within(requests: readonly LoggedRequest[], fromMs: number): number {
  return requests.filter(({ at }) => at >= fromMs && at < fromMs + SECOND_MS).length;
}
