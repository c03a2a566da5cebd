/** What a page of compared runs shows, as its URL says it: runs, tags of charts, scale. @module */

import { MAX_COMPARED_RUNS } from '../../overview/index.ts';
import { pageHref } from './site.ts';

/** Last part of the path. No directory of a run begins with `@`. */
export const COMPARE = '@compare';

export interface CompareView {
  /** Names of directories, or ids. */
  readonly runs: readonly string[];
  /** Null: those that tell most. */
  readonly tags: readonly string[] | null;
  /** Of the values. */
  readonly scale: 'linear' | 'log';
}

/** A page says how many runs of an address are left out; beyond this it counts no more. */
const MAX_RUNS = 50 * MAX_COMPARED_RUNS;

/** Reads a query string; anything unreadable takes its default. */
export function parseCompareView(search: string): CompareView {
  const parameters = new URLSearchParams(search);
  const given = (name: string) => parameters.getAll(name).filter((value) => value !== '');
  return {
    runs: given('runs').slice(0, MAX_RUNS),
    tags: parameters.has('tag') ? given('tag') : null,
    scale: parameters.get('y') === 'log' ? 'log' : 'linear',
  };
}

export function compareParameters({ runs, tags, scale }: CompareView) {
  const parameters: [name: string, value: string][] = runs.map((run) => ['runs', run]);
  for (const tag of tags?.length === 0 ? [''] : (tags ?? [])) parameters.push(['tag', tag]);
  if (scale === 'log') parameters.push(['y', 'log']);
  return parameters;
}

/** Query string of a changed view. */
export function compareQuery(view: CompareView, change: Partial<CompareView> = {}): string {
  return `?${new URLSearchParams(compareParameters({ ...view, ...change }))}`;
}

/** Address of the page that compares runs of a project. */
export function compareHref(basePath: string, entity: string, project: string): string {
  return `${pageHref(basePath, entity, project)}/${COMPARE}`;
}
