/** Runs of a project: filtered, ordered, page by page. @module */

import { type JsonValue, jsonSafe } from '../rows/json-value.ts';
import type { Project } from '../store/project.ts';
import type { Run } from '../store/run.ts';
import { type Connection, pageOf } from './connection.ts';
import { runField } from './run-fields.ts';
import { parseFilter, passes } from './run-filter.ts';

export interface RunListArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  /** JSON text. */
  readonly filters?: string | null;
  /** `+created_at`, `-heartbeat_at`, `-summary_metrics.loss`; several with commas. */
  readonly order?: string | null;
}

/** The API gives no more at once, whatever is asked (wandb-cloud.md 3.6). */
const MAX_PAGE = 1000;

interface OrderTerm {
  readonly path: string;
  readonly sign: 1 | -1;
}

export function runsMatching(project: Project, filters: string | null | undefined): readonly Run[] {
  const filter = parseFilter(filters);
  return [...project.runs.values()].filter((run) => passes(filter, (path) => runField(run, path)));
}

export function runPage(project: Project, args: RunListArguments): Connection<Run> {
  const terms = parseOrder(args.order ?? '-created_at');
  const keyOf = (run: Run) => [...terms.map(({ path }) => jsonSafe(runField(run, path) ?? null)), run.name];
  const keyed = runsMatching(project, args.filters).map((run) => ({ run, key: keyOf(run) }));
  keyed.sort((a, b) => compareKeys(a.key, b.key, terms));
  const ordered = {
    items: keyed.map(({ run }) => run),
    keyOf,
    isAfter: (run: Run, key: unknown) => compareKeys(keyOf(run), key as JsonValue[], terms) > 0,
  };
  return pageOf(ordered, args, MAX_PAGE);
}

/** Without a sign: descending, as the API has it for `created_at`. */
function parseOrder(order: string): readonly OrderTerm[] {
  return order.split(',').map((term) => ({
    path: term.trim().replace(/^[+-]/, ''),
    sign: term.trim().startsWith('+') ? 1 : -1,
  }));
}

/** By the terms, then by id, so that no two runs are equal. */
function compareKeys(a: readonly JsonValue[], b: readonly JsonValue[], terms: readonly OrderTerm[]): number {
  for (const [index, { sign }] of terms.entries()) {
    const order = compareValues(a[index] ?? null, b[index] ?? null);
    if (order !== 0) return sign * order;
  }
  return compareValues(a.at(-1) ?? null, b.at(-1) ?? null);
}

/** Numbers by size, strings by code units, what is absent before all. */
function compareValues(a: JsonValue, b: JsonValue): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [String(a), String(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
