/**
 * Rows of a run's history in one form, whoever read them: the SDK's public API, this program's source, or TensorBoard's
 * event file. What the form leaves out, nobody can tell: W&B's server has words for NaN and infinities, and a column of
 * a parquet file does not tell null from absent.
 * @module
 */

import type { HistoryRow } from '../../src/core/index.ts';
import type { TensorBoardEvent } from '../../src/protobuf/index.ts';
import { shownTag } from './shown-tag.ts';
import { flattenRow } from './wandb-server/rows/flat-row.ts';
import { isObject, type JsonObject, type JsonValue } from './wandb-server/rows/json-value.ts';
import { parseLenient } from './wandb-server/rows/lenient-json.ts';

/** Numbers exactly, booleans as 0 and 1; words for what is not finite. */
export interface PlainRow {
  readonly step: number;
  readonly timestamp: number;
  /** By flat key, in the order of keys. */
  readonly values: Readonly<Record<string, JsonValue>>;
}

/** A point of a series: wall time, step, and a float32 or a text. */
export type Point = readonly [wallTime: number, step: number, value: number | string];

const BOOKKEEPING = /^_(?:step|timestamp|runtime|wandb(?:\..*)?)$/;
const WORDS: ReadonlySet<JsonValue> = new Set(['NaN', 'Infinity', '-Infinity']);

/** A row as the public API gives it: flat or nested, unions of `_type_…` members told apart or not. */
export function ofSdkRow(row: JsonObject): PlainRow {
  const members = Object.entries(flattenRow(present(row) as JsonObject));
  const values = members.filter(([key]) => !BOOKKEEPING.test(key));
  return { step: Number(row['_step']), timestamp: Number(row['_timestamp']), values: sorted(values) };
}

export function ofHistoryRow({ step, timestamp, shape, values, cells }: HistoryRow): PlainRow {
  const numbers = shape.keys.map((key, i) => [key, present(values[i]!)] as const);
  const others = cells.map(
    ({ key, kind, text }) => [key, kind === 'string' ? text : present(parseLenient(text))] as const,
  );
  return { step, timestamp, values: sorted([...numbers, ...others.filter(([, value]) => value !== null)]) };
}

/**
 * Series that an event file must show of rows: scalars by tag and texts by tag, as docs/MAPPING.md names them. The
 * words of numbers count as numbers under keys for which `isNumeric` says so.
 */
export function seriesOfRows(
  rows: readonly PlainRow[],
  isNumeric: (key: string) => boolean,
): Map<string, Point[]> {
  const series = new Map<string, Point[]>();
  const tags = new KeyTags();
  for (const { step, timestamp, values } of rows) {
    for (const [key, value] of Object.entries(values)) {
      const isNumber = typeof value === 'number' || (WORDS.has(value) && isNumeric(key));
      const text = typeof value === 'string' ? value : Array.isArray(value) ? listText(value) : null;
      if (!isNumber && text === null) continue;
      const kind = isNumber ? 'scalar' : Array.isArray(value) ? 'list' : 'string';
      const tag = tags.of(key, kind);
      const points = series.get(tag) ?? [];
      points.push([timestamp, step, isNumber ? Math.fround(Number(value)) : text!]);
      series.set(tag, points);
    }
  }
  return series;
}

/** Tags of keys whose values may be of several kinds: the first has the plain one. */
class KeyTags {
  readonly #tags = new Map<string, Map<'scalar' | 'string' | 'list', string>>();

  of(key: string, kind: 'scalar' | 'string' | 'list'): string {
    const known = this.#tags.get(key) ?? new Map();
    this.#tags.set(key, known);
    const tag =
      known.get(kind) ?? this.#free(key, kind === 'scalar' ? 'scalar' : 'text', [...known.values()]);
    known.set(kind, tag);
    return tag;
  }

  #free(key: string, type: string, taken: readonly string[]): string {
    const plain = shownTag(key);
    const typed = `${plain}/${type}`;
    return [plain, typed, `${typed} (2)`].find((tag) => !taken.includes(tag))!;
  }
}

/** As a block of Markdown, cut as docs/MAPPING.md says. */
function listText(list: readonly JsonValue[]): string {
  const json = JSON.stringify(list);
  return `    ${json.length <= 2000 ? json : `${json.slice(0, 1999)}…`}`;
}

/** Series of an event file that come from history. */
export function seriesOfEvents(events: readonly TensorBoardEvent[]): Map<string, Point[]> {
  return seriesWhere(events, (tag) => !/^(?:wandb|system|_hparams_)\//.test(tag));
}

/** Series of numbers, strings and lists alone: without those of keys that hold media, which other tests look at. */
export function plainSeries(
  series: ReadonlyMap<string, Point[]>,
  rows: readonly PlainRow[],
): Map<string, Point[]> {
  const others = new Set(
    rows.flatMap(({ values }) =>
      Object.entries(values).flatMap(([key, value]) => (isObject(value) ? [shownTag(key)] : [])),
    ),
  );
  const isOf = (tag: string, other: string) =>
    tag.startsWith(other) && /^(?:|\/.*|_(?:VERTEX|FACE|COLOR))$/s.test(tag.slice(other.length));
  return new Map([...series].filter(([tag]) => ![...others].some((other) => isOf(tag, other))));
}

/** Series of an event file that tell of the machine. */
export function systemSeries(events: readonly TensorBoardEvent[]): Map<string, Point[]> {
  return seriesWhere(events, (tag) => tag.startsWith('system/'));
}

function seriesWhere(
  events: readonly TensorBoardEvent[],
  isWanted: (tag: string) => boolean,
): Map<string, Point[]> {
  const series = new Map<string, Point[]>();
  for (const { wallTime = 0, step = 0, summary } of events) {
    for (const { tag = '', simpleValue, tensor } of summary?.value ?? []) {
      if (!isWanted(tag)) continue;
      const points = series.get(tag) ?? [];
      const text = tensor?.stringVal?.[0];
      points.push([wallTime, step, simpleValue ?? new TextDecoder().decode(text)]);
      series.set(tag, points);
    }
  }
  return series;
}

/** A value without what is null or has no members. */
function present(value: JsonValue): JsonValue {
  if (typeof value === 'boolean' || typeof value === 'bigint') return Number(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) return value.map((item) => listItem(item as JsonValue));
  if (!isObject(value)) return value;
  const members = Object.entries(value)
    .map(([key, item]) => [key, present(item)] as const)
    .filter(([, item]) => item !== null);
  if (members.length === 0) return null;
  if (members.every(([key]) => key.startsWith('_type_'))) return members[0]![1];
  return Object.fromEntries(members);
}

function listItem(item: JsonValue): JsonValue {
  return isObject(item) ? (present(item) ?? {}) : present(item);
}

function sorted(members: readonly (readonly [string, JsonValue])[]): Record<string, JsonValue> {
  const values = Object.create(null) as Record<string, JsonValue>;
  for (const [key, value] of [...members].sort(([a], [b]) => (a < b ? -1 : 1))) values[key] = value;
  return values;
}
