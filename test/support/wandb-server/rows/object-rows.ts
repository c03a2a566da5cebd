/** Rows held one by one, as the SDK or a test sends them. @module */

import type { JsonObject, JsonValue } from './json-value.ts';
import { strictJson } from './lenient-json.ts';
import type { RowBlock } from './row-block.ts';

/** Grows at its end; never changes otherwise, so spans of it stay true. */
export class ObjectRows implements RowBlock {
  readonly #rows: JsonObject[] = [];
  readonly #keys = new Set<string>();

  /** Adds flat rows. */
  append(rows: readonly JsonObject[]): void {
    for (const row of rows) {
      this.#rows.push(row);
      for (const key of Object.keys(row)) this.#keys.add(key);
    }
  }

  get length(): number {
    return this.#rows.length;
  }

  get keys(): readonly string[] {
    return [...this.#keys];
  }

  step(index: number): number {
    const step = this.#rows[index]?.['_step'];
    return step === undefined ? index : Number(step);
  }

  value(index: number, key: string): JsonValue | undefined {
    return this.#rows[index]?.[key];
  }

  row(index: number): JsonObject {
    return this.#rows[index] ?? {};
  }

  json(index: number): string {
    return strictJson(this.row(index));
  }
}
