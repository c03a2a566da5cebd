/** What is read again when an operator asks for it, such as certificates. @module */

/** What became of one of them; `error` null: it was read. */
export interface Reloaded {
  readonly name: string;
  readonly error: unknown;
}

export class Reloaders {
  readonly #reloaders = new Map<object, { readonly name: string; readonly reload: () => Promise<void> }>();

  /** `reload` keeps the old state where it fails. `name` is for people: `certificate`. Disposing takes it away. */
  add(name: string, reload: () => Promise<void>): Disposable {
    const key = {};
    this.#reloaders.set(key, { name, reload });
    return { [Symbol.dispose]: () => void this.#reloaders.delete(key) };
  }

  /** Has everything read again, side by side: one that fails leaves the others. In the order they were added. */
  async reload(): Promise<readonly Reloaded[]> {
    const work = [...this.#reloaders.values()].map(async ({ name, reload }): Promise<Reloaded> => {
      try {
        await reload();
        return { name, error: null };
      } catch (error) {
        return { name, error };
      }
    });
    return await Promise.all(work);
  }
}
