/**
 * Values of parquet columns as they cross threads: as JSON has them. Unions are what is in them, nulls of structs are
 * absent, and columns of nothing but numbers are side by side in one array, which can be handed over. @module
 */

import type { DecodedArray } from 'hyparquet';
import { parseLenientJson } from '../../../../wandb-json/index.ts';
import type { ColumnValues } from './column.ts';

const decoder = new TextDecoder();
/** Deeper structs are damage: nobody logs them, and recursion has to end before the stack does. */
const MAX_DEPTH = 256;

/** Values of a column as hyparquet decodes them. Unions whose values all are numbers are numbers. */
export function columnValues(decoded: DecodedArray): ColumnValues {
  const count = decoded.length;
  const numbers = new Float64Array(count);
  const absent = new Uint8Array(count);
  let absences = 0;
  for (let row = 0; row < count; row++) {
    const value = plainValue(decoded[row]);
    if (typeof value === 'number') numbers[row] = value;
    else if (typeof value === 'boolean') numbers[row] = Number(value);
    else if (value === undefined) {
      absent[row] = 1;
      absences++;
    } else return { kind: 'any', values: Array.from(decoded, (item) => plainValue(item)) };
  }
  if (absences === count) return { kind: 'none' };
  return { kind: 'numbers', values: numbers, absent: absences === 0 ? null : absent };
}

/**
 * A value as `history` of the server would have it: 64-bit integers as numbers, binary cells as the JSON document they
 * hold, a union (`_type_float64`, `_type_utf8` …) as its one value, structs without their nulls. Absent: undefined.
 */
function plainValue(value: unknown, depth = 0): unknown {
  switch (typeof value) {
    case 'number':
    case 'string':
    case 'boolean':
      return value;
    case 'bigint':
      return Number(value);
    default:
      return typeof value === 'object' && value !== null && depth < MAX_DEPTH
        ? plainObject(value, depth + 1)
        : undefined;
  }
}

function plainObject(value: object, depth: number): unknown {
  if (value instanceof Uint8Array) return plainDocument(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  if (Array.isArray(value) || ArrayBuffer.isView(value))
    return Array.from(value as ArrayLike<unknown>, (item) => plainItem(item, depth));
  const members = Object.entries(value);
  if (isUnion(members)) return plainValue(presentMember(members), depth);
  const plain: Record<string, unknown> = Object.create(null);
  let count = 0;
  for (const [name, member] of members) {
    const found = plainValue(member, depth);
    if (found === undefined) continue;
    plain[name] = found;
    count++;
  }
  return count === 0 ? undefined : plain;
}

/** In lists, a struct whose members are all null is still one. */
function plainItem(item: unknown, depth: number): unknown {
  if (typeof item !== 'object' || item === null) return plainValue(item, depth) ?? null;
  const members = Object.entries(item);
  if (isUnion(members)) return depth < MAX_DEPTH ? plainItem(presentMember(members), depth + 1) : null;
  return plainValue(item, depth) ?? {};
}

function presentMember(members: readonly (readonly [string, unknown])[]): unknown {
  return members.find(([, member]) => member !== null && member !== undefined)?.[1];
}

function isUnion(members: readonly (readonly [string, unknown])[]): boolean {
  return members.length > 0 && members.every(([name]) => name.startsWith('_type_'));
}

/** Binary cells hold JSON, in which NaN may stand bare; what is none is text. */
function plainDocument(bytes: Uint8Array): unknown {
  const text = decoder.decode(bytes);
  try {
    return parseLenientJson(text) ?? undefined;
  } catch {
    return text;
  }
}
