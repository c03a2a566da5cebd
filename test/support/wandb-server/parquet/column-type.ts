/**
 * How W&B's exports store a column: plain when all values are of one type, a struct of `_type_…` members when they
 * are not, JSON bytes when they are too irregular. Source: wandb-cloud.md 1.1-1.7. @module
 */

import { isObject, type JsonObject, type JsonValue } from '../rows/json-value.ts';

export type ColumnType =
  | { readonly kind: 'null' | 'float64' | 'utf8' | 'bool' }
  /** One JSON document a cell. */
  | { readonly kind: 'binary' }
  | { readonly kind: 'list'; readonly element: ColumnType }
  | { readonly kind: 'struct'; readonly fields: ReadonlyMap<string, ColumnType> }
  /** Exactly one member of a cell is not null. */
  | { readonly kind: 'union'; readonly members: ReadonlyMap<UnionMember, ColumnType> };

export type UnionMember = '_type_float64' | '_type_utf8' | '_type_bool' | '_type_list' | '_type_struct';
type Cell = JsonValue | undefined;

export const JSON_BYTES: ColumnType = { kind: 'binary' };
/** Deeper nesting is written as JSON bytes. */
const MAX_DEPTH = 5;

/** The type that holds all values; null and undefined fit everywhere. */
export function inferType(values: Iterable<Cell>, depth = 0): ColumnType {
  if (depth > MAX_DEPTH) return JSON_BYTES;
  const members = new Map<UnionMember, JsonValue[]>();
  for (const value of values) {
    if (value === undefined || value === null) continue;
    const member = memberOf(value);
    const found = members.get(member);
    if (found === undefined) members.set(member, [value]);
    else if (typeof value === 'object') found.push(value);
  }
  const types = new Map([...members].map(([member, held]) => [member, memberType(member, held, depth)]));
  if (types.size === 0) return { kind: 'null' };
  const [only] = types.values();
  return types.size === 1 && only !== undefined ? only : { kind: 'union', members: types };
}

/** The member of a union a value belongs to. Numbers that are not finite are kept as words. */
export function memberOf(value: Exclude<JsonValue, null>): UnionMember {
  if (typeof value === 'bigint') return '_type_float64';
  if (typeof value === 'number') return Number.isFinite(value) ? '_type_float64' : '_type_utf8';
  if (typeof value === 'string') return '_type_utf8';
  if (typeof value === 'boolean') return '_type_bool';
  return isObject(value) ? '_type_struct' : '_type_list';
}

function memberType(member: UnionMember, values: readonly JsonValue[], depth: number): ColumnType {
  if (member === '_type_float64') return { kind: 'float64' };
  if (member === '_type_utf8') return { kind: 'utf8' };
  if (member === '_type_bool') return { kind: 'bool' };
  if (member === '_type_struct') return structType(values as readonly JsonObject[], depth);
  return { kind: 'list', element: inferType((values as readonly JsonValue[][]).flat(), depth + 1) };
}

/** Parquet has no struct without fields: such objects are JSON bytes. */
function structType(values: readonly JsonObject[], depth: number): ColumnType {
  const names = new Set(values.flatMap((value) => Object.keys(value)));
  if (names.size === 0) return JSON_BYTES;
  const fields = [...names].map((name) => {
    const held = values.map((value) => (Object.hasOwn(value, name) ? value[name] : undefined));
    return [name, inferType(held, depth + 1)] as const;
  });
  return { kind: 'struct', fields: new Map(fields) };
}
