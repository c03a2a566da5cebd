/** What a project page shows, as its URL says it: search words, order, page, refresh. @module */

export const RUNS_PER_PAGE = 100;
export const SORTS = ['newest', 'name', 'state'] as const;
/** Seconds between reloads of a page that refreshes itself. */
export const REFRESH_SECONDS = 30;

export interface RunQuery {
  readonly query: string;
  readonly sort: (typeof SORTS)[number];
  /** From 1. */
  readonly page: number;
  readonly refresh: boolean;
}

/** Longest search text looked at; more is cut off. */
const MAX_QUERY_LENGTH = 500;

/** Reads a query string; anything unreadable takes its default, for links outlive versions. */
export function parseRunQuery(search: string): RunQuery {
  const parameters = new URLSearchParams(search);
  const page = Number(parameters.get('page') ?? 1);
  return {
    query: (parameters.get('q') ?? '').slice(0, MAX_QUERY_LENGTH),
    sort: SORTS.find((sort) => sort === parameters.get('sort')) ?? 'newest',
    page: Number.isSafeInteger(page) && page >= 1 ? Math.min(page, MAX_PAGE) : 1,
    refresh: parameters.get('refresh') === '1',
  };
}

/** Keeps `page * RUNS_PER_PAGE` an exact integer. */
const MAX_PAGE = 1e9;

/** The query string, with its `?`, of a changed view; defaults are left out. */
export function runQueryText(query: RunQuery, change: Partial<RunQuery> = {}): string {
  const next = { ...query, ...change };
  const parameters = new URLSearchParams();
  if (next.query !== '') parameters.set('q', next.query);
  if (next.sort !== 'newest') parameters.set('sort', next.sort);
  if (next.page !== 1) parameters.set('page', String(next.page));
  if (next.refresh) parameters.set('refresh', '1');
  const text = parameters.toString();
  return text === '' ? '?' : `?${text}`;
}
