/** A sequence whose first item is on its way before anybody takes it. @module */

/** Disposing it lets go of the rest, also when nothing was taken. */
export class Begun<T> implements AsyncIterable<T>, Disposable {
  readonly #items: AsyncGenerator<T>;
  readonly #first: Promise<IteratorResult<T>>;

  constructor(items: AsyncGenerator<T>) {
    this.#items = items;
    this.#first = items.next();
    // Met by whoever takes it.
    this.#first.catch(() => undefined);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (let item = await this.#first; item.done !== true; item = await this.#items.next()) yield item.value;
  }

  /** What is under way is not waited for: it ends by itself. */
  [Symbol.dispose](): void {
    this.#items.return(undefined).catch(() => undefined);
  }
}
