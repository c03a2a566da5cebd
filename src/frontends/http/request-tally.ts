/** Counts hot answers in plain numbers; they become metrics only when somebody asks for them. @module */

import type { Metrics } from '../../observability/index.ts';

/** The answers the hot route gives. */
export const HOT_ANSWERS = [
  { route: 'logdir', method: 'GET', status: 206 },
  { route: 'logdir', method: 'HEAD', status: 200 },
  { route: 'webhdfs', method: 'GET', status: 200 },
] as const;

export const HOT_RANGE = 0;
export const HOT_HEAD = 1;
export const HOT_WEBHDFS = 2;

export class RequestTally {
  readonly #answers = new Float64Array(HOT_ANSWERS.length);
  readonly #bytes = new Float64Array(HOT_ANSWERS.length);

  constructor(metrics: Metrics) {
    metrics.beforeExposing(() => this.#flush(metrics));
  }

  /** `answer` is an index into `HOT_ANSWERS`. */
  count(answer: number, bytes: number): void {
    this.#answers[answer]! += 1;
    this.#bytes[answer]! += bytes;
  }

  #flush(metrics: Metrics): void {
    for (const [index, labels] of HOT_ANSWERS.entries()) {
      const answers = this.#answers[index] ?? 0;
      if (answers === 0) continue;
      metrics.increment('http_requests_total', labels, answers);
      metrics.increment('http_sent_bytes_total', { route: labels.route }, this.#bytes[index]);
    }
    this.#answers.fill(0);
    this.#bytes.fill(0);
  }
}
