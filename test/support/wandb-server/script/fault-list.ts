/** The faults in force: which requests they hit, how often, and what they do. @module */

import { matches, type RequestFacts, type RequestMatcher } from '../http/request-facts.ts';
import type { Effect } from './effects.ts';

export interface FaultSpec {
  readonly match?: RequestMatcher;
  readonly effect: Effect;
  /** Matching requests to let pass first. Default 0. */
  readonly skip?: number;
  /** Requests to hit, then no more. Default: no bound. */
  readonly times?: number;
  /** Chance of a matching request to be hit, 0 to 1. Default 1. */
  readonly probability?: number;
}

export class Fault {
  readonly #spec: FaultSpec;
  readonly #remove: (fault: Fault) => void;
  #seen = 0;
  #hits = 0;

  constructor(spec: FaultSpec, remove: (fault: Fault) => void) {
    this.#spec = spec;
    this.#remove = remove;
  }

  /** Requests it has hit. */
  get hits(): number {
    return this.#hits;
  }

  remove(): void {
    this.#remove(this);
  }

  /** Its effect when it hits this request; it then counts. */
  strike(request: RequestFacts, random: () => number): Effect | null {
    const { match = {}, skip = 0, times = Number.POSITIVE_INFINITY, probability = 1, effect } = this.#spec;
    if (!matches(match, request)) return null;
    this.#seen += 1;
    if (this.#seen <= skip || this.#hits >= times || random() >= probability) return null;
    this.#hits += 1;
    return effect;
  }
}

export class FaultList {
  readonly #random: () => number;
  #faults: readonly Fault[] = [];

  constructor(random: () => number) {
    this.#random = random;
  }

  add(spec: FaultSpec): Fault {
    const fault = new Fault(spec, (gone) => {
      this.#faults = this.#faults.filter((kept) => kept !== gone);
    });
    this.#faults = [...this.#faults, fault];
    return fault;
  }

  clear(): void {
    this.#faults = [];
  }

  /** The effect of the first fault that hits. */
  strike(request: RequestFacts): Effect {
    for (const fault of this.#faults) {
      const effect = fault.strike(request, this.#random);
      if (effect !== null) return effect;
    }
    return {};
  }
}
