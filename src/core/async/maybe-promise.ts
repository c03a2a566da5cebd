/** Answers that are given at once where they are at hand, and promised otherwise. @module */

/**
 * One method serves hot paths and slow ones: callers ask `instanceof Promise`, and save the turn of the event loop
 * that `await` costs where there is nothing to wait for.
 */
export type MaybePromise<T> = T | Promise<T>;

/** What `map` makes of an answer, at once if the answer is at hand. Throws, or rejects, as `map` does. */
export function mapAnswer<T, R>(
  answer: MaybePromise<T>,
  map: (answer: T) => MaybePromise<R>,
): MaybePromise<R> {
  return answer instanceof Promise ? answer.then(map) : map(answer);
}
