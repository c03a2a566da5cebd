/** Counts requests in plain numbers; they become metrics only when somebody asks for them. @module */

import type { Metrics } from '../../observability/index.ts';
import type { FuseOperation } from './protocol/index.ts';

type Kind = FuseOperation['kind'];

export class OperationTally {
  readonly #requests = new Map<Kind, number>();
  readonly #failures = new Map<number, number>();
  #readBytes = 0;

  constructor(metrics: Metrics) {
    metrics.beforeExposing(() => this.#flush(metrics));
  }

  request(kind: Kind): void {
    this.#requests.set(kind, (this.#requests.get(kind) ?? 0) + 1);
  }

  failure(errno: number): void {
    this.#failures.set(errno, (this.#failures.get(errno) ?? 0) + 1);
  }

  bytes(count: number): void {
    this.#readBytes += count;
  }

  #flush(metrics: Metrics): void {
    for (const [operation, count] of this.#requests)
      metrics.increment('fuse_requests_total', { operation }, count);
    for (const [errno, count] of this.#failures) metrics.increment('fuse_errors_total', { errno }, count);
    metrics.increment('fuse_read_bytes_total', {}, this.#readBytes);
    this.#requests.clear();
    this.#failures.clear();
    this.#readBytes = 0;
  }
}
