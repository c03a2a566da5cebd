/** Values of config and summary, held against what people write. Pure. @module */

import type { Comparison } from '../../history/index.ts';
import { type JsonValue, parseWandbJson, wordNumber } from '../../wandb-json/index.ts';

/**
 * Whether a value, as W&B's JSON, compares so with a text. Numbers compare with numbers and strings with strings, by code
 * units; others are equal or not. What is not there differs from nothing.
 */
export function compares(json: string | undefined, comparison: Comparison, text: string): boolean {
  if (json === undefined) return false;
  const order = orderOf(parseWandbJson(json), text);
  switch (comparison) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order !== null && order < 0;
    case '<=':
      return order !== null && order <= 0;
    case '>':
      return order !== null && order > 0;
    case '>=':
      return order !== null && order >= 0;
  }
}

/** The finite number that a value is; undefined for anything else. */
export function finiteNumber(json: string | undefined): number | undefined {
  const value = json === undefined ? undefined : parseWandbJson(json);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** Negative: the value comes before the text. Null: neither comes before the other, and they are not equal. */
function orderOf(value: JsonValue, text: string): number | null {
  const number = numberOf(value);
  if (number !== undefined) return numberOrder(number, numberIn(text));
  if (typeof value === 'string') return value === text ? 0 : value < text ? -1 : 1;
  return isSameJson(value, text) ? 0 : null;
}

function numberOrder(value: number, wanted: number | undefined): number | null {
  if (wanted === undefined) return null;
  if (Object.is(value, wanted) || value === wanted) return 0;
  return Number.isNaN(value) || Number.isNaN(wanted) ? null : value - wanted;
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
