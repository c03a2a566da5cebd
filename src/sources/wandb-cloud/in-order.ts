/** Work done ahead, results taken in order. @module */

/**
 * Results of `work` on each item, in the order of the items, up to `ahead` of them under way at a time. A failure is met
 * when its turn comes; what was begun beyond it is left to end by itself.
 */
export async function* inOrder<T, R>(
  items: readonly T[],
  ahead: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const pending: Promise<R>[] = [];
  const begin = () => {
    const item = items[next++];
    if (item === undefined) return;
    const result = work(item);
    result.catch(() => undefined);
    pending.push(result);
  };
  let next = 0;
  while (next < Math.min(ahead, items.length)) begin();
  for (let result = pending.shift(); result !== undefined; result = pending.shift()) {
    const value = await result;
    if (next < items.length) begin();
    yield value;
  }
}
