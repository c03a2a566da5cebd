/** Values of config and summary, held against what people write. Pure. @module */

import type { Comparison } from '../../history/index.ts';
import { type JsonValue, parseWandbJson, wordNumber } from '../../wandb-json/index.ts';

/**
 * Whether a value, as W&B's JSON, compares so with a text. Finite numbers compare with numbers and strings with strings, by code
 * units; others are equal or not. What is not there differs from nothing.
 */
export function compares(json: string | undefined, comparison: Comparison, text: string): boolean {
  if (json === undefined) return false;
  const value = parseWandbJson(json);
  if (comparison === '=') return isSame(value, text);
  if (comparison === '!=') return !isSame(value, text);
  const order = orderOf(value, text);
  if (order === null) return false;
  switch (comparison) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

/** The finite number that a value is; undefined for anything else. */
export function finiteNumber(json: string | undefined): number | undefined {
  const value = json === undefined ? undefined : parseWandbJson(json);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function isSame(value: JsonValue, text: string): boolean {
  const number = numberOf(value);
  if (number === undefined) return value === text || (typeof value !== 'string' && isSameJson(value, text));
  const wanted = numberIn(text);
  return wanted !== undefined && (Object.is(number, wanted) || number === wanted);
}

/** Negative: the value comes before the text. Null: neither comes before the other. */
function orderOf(value: JsonValue, text: string): number | null {
  const number = numberOf(value);
  if (number === undefined)
    return typeof value !== 'string' ? null : value === text ? 0 : value < text ? -1 : 1;
  const wanted = numberIn(text);
  return Number.isFinite(number) && wanted !== undefined && Number.isFinite(wanted) ? number - wanted : null;
}

/** A server has strings for numbers that strict JSON lacks, and folders bare words. */
function numberOf(value: JsonValue): number | undefined {
  return typeof value === 'string' ? wordNumber(value) : typeof value === 'number' ? value : undefined;
}

function numberIn(text: string): number | undefined {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  return wordNumber(text) ?? (Number.isNaN(number) ? undefined : number);
}

function isSameJson(value: JsonValue, text: string): boolean {
  return JSON.stringify(value) === JSON.stringify(parseWandbJson(text));
}
