/** One piece of work per key at a time, however many ask for it. @module */

/** Joins callers that want the same work at the same time (single flight). What it yields is not kept: see lru-cache for that. */
export class SingleFlight<K, T> {
  readonly #underWay = new Map<K, Promise<T>>();

  /** Keys whose work is under way. */
  get size(): number {
    return this.#underWay.size;
  }

  /** The work of this key that is under way, if any. */
  peek(key: K): Promise<T> | undefined {
    return this.#underWay.get(key);
  }

  /** The outcome of the work under way for this key, begun now if there is none. Rejects as the work does. */
  run(key: K, work: () => Promise<T>): Promise<T> {
    let flight = this.#underWay.get(key);
    if (flight === undefined) {
      flight = work().finally(() => this.#underWay.delete(key));
      this.#underWay.set(key, flight);
    }
    return flight;
  }

  /** Resolves when nothing that was under way at the call is any more, whatever came of it. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#underWay.values());
  }
}
