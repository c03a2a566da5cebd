/** What a project page shows, as its URL says it: search, order, columns, page, layout, refresh. @module */

import { columnOf, columnText, type RunColumn, type RunOrder } from '../../overview/index.ts';

/** Of a page; the second is for who wants to see all. */
export const PAGE_SIZES = [100, 1000] as const;
/** `table`: values of config and summary. `curves`: sparklines, media and event files. */
export const LAYOUTS = ['table', 'curves'] as const;
/** Seconds between reloads of a page that refreshes itself. */
export const REFRESH_SECONDS = 30;

export interface ProjectView {
  readonly query: string;
  readonly order: RunOrder;
  /** Null: those that tell most. */
  readonly columns: readonly RunColumn[] | null;
  /** From 1. */
  readonly page: number;
  /** Runs on a page. */
  readonly limit: (typeof PAGE_SIZES)[number];
  readonly layout: (typeof LAYOUTS)[number];
  readonly refresh: boolean;
}

/** Longest search text looked at; more is cut off. */
const MAX_QUERY_LENGTH = 500;
/** Keeps `page * limit` an exact integer. */
const MAX_PAGE = 1e9;

const NEWEST: RunOrder = { by: 'started', direction: 'descending' };
const ORDERS = ['started', 'name', 'state', 'changed', 'step', 'rows'] as const;

/** Reads a query string; anything unreadable takes its default, for links outlive versions. */
export function parseProjectView(search: string): ProjectView {
  const parameters = new URLSearchParams(search);
  const page = Number(parameters.get('page') ?? 1);
  const limit = Number(parameters.get('limit'));
  const layout = LAYOUTS.find((known) => known === parameters.get('view')) ?? LAYOUTS[0];
  return {
    query: (parameters.get('q') ?? '').slice(0, MAX_QUERY_LENGTH),
    order: parseOrder(parameters.get('sort') ?? ''),
    columns: parameters.has('columns')
      ? parameters.getAll('columns').flatMap((text) => columnOf(text.trim()) ?? [])
      : null,
    page: Number.isSafeInteger(page) && page >= 1 ? Math.min(page, MAX_PAGE) : 1,
    // Curves are read from the logs of all runs of a page.
    limit: PAGE_SIZES.find((size) => size === limit && layout === 'table') ?? PAGE_SIZES[0],
    layout,
    refresh: parameters.get('refresh') === '1',
  };
}

/** `name`, `-config.lr`: a minus for descending. `newest`: those that started last, which is the default. */
function parseOrder(text: string): RunOrder {
  const direction = text.startsWith('-') ? 'descending' : 'ascending';
  const name = text.replace(/^-/, '');
  const by = ORDERS.find((order) => order === name) ?? columnOf(name);
  return by === undefined ? NEWEST : { by, direction };
}

function orderText({ by, direction }: RunOrder): string {
  const name = typeof by === 'string' ? by : columnText(by);
  return direction === 'descending' ? `-${name}` : name;
}

/** Name and value of each parameter of a view; defaults are left out. */
export function viewParameters(view: ProjectView): readonly (readonly [name: string, value: string])[] {
  const { query, columns, page, limit, layout, refresh } = view;
  const sort = orderText(view.order);
  // An empty one says that none is chosen.
  const chosen = columns?.length === 0 ? [''] : (columns ?? []).map(columnText);
  const parameters: (readonly [string, string])[] = [];
  if (query !== '') parameters.push(['q', query]);
  if (sort !== orderText(NEWEST)) parameters.push(['sort', sort]);
  if (layout !== LAYOUTS[0]) parameters.push(['view', layout]);
  if (limit !== PAGE_SIZES[0]) parameters.push(['limit', String(limit)]);
  if (page !== 1) parameters.push(['page', String(page)]);
  if (refresh) parameters.push(['refresh', '1']);
  return [...parameters, ...chosen.map((text) => ['columns', text] as const)];
}

/** The query string, with its `?`, of a changed view. */
export function viewHref(view: ProjectView, change: Partial<ProjectView> = {}): string {
  const parameters = viewParameters({ ...view, ...change });
  return `?${new URLSearchParams(parameters.map(([name, value]) => [name, value]))}`;
}

/** The view that a click on a heading leads to: the other direction where it is sorted by that already. */
export function sortedBy(
  view: ProjectView,
  by: RunOrder['by'],
  first: RunOrder['direction'],
): Partial<ProjectView> {
  const direction = directionOf(view, by);
  const next = direction === undefined ? first : direction === 'ascending' ? 'descending' : 'ascending';
  return { order: { by, direction: next }, page: 1 };
}

/** In which direction a view is sorted by something; undefined where it is sorted by something else. */
export function directionOf({ order }: ProjectView, by: RunOrder['by']): RunOrder['direction'] | undefined {
  const isSame =
    typeof by === 'string' || typeof order.by === 'string'
      ? by === order.by
      : columnText(by) === columnText(order.by);
  return isSame ? order.direction : undefined;
}
