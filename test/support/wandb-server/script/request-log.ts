/** Every request the server got, for tests to count. @module */

import { matches, type RequestFacts, type RequestMatcher } from '../http/request-facts.ts';

export interface LoggedRequest extends RequestFacts {
  /** 0 while it is being answered, and when the connection broke before there was a status. */
  readonly status: number;
  /** Bytes of the answer's body that were sent. */
  readonly bytes: number;
  /** Milliseconds from arrival to the last byte. */
  readonly ms: number;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const MAX_ENTRIES = 200_000;

export class RequestLog {
  #entries: Writable<LoggedRequest>[] = [];
  #inFlight = 0;
  #peakInFlight = 0;

  /** In the order of arrival. */
  get all(): readonly LoggedRequest[] {
    return this.#entries;
  }

  /** The most requests that were being answered at once. */
  get peakInFlight(): number {
    return this.#peakInFlight;
  }

  matching(matcher: RequestMatcher): readonly LoggedRequest[] {
    return this.#entries.filter((entry) => matches(matcher, entry));
  }

  count(matcher: RequestMatcher = {}): number {
    return this.matching(matcher).length;
  }

  /** Requests by operation of the GraphQL door, by name of the others. */
  tally(): Readonly<Record<string, number>> {
    const tally: Record<string, number> = {};
    for (const { door, operation } of this.#entries) {
      const name = operation ?? door;
      tally[name] = (tally[name] ?? 0) + 1;
    }
    return tally;
  }

  /** How often the bytes of each file were asked for, by `RUN/NAME`; those of artifacts by `/NAME`. */
  downloads(): Readonly<Record<string, number>> {
    const downloads: Record<string, number> = {};
    for (const { method, file, runs } of this.#entries) {
      if (method !== 'GET' || file === null) continue;
      const name = `${runs[0] ?? ''}/${file}`;
      downloads[name] = (downloads[name] ?? 0) + 1;
    }
    return downloads;
  }

  reset(): void {
    this.#entries = [];
    this.#peakInFlight = this.#inFlight;
  }

  /** Notes an arrival; the returned function notes its end. */
  begin(facts: RequestFacts): (end: { readonly status: number; readonly bytes: number }) => void {
    const entry: Writable<LoggedRequest> = { ...facts, status: 0, bytes: 0, ms: 0 };
    const startMs = performance.now();
    this.#entries.push(entry);
    if (this.#entries.length > MAX_ENTRIES) this.#entries.splice(0, MAX_ENTRIES / 2);
    this.#inFlight += 1;
    this.#peakInFlight = Math.max(this.#peakInFlight, this.#inFlight);
    return ({ status, bytes }) => {
      this.#inFlight -= 1;
      Object.assign(entry, { status, bytes, ms: performance.now() - startMs });
    };
  }
}
