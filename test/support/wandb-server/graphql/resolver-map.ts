/** Ties functions to fields of the schema. @module */

import {
  type GraphQLFieldResolver,
  GraphQLObjectType,
  type GraphQLSchema,
  isInterfaceType,
  isScalarType,
  isUnionType,
} from 'graphql';
import type { Context } from './context.ts';

/** Any resolver; what it takes is checked where it is written, and by the schema's own types when it is called. */
export type Resolver = (source: never, args: never, context: Context) => unknown;
export type ResolverMap = Readonly<Record<string, Readonly<Record<string, Resolver>>>>;

/**
 * Fields without a resolver give the property of their name. Fields a server lacks (`missing`) are skipped.
 * @throws RangeError for a resolver of a type the schema has not.
 */
export function attachResolvers(schema: GraphQLSchema, map: ResolverMap): void {
  for (const [typeName, resolvers] of Object.entries(map)) {
    const type = schema.getType(typeName);
    if (!(type instanceof GraphQLObjectType))
      throw new RangeError(`no object type ${typeName} in the schema`);
    const fields = type.getFields();
    for (const [name, resolver] of Object.entries(resolvers)) {
      const field = fields[name];
      if (field !== undefined) field.resolve = resolver as unknown as GraphQLFieldResolver<unknown, Context>;
    }
  }
}

/** How to tell which type of a union or interface a value is. */
export function attachTypes(
  schema: GraphQLSchema,
  typeOf: Readonly<Record<string, (value: never) => string>>,
): void {
  for (const [name, resolve] of Object.entries(typeOf)) {
    const type = schema.getType(name);
    if (isUnionType(type) || isInterfaceType(type)) type.resolveType = resolve as (value: unknown) => string;
  }
}

/** Checks of scalars that come in as variables or literals. */
export function attachScalars(schema: GraphQLSchema): void {
  const parsers: Readonly<Record<string, (value: unknown) => unknown>> = {
    Int64: parseInt64,
    JSONString: parseText,
  };
  for (const [name, parse] of Object.entries(parsers)) {
    const type = schema.getType(name);
    if (isScalarType(type)) type.parseValue = parse;
  }
}

function parseInt64(value: unknown): number {
  const number = typeof value === 'string' ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number)) return number;
  throw new TypeError(`Int64 cannot represent ${JSON.stringify(value)}`);
}

function parseText(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new TypeError(`JSONString cannot represent ${JSON.stringify(value)}: it is no string`);
}
