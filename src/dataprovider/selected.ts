/** Of series by tag, those that were asked for. @module */

import type { Selection } from './data-provider.ts';

export function selected<T>(
  series: ReadonlyMap<string, T>,
  { tags }: Pick<Selection, 'tags'>,
): ReadonlyMap<string, T> {
  if (tags === null) return series;
  const chosen = new Map<string, T>();
  for (const tag of tags) {
    const found = series.get(tag);
    if (found !== undefined) chosen.set(tag, found);
  }
  return chosen;
}
