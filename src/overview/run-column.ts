/** Columns of a table of runs: values at a key path of their configs or summaries. Pure. @module */

import { parseWandbJson, wordNumber } from '../wandb-json/index.ts';

export interface RunColumn {
  readonly field: 'config' | 'summary';
  /** Key, with dots where keys nest. */
  readonly path: string;
}

/** A value as it can be shown. `json`: an object or a list, as W&B's JSON text. */
export type ShownValue =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'json'; readonly text: string };

/** `config.lr`, `summary.val/loss`: as queries and addresses of pages name it. */
export function columnText({ field, path }: RunColumn): string {
  return `${field}.${path}`;
}

/** Undefined for a text that names no column. */
export function columnOf(text: string): RunColumn | undefined {
  const [, field, path = ''] = /^(config|summary)\.(.+)$/s.exec(text) ?? [];
  if (field !== 'config' && field !== 'summary') return undefined;
  return { field, path };
}

/** `json`: W&B's JSON text, where NaN and infinities stand bare, or as strings of a server. */
export function shownValue(json: string): ShownValue {
  const value = parseWandbJson(json);
  if (typeof value === 'number') return { kind: 'number', value };
  if (typeof value === 'string') {
    const number = wordNumber(value);
    return number === undefined ? { kind: 'text', text: value } : { kind: 'number', value: number };
  }
  const isNested = typeof value === 'object' && value !== null;
  return { kind: isNested ? 'json' : 'text', text: json };
}

const RANKS = { number: 0, text: 1, json: 2 } as const satisfies Record<ShownValue['kind'], number>;

/**
 * The order of a sorted column: numbers, then texts, then what nests, each ascending or descending; NaN after all numbers, and
 * runs without a value last, in either direction.
 */
export function compareValues(
  a: ShownValue | null,
  b: ShownValue | null,
  direction: 'ascending' | 'descending',
): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (a.kind !== b.kind) return RANKS[a.kind] - RANKS[b.kind];
  const sign = direction === 'ascending' ? 1 : -1;
  if (a.kind === 'number' && b.kind === 'number') return compareNumbers(a.value, b.value, sign);
  if (a.kind === 'number' || b.kind === 'number') return 0;
  return sign * (a.text === b.text ? 0 : a.text < b.text ? -1 : 1);
}

function compareNumbers(a: number, b: number, sign: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a === b ? 0 : a < b ? -sign : sign;
}
