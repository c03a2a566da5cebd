/** The rows of a run, as the server keeps them: appended, cut, selected by step. @module */

import type { JsonObject } from './json-value.ts';
import { KeyStatistics } from './key-statistics.ts';
import { ObjectRows } from './object-rows.ts';
import type { RowBlock, RowPlace, RowSpan } from './row-block.ts';

export class RowTable {
  #spans: RowSpan[] = [];
  /** Rows of the last span that may still be added to. */
  #tail: ObjectRows | null = null;
  #isAscending = true;
  #maxStep = -1;
  #statistics = new KeyStatistics();

  /** Rows, which the API calls lines. */
  get length(): number {
    return this.#spans.reduce((sum, { from, to }) => sum + to - from, 0);
  }

  /** Largest step; -1 when there is none. */
  get lastStep(): number {
    return this.#maxStep;
  }

  /** Adds flat rows. */
  append(rows: readonly JsonObject[]): void {
    if (rows.length === 0) return;
    const tail = this.#openTail();
    const from = tail.length;
    tail.append(rows);
    this.#noteSteps({ block: tail, from, to: tail.length });
    const last = this.#spans.at(-1);
    if (last?.block === tail) this.#spans[this.#spans.length - 1] = { ...last, to: tail.length };
    else this.#spans.push({ block: tail, from, to: tail.length });
  }

  /** Adds all rows of a block, which must not change any more. */
  appendBlock(block: RowBlock): void {
    this.appendSpans([{ block, from: 0, to: block.length }]);
  }

  appendSpans(spans: readonly RowSpan[]): void {
    this.#tail = null;
    for (const span of spans) {
      this.#noteSteps(span);
      this.#spans.push(span);
    }
  }

  /** Keeps the first `length` rows. */
  truncate(length: number): void {
    if (length >= this.length) return;
    this.#replace(this.spans(0, length));
  }

  /** Keeps rows up to and including `step`. */
  truncateAfter(step: number): void {
    const kept = new RowTable();
    for (const { block, index } of this.places())
      if (block.step(index) <= step) kept.appendSpans([{ block, from: index, to: index + 1 }]);
    this.#replace(joined(kept.spans()));
  }

  /** Rows `from` up to `to` in the order they were logged. They stay as they are, whatever happens here. */
  spans(from = 0, to = Number.POSITIVE_INFINITY): readonly RowSpan[] {
    const found: RowSpan[] = [];
    let passed = 0;
    for (const span of this.#spans) {
      const start = span.from + Math.max(0, from - passed);
      const end = Math.min(span.to, span.from + to - passed);
      if (start < end) found.push({ block: span.block, from: start, to: end });
      passed += span.to - span.from;
    }
    return found;
  }

  /** Rows in the order they were logged. */
  places(from = 0, to = Number.POSITIVE_INFINITY): RowPlace[] {
    return placesOf(this.spans(from, to));
  }

  /** Rows with `minStep <= step < maxStep`, by step. */
  select(minStep: number, maxStep: number): RowPlace[] {
    if (!this.#isAscending) {
      return this.places()
        .filter(({ block, index }) => block.step(index) >= minStep && block.step(index) < maxStep)
        .sort((a, b) => a.block.step(a.index) - b.block.step(b.index));
    }
    const spans = this.#spans.map((span) => ({
      ...span,
      from: firstAtLeast(span, minStep),
      to: firstAtLeast(span, maxStep),
    }));
    return placesOf(spans);
  }

  /** What is known of each key. Counts only what was added since it was last asked. */
  statistics(): KeyStatistics {
    this.#statistics.count(this.spans(this.#statistics.rows));
    return this.#statistics;
  }

  #openTail(): ObjectRows {
    this.#tail ??= new ObjectRows();
    return this.#tail;
  }

  #replace(spans: readonly RowSpan[]): void {
    this.#spans = [];
    this.#isAscending = true;
    this.#maxStep = -1;
    this.#statistics = new KeyStatistics();
    this.appendSpans(spans);
  }

  #noteSteps({ block, from, to }: RowSpan): void {
    for (let index = from; index < to; index++) {
      const step = block.step(index);
      if (step <= this.#maxStep) this.#isAscending = false;
      else this.#maxStep = step;
    }
  }
}

function placesOf(spans: readonly RowSpan[]): RowPlace[] {
  const places: RowPlace[] = [];
  for (const { block, from, to } of spans)
    for (let index = from; index < to; index++) places.push({ block, index });
  return places;
}

/** Spans that touch become one. */
function joined(spans: readonly RowSpan[]): RowSpan[] {
  const result: RowSpan[] = [];
  for (const span of spans) {
    const last = result.at(-1);
    if (last?.block === span.block && last.to === span.from)
      result[result.length - 1] = { ...last, to: span.to };
    else result.push(span);
  }
  return result;
}

/** First row of an ascending span whose step is at least `step`. */
function firstAtLeast({ block, from, to }: RowSpan, step: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (block.step(middle) < step) low = middle + 1;
    else high = middle;
  }
  return low;
}
