/** The same work for many items, so many at a time. @module */

import pMap, { pMapIterable } from 'p-map';

export interface ConcurrencyOptions {
  /** Items worked on at a time; at least 1. */
  readonly limit: number;
  readonly signal: AbortSignal;
}

/** Results in the order of the items. Rejects with the first failure, or as soon as `signal` is aborted. */
export async function mapLimit<T, R>(
  items: Iterable<T>,
  { limit, signal }: ConcurrencyOptions,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  return await pMap(items, work, { concurrency: limit, signal });
}

/** Outcomes in the order of the items, failures among them. Rejects only when `signal` is aborted. */
export async function mapSettled<T, R>(
  items: Iterable<T>,
  options: ConcurrencyOptions,
  work: (item: T, index: number) => Promise<R>,
): Promise<PromiseSettledResult<R>[]> {
  return await mapLimit(items, options, async (item, index) => {
    try {
      return { status: 'fulfilled', value: await work(item, index) } as const;
    } catch (reason) {
      options.signal.throwIfAborted();
      return { status: 'rejected', reason } as const;
    }
  });
}

/** The same one after the other as they are asked for, with the next ones begun ahead. */
export function mapOrdered<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  limit: number,
  work: (item: T, index: number) => Promise<R>,
): AsyncIterable<R> {
  return pMapIterable(items, work, { concurrency: limit }) as AsyncIterable<R>;
}
