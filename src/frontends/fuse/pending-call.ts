/** A request that could not be answered at once: it may be interrupted, or take too long. @module */

import type { Call } from './call.ts';
import type { FuseRequest } from './protocol/index.ts';

export class PendingCall implements Call {
  readonly request: FuseRequest;
  /** Monotonic milliseconds since when it is waited for; set by who waits. */
  startedMs = 0;
  #controller: AbortController | undefined;
  #isAnswered = false;

  constructor(request: FuseRequest) {
    this.request = request;
  }

  /** Made when it is first asked for: most requests are answered without. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  get uid(): number {
    return this.request.uid;
  }

  /** True for whoever comes first, who is to answer. */
  claim(): boolean {
    if (this.#isAnswered) return false;
    this.#isAnswered = true;
    return true;
  }

  abort(): void {
    this.#controller?.abort();
  }
}
