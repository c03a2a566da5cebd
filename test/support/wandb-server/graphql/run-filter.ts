/** Filters of runs: MongoDB's query operators, as far as W&B documents them. @module */

import { GraphQLError } from 'graphql';
import { isObject, type JsonObject, type JsonValue } from '../rows/json-value.ts';
import { strictJson } from '../rows/lenient-json.ts';

type Field = (path: string) => JsonValue | undefined;
type Held = JsonValue | undefined;

/** @throws GraphQLError when the text is no JSON object, or names an operator the server has not. */
export function parseFilter(text: string | null | undefined): JsonObject {
  if (text === null || text === undefined || text === '') return {};
  try {
    const filter = JSON.parse(text) as JsonValue;
    if (isObject(filter)) return filter;
  } catch {
    // Told below, as for JSON that is no object.
  }
  throw new GraphQLError(`invalid filters: expected a JSON object, got ${text.slice(0, 80)}`);
}

/** Whether something with these fields passes. */
export function passes(filter: JsonObject, field: Field): boolean {
  return Object.entries(filter).every(([key, condition]) => {
    if (key === '$and') return listOf(condition).every((part) => passes(part, field));
    if (key === '$or') return listOf(condition).some((part) => passes(part, field));
    if (key === '$nor') return !listOf(condition).some((part) => passes(part, field));
    if (key === '$not') return !passes(condition as JsonObject, field);
    return meets(condition, field(key));
  });
}

function listOf(value: JsonValue): readonly JsonObject[] {
  if (Array.isArray(value)) return value as readonly JsonObject[];
  throw new GraphQLError('invalid filters: $and, $or and $nor take lists');
}

function meets(condition: JsonValue, held: Held): boolean {
  if (!isObject(condition) || !Object.keys(condition).some((key) => key.startsWith('$'))) {
    return equals(held, condition);
  }
  return Object.entries(condition).every(([name, operand]) => operator(name)(held, operand));
}

const OPERATORS: Readonly<Record<string, (held: Held, operand: JsonValue) => boolean>> = {
  $eq: equals,
  $ne: (held, operand) => !equals(held, operand),
  $gt: (held, operand) => compares(held, operand, (order) => order > 0),
  $gte: (held, operand) => compares(held, operand, (order) => order >= 0),
  $lt: (held, operand) => compares(held, operand, (order) => order < 0),
  $lte: (held, operand) => compares(held, operand, (order) => order <= 0),
  $in: (held, operand) => (operand as readonly JsonValue[]).some((one) => equals(held, one)),
  $nin: (held, operand) => !(operand as readonly JsonValue[]).some((one) => equals(held, one)),
  $exists: (held, operand) => (held !== undefined && held !== null) === (operand === true),
  $regex: (held, operand) => typeof held === 'string' && expression(String(operand)).test(held),
  $not: (held, operand) => !meets(operand, held),
};

function operator(name: string): (held: Held, operand: JsonValue) => boolean {
  const found = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (found === undefined) throw new GraphQLError(`invalid filters: unknown operator ${name}`);
  return found;
}

/** A list equals a value it contains, as in MongoDB. What is absent equals null. */
function equals(held: Held, wanted: JsonValue): boolean {
  const value = held ?? null;
  if (strictJson(value) === strictJson(wanted)) return true;
  return Array.isArray(value) && value.some((item) => equals(item as JsonValue, wanted));
}

/** Only numbers compare with numbers, and strings (times among them) with strings. */
function compares(held: Held, operand: JsonValue, test: (order: number) => boolean): boolean {
  if (typeof held === 'number' && typeof operand === 'number') return test(held - operand);
  if (typeof held !== 'string' || typeof operand !== 'string') return false;
  return test(held < operand ? -1 : held > operand ? 1 : 0);
}

/** RE2 puts flags into the expression: `(?i)loss`. */
function expression(text: string): RegExp {
  const [, flags = '', source = text] = /^\(\?([ims]+)\)(.*)$/s.exec(text) ?? [];
  return new RegExp(source, flags);
}
