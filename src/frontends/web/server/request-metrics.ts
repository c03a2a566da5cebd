/** Counts and times requests. Replies given at once are counted in plain numbers until somebody asks. @module */

import type { ServerResponse } from 'node:http';
import type { Metrics } from '../../../observability/index.ts';

const METHODS: readonly string[] = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'OPTIONS', 'PATCH', 'other'];

/** Replies of one route, by status and method, and the bytes of files they held. */
interface Tally {
  /** Key: status * METHODS.length + index of the method. */
  readonly replies: Map<number, number>;
  bytes: number;
}

export class RequestMetrics {
  static readonly #ofTables = new WeakMap<Metrics, RequestMetrics>();
  readonly #metrics: Metrics;
  readonly #tallies = new Map<string, Tally>();
  #open = 0;

  /** One for all servers that report to the same table: they are counted together, each route by itself. */
  static of(metrics: Metrics): RequestMetrics {
    const known = RequestMetrics.#ofTables.get(metrics);
    if (known !== undefined) return known;
    const made = new RequestMetrics(metrics);
    RequestMetrics.#ofTables.set(metrics, made);
    return made;
  }

  private constructor(metrics: Metrics) {
    this.#metrics = metrics;
    metrics.gauge('http_open_requests', () => this.#open);
    metrics.beforeExposing(() => this.#flush());
  }

  /** Counts a reply that was given in the turn of its request: too short to be timed. */
  count(route: string, method: string, status: number, bytes: number): void {
    let tally = this.#tallies.get(route);
    if (tally === undefined) {
      tally = { replies: new Map(), bytes: 0 };
      this.#tallies.set(route, tally);
    }
    const key = status * METHODS.length + methodIndex(method);
    tally.replies.set(key, (tally.replies.get(key) ?? 0) + 1);
    tally.bytes += bytes;
  }

  /** Times a reply that is under way, until its connection has it or is gone. The route is asked for then. */
  follow(routeOf: () => string, method: string, res: ServerResponse): void {
    const startMs = performance.now();
    this.#open++;
    res.once('close', () => {
      this.#open--;
      const route = routeOf();
      const labels = { route, method: METHODS[methodIndex(method)] ?? 'other', status: res.statusCode };
      this.#metrics.increment('http_requests_total', labels);
      this.#metrics.observe('http_request_duration_seconds', (performance.now() - startMs) / 1000, { route });
    });
  }

  /** Counts bytes of files that a followed reply held. */
  countBytes(route: string, bytes: number): void {
    if (bytes > 0) this.#metrics.increment('http_sent_bytes_total', { route }, bytes);
  }

  #flush(): void {
    for (const [route, tally] of this.#tallies) {
      for (const [key, count] of tally.replies) {
        const method = METHODS[key % METHODS.length] ?? 'other';
        const status = Math.floor(key / METHODS.length);
        this.#metrics.increment('http_requests_total', { route, method, status }, count);
      }
      this.countBytes(route, tally.bytes);
    }
    this.#tallies.clear();
  }
}

function methodIndex(method: string): number {
  const index = METHODS.indexOf(method);
  return index < 0 ? METHODS.length - 1 : index;
}
