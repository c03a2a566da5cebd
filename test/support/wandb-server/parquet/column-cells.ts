/** Values as the parquet writer takes them, and the schema that goes with them. @module */

import type { SchemaElement } from 'hyparquet';
import { isObject, type JsonValue, nonFiniteWord } from '../rows/json-value.ts';
import { strictJson } from '../rows/lenient-json.ts';
import { type ColumnType, memberOf } from './column-type.ts';

/** What the writer takes: null is absent. */
type Cell =
  | null
  | number
  | string
  | boolean
  | Uint8Array
  | readonly Cell[]
  | { readonly [name: string]: Cell };

const encoder = new TextEncoder();

/** A value in a column of the type that was inferred from it and its neighbours. */
export function cellOf(value: JsonValue | undefined, type: ColumnType): Cell {
  if (value === undefined || value === null) return null;
  switch (type.kind) {
    case 'null':
      return null;
    case 'float64':
      return Number(value);
    case 'utf8':
      return typeof value === 'number' ? nonFiniteWord(value) : String(value);
    case 'bool':
      return value === true;
    case 'binary':
      return encoder.encode(strictJson(value));
    case 'list':
      return (value as readonly JsonValue[]).map((item) => cellOf(item, type.element));
    case 'struct':
      return structCell(value, type.fields);
    case 'union':
      return structCell({ [memberOf(value)]: value }, type.members);
  }
}

/** Every field of the type is there, as null where the value lacks it. */
function structCell(value: JsonValue, fields: ReadonlyMap<string, ColumnType>): Cell {
  const held = isObject(value) ? value : {};
  const cells = [...fields].map(([name, type]) => {
    return [name, cellOf(Object.hasOwn(held, name) ? held[name] : undefined, type)] as const;
  });
  return Object.fromEntries(cells);
}

/** Schema of a column, depth first, as parquet lists it. */
export function schemaOf(name: string, type: ColumnType): SchemaElement[] {
  const base = { name, repetition_type: 'OPTIONAL' } as const;
  switch (type.kind) {
    case 'null':
      return [{ ...base, type: 'INT32', logical_type: { type: 'NULL' } }];
    case 'float64':
      return [{ ...base, type: 'DOUBLE' }];
    case 'utf8':
      return [{ ...base, type: 'BYTE_ARRAY', converted_type: 'UTF8' }];
    case 'bool':
      return [{ ...base, type: 'BOOLEAN' }];
    case 'binary':
      return [{ ...base, type: 'BYTE_ARRAY' }];
    case 'list':
      return [
        { ...base, num_children: 1, converted_type: 'LIST' },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        ...schemaOf('element', type.element),
      ];
    case 'struct':
      return groupSchema(base, type.fields);
    case 'union':
      return groupSchema(base, type.members);
  }
}

function groupSchema(base: SchemaElement, fields: ReadonlyMap<string, ColumnType>): SchemaElement[] {
  const children = [...fields].flatMap(([name, type]) => schemaOf(name, type));
  return [{ ...base, num_children: fields.size }, ...children];
}
