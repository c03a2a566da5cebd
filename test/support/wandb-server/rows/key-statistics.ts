/** What `historyKeys` tells of each key: how often it held which type, whether it only grew, its last number. @module */

import { bareObject, isObject, type JsonObject, type JsonValue, mediaType } from './json-value.ts';
import type { RowSpan } from './row-block.ts';

/** What real servers answer as the last number of a key that never held one (wandb-cloud.md 2.12). */
const NO_NUMBER = -Number.MAX_VALUE;

class KeyFacts {
  readonly #counts = new Map<string, number>();
  #items: JsonValue | undefined;
  #numbers = 0;
  #last = NO_NUMBER;
  #isMonotonic = true;

  add(value: JsonValue): void {
    if (typeof value === 'number' && Number.isFinite(value)) this.#addNumber(value);
    else if (typeof value === 'bigint') this.#addNumber(Number(value));
    else this.#addOther(value);
  }

  /** `typeCounts`, `monotonic` (absent when false) and `previousValue` of historyKeys. */
  describe(): JsonObject {
    const counts = new Map(this.#numbers > 0 ? [['number', this.#numbers]] : []);
    for (const [type, count] of this.#counts) counts.set(type, count);
    const typeCounts = [...counts].map(([type, count]) =>
      type === 'list' && this.#items !== undefined ? { type, count, items: [this.#items] } : { type, count },
    );
    return { typeCounts, ...(this.#isMonotonic ? { monotonic: true } : {}), previousValue: this.#last };
  }

  #addNumber(value: number): void {
    this.#numbers += 1;
    if (value < this.#last) this.#isMonotonic = false;
    this.#last = value;
  }

  #addOther(value: JsonValue): void {
    const type = typeName(value);
    this.#counts.set(type, (this.#counts.get(type) ?? 0) + 1);
    if (Array.isArray(value) && value.length > 0) this.#items = describeItem(value[0] as JsonValue);
  }
}

/** Numbers that are not finite count as strings: the server stores them so (wandb-cloud.md 1.1). */
function typeName(value: JsonValue): string {
  if (value === null) return 'nil';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string' || typeof value === 'number') return 'string';
  if (typeof value === 'bigint') return 'number';
  return isObject(value) ? (mediaType(value) ?? 'map') : 'list';
}

function describeItem(value: JsonValue): JsonObject {
  const type = typeof value === 'number' ? 'number' : typeName(value);
  if (type !== 'map') return { type };
  const members = Object.entries(value as JsonObject).map(
    ([key, item]) => [key, [describeItem(item)]] as const,
  );
  return { type, keys: bareObject(members) };
}

export class KeyStatistics {
  readonly #facts = new Map<string, KeyFacts>();
  #rows = 0;
  #lastStep = -1;

  /** Rows counted so far. */
  get rows(): number {
    return this.#rows;
  }

  count(spans: readonly RowSpan[]): void {
    for (const span of spans) {
      for (const key of span.block.keys) this.#countKey(key, span);
      for (let index = span.from; index < span.to; index++)
        this.#lastStep = Math.max(this.#lastStep, span.block.step(index));
      this.#rows += span.to - span.from;
    }
  }

  /** The `historyKeys` document; `lastStep` is -1 when there are no rows. */
  describe(): JsonObject {
    const keys = [...this.#facts].map(([key, facts]) => [key, facts.describe()] as const);
    return { sets: [], lastStep: this.#lastStep, keys: bareObject(keys) };
  }

  #countKey(key: string, { block, from, to }: RowSpan): void {
    let facts = this.#facts.get(key);
    for (let index = from; index < to; index++) {
      const value = block.value(index, key);
      if (value === undefined) continue;
      if (facts === undefined) {
        facts = new KeyFacts();
        this.#facts.set(key, facts);
      }
      facts.add(value);
    }
  }
}
