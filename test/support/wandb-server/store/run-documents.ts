/** Config and summary of a run, as the API tells them. @module */

import { bareObject, isObject, type JsonObject, type JsonValue } from '../rows/json-value.ts';
import { keysOf, type RowSpan } from '../rows/row-block.ts';
import type { RowTable } from '../rows/row-table.ts';

/** `{ lr: 0.1 }` becomes `{ lr: { desc: null, value: 0.1 } }`, as the server keeps config. */
export function wrapConfig(plain: JsonObject): JsonObject {
  return bareObject(Object.entries(plain).map(([key, value]) => [key, { desc: null, value }]));
}

/** The value of a key of wrapped config; `undefined` when it has none. */
export function configValue(wrapped: JsonObject, key: string): JsonValue | undefined {
  const entry = Object.hasOwn(wrapped, key) ? wrapped[key] : undefined;
  return isObject(entry) ? entry['value'] : undefined;
}

/** What `keys:` leaves of a document: the named top-level keys; all of them for null. */
export function onlyKeys(document: JsonObject, keys: readonly string[] | null | undefined): JsonObject {
  if (keys === null || keys === undefined) return document;
  const kept = keys.filter((key) => Object.hasOwn(document, key));
  return bareObject(kept.map((key) => [key, document[key] ?? null]));
}

/** The last value of every key: what the SDK would have sent as the summary. */
export function lastValues(history: RowTable): JsonObject {
  const summary = bareObject();
  const spans = history.spans();
  const open = new Set(keysOf(spans));
  for (const span of spans.toReversed()) takeLastValues(summary, open, span);
  return summary;
}

function takeLastValues(summary: Record<string, JsonValue>, open: Set<string>, { block, from, to }: RowSpan) {
  for (let index = to - 1; index >= from && open.size > 0; index--) {
    for (const key of open) {
      const value = block.value(index, key);
      if (value === undefined) continue;
      summary[key] = value;
      open.delete(key);
    }
  }
}
