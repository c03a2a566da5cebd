/** Conditions on runs as filters of W&B's API: MongoDB's operators on its fields (`wandb/apis/public/api.py`, `Api.runs`). Pure. @module */

import { wordNumber } from '../../../wandb-json/index.ts';
import type { RunCondition, RunsWanted } from '../../run-finder.ts';

type Filter = Readonly<Record<string, unknown>>;

const LISTED = { tag: 'tags', group: 'group', job: 'jobType' } as const;
const OPERATORS = { '<': '$lt', '<=': '$lte', '>': '$gt', '>=': '$gte' } as const;

/** As JSON. Lets pass whatever meets the conditions, and perhaps more: W&B has no word for some. */
export function filtersOf(conditions: readonly RunCondition[]): string {
  const parts = conditions.flatMap((condition) => filterOf(condition) ?? []);
  return JSON.stringify(parts.length === 0 ? {} : { $and: parts });
}

function filterOf(condition: RunCondition): Filter | null {
  if (condition.field !== 'config' && condition.field !== 'summary')
    return condition.value === '' ? null : { [LISTED[condition.field]]: condition.value };
  const { comparison, value, field, path } = condition;
  // What differs from a value, and what is not there, SQL and MongoDB tell apart otherwise.
  if (comparison === '!=' || isOddValue(value)) return null;
  const wanted = comparison === '=' ? [{ $in: formsOf(value) }] : ordered(OPERATORS[comparison], value);
  const paths = field === 'summary' ? [summaryPath(path)] : configPaths(path);
  const either = paths.flatMap((name) => wanted.map((one) => ({ [name]: one })));
  return either.length === 1 ? either[0]! : { $or: either };
}

export function orderOf(order: RunsWanted['order']): string {
  return order === null ? '+created_at' : `${order.goal === 'min' ? '+' : '-'}${summaryPath(order.path)}`;
}

/** Top-level keys that a dotted path may begin with: keys may hold dots themselves. */
export function keysOf(path: string): readonly string[] {
  const parts = path.split('.');
  return parts.map((_, i) => parts.slice(0, i + 1).join('.'));
}

/** The value's wrapper stands after the top-level key, of which a dotted path does not say where it ends. */
function configPaths(path: string): readonly string[] {
  return keysOf(path).map((key) => `config.${key}.value${path.slice(key.length)}`);
}

function summaryPath(path: string): string {
  return `summary_metrics.${path}`;
}

/** Numbers compare with numbers and texts with texts. */
function ordered(operator: string, value: string): readonly Filter[] {
  const number = Number(value);
  const texts = [{ [operator]: value }];
  return value.trim() === '' || Number.isNaN(number) ? texts : [{ [operator]: number }, ...texts];
}

/** What a value that reads so may be. */
function formsOf(value: string): readonly unknown[] {
  const number = Number(value);
  const forms: unknown[] = [value];
  if (value.trim() !== '' && Number.isFinite(number)) forms.push(number);
  if (value === 'true' || value === 'false') forms.push(value === 'true');
  return forms;
}

/** Values that a server may keep in some form of its own: no number, infinite, null, lists. */
function isOddValue(value: string): boolean {
  return value === 'null' || wordNumber(value) !== undefined || /^\s*[[{]/.test(value);
}
