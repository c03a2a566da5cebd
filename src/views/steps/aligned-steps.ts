/** What several runs logged, step by step: the rows of all that have one at a step. @module */

import type { Member } from './member.ts';
import { StretchRows } from './stretch-rows.ts';
import { type Stretch, stretchesOf } from './stretches.ts';

/**
 * Bound on rows of all members in memory: blocks of a few hundred members as they are. Of more members, each block is read
 * several times, in parts.
 */
const MAX_BYTES = 32 * 1024 * 1024;

/** Rows at one step. Valid until the next is taken. */
export interface AlignedStep {
  readonly step: number;
  /** Unix seconds: the newest of the rows that have values. */
  readonly timestamp: number;
  /** Numbers of the keys that have values, in no order; see `AlignedSteps.keyOf`. None where all were taken back. */
  readonly keys: readonly number[];
  /** By key number: values of the members that have one, in the order of the members. */
  readonly values: readonly (readonly number[])[];
}

export interface AlignedStepsOptions {
  /** Steps above this one; null: from the start. */
  readonly after: number | null;
  /** Default: `MAX_BYTES`. */
  readonly maxBytes?: number;
  readonly signal: AbortSignal;
}

export class AlignedSteps {
  /** By number. */
  readonly #keys: string[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #values: number[][] = [];
  #present: number[] = [];
  /** A heap: no entry is before the one at half its index. */
  readonly #heap: Entry[] = [];

  static async open(members: readonly Member[], options: AlignedStepsOptions): Promise<AlignedSteps> {
    const aligned = new AlignedSteps();
    const { after, maxBytes = MAX_BYTES, signal } = options;
    const stretches: { readonly member: Member; readonly stretch: Stretch }[] = [];
    for (const member of members) {
      for (const stretch of await stretchesOf(member, { signal })) stretches.push({ member, stretch });
    }
    const windowBytes = maxBytes / Math.max(1, stretches.length);
    for (const [order, { member, stretch }] of stretches.entries()) {
      signal.throwIfAborted();
      const { run, log } = member;
      const rows = new StretchRows({ run, log, stretch, windowBytes, numberOf: aligned.#numberOf });
      await rows.begin(after ?? Number.NEGATIVE_INFINITY);
      aligned.#put({ rows, order });
    }
    return aligned;
  }

  /** The next step; infinite where there is none. */
  get nextStep(): number {
    return this.#heap[0]?.rows.step ?? Number.POSITIVE_INFINITY;
  }

  keyOf(number: number): string {
    return this.#keys[number]!;
  }

  /** What was logged at the next step, which must be there. */
  async take(): Promise<AlignedStep> {
    const step = this.nextStep;
    let timestamp = Number.NEGATIVE_INFINITY;
    for (const key of this.#present) this.#values[key]!.length = 0;
    this.#present = [];
    while (this.nextStep === step) {
      const entry = this.#heap[0]!;
      if (entry.rows.give(this.#add)) timestamp = Math.max(timestamp, entry.rows.timestamp);
      const reading = entry.rows.next();
      // Nearly all rows are in memory: no turn of the event loop.
      if (reading !== undefined) await reading;
      this.#settle();
    }
    return { step, timestamp, keys: this.#present, values: this.#values };
  }

  readonly #numberOf = (key: string): number => {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#keys.push(key) - 1;
    this.#numbers.set(key, number);
    this.#values.push([]);
    return number;
  };

  readonly #add = (key: number, value: number): void => {
    const values = this.#values[key]!;
    if (values.push(value) === 1) this.#present.push(key);
  };

  #put(entry: Entry): void {
    if (!Number.isFinite(entry.rows.step)) return;
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isBefore(entry, heap[above]!)) break;
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = entry;
  }

  /** The first entry has another step than before, or none. */
  #settle(): void {
    const heap = this.#heap;
    let entry = heap[0]!;
    if (!Number.isFinite(entry.rows.step)) {
      const last = heap.pop()!;
      if (heap.length === 0) return;
      entry = last;
    }
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below++;
      if (!isBefore(heap[below]!, entry)) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = entry;
  }
}

interface Entry {
  readonly rows: StretchRows;
  /** Of equal steps the one of the earlier member comes first: sums depend on the order. */
  readonly order: number;
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.rows.step < b.rows.step || (a.rows.step === b.rows.step && a.order < b.order);
}
