/**
 * Numbers of a run's summary that its history does not have: set by hand (`run.summary["test/accuracy"] = 0.9`), or asked
 * for by `define_metric(summary="max")`, which W&B keeps as `acc.max`. Of every key of history W&B itself keeps a copy of
 * the last value in the summary, and these are left out. Pure.
 * @module
 */

import { type JsonValue, objectOfPaths, type PathValue } from '../wandb-json/index.ts';

/** A number of a summary, as text: NaN and infinities have none in JSON. */
export interface SummaryMetric {
  /** Keys of nested objects joined with dots. */
  readonly key: string;
  readonly text: string;
}

/** As many as TensorBoard's HParams dashboard asks for. */
const MAX_METRICS = 1000;
/** W&B's own entries: axes, and what its SDK notes. */
const OWN = new Set(['_wandb', '_step', '_runtime', '_timestamp']);
const NUMBER_WORDS = new Set(['NaN', 'Infinity', '-Infinity']);

/** By key, the first `MAX_METRICS`. `hasKey`: whether history has a key. */
export function summaryMetricsOf(
  summary: readonly PathValue[],
  hasKey: (key: string) => boolean,
): readonly SummaryMetric[] {
  const found = new Map<string, SummaryMetric>();
  let level = Object.entries(objectOfPaths(summary.filter(({ path }) => !OWN.has(path[0] ?? ''))));
  while (level.length > 0) {
    const below: [string, JsonValue][] = [];
    for (const [key, value] of level) {
      const text = numberText(value);
      if (text !== null && !hasKey(key) && !found.has(key)) found.set(key, { key, text });
      below.push(...membersOf(key, value));
    }
    level = below;
  }
  return [...found.values()].sort((a, b) => (a.key < b.key ? -1 : 1)).slice(0, MAX_METRICS);
}

function numberText(value: JsonValue): string | null {
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && NUMBER_WORDS.has(value) ? value : null;
}

/** Members of a nested object; none of media, whose `_type` says what they are. */
function membersOf(key: string, value: JsonValue): [string, JsonValue][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  if (typeof value['_type'] === 'string') return [];
  return Object.entries(value).map(([name, member]) => [`${key}.${name}`, member]);
}
