/** The same work for many runs, several at a time. @module */

import PQueue from 'p-queue';
import { LogdirError } from '../core/index.ts';

/** While one waits for the disk, others are worked on. */
const AT_A_TIME = 16;

export interface EachOptions {
  readonly signal: AbortSignal;
  /** Told of what is left out. */
  readonly onTrouble: (error: unknown) => void;
}

/** Results in the order of the items. One that fails is left out and told of; if all do, the first failure is thrown. */
export async function each<T, R>(
  items: readonly T[],
  { signal, onTrouble }: EachOptions,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const queue = new PQueue({ concurrency: AT_A_TIME });
  const task = (item: T) => async () => {
    signal.throwIfAborted();
    return await work(item);
  };
  const outcomes = await Promise.allSettled(items.map((item) => queue.add(task(item))));
  signal.throwIfAborted();
  const done = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed === undefined) return done;
  if (done.length === 0 || !(failed.reason instanceof LogdirError)) throw failed.reason;
  onTrouble(failed.reason);
  return done;
}
