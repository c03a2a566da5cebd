/** What the log of a run says that its page shows: tags, values not shown, summary. Pure. @module */

import type { RunLog } from '../history/index.ts';
import { notShownOf, tagTableOf } from '../plugins/index.ts';
import type { RunCard, RunDetail } from './overview.ts';

type Ledger = RunLog['ledger'];

/** Every tag, ascending. */
export function tagsOf({ dictionary }: Ledger): readonly string[] {
  const tags = tagTableOf(dictionary);
  return [...new Set(dictionary.shapes.flatMap((_, shapeId) => tags.knownTagsOf(shapeId)))].sort();
}

/** By type. That null is not shown, nobody misses. */
export function valuesNotShown(ledger: Ledger): RunCard['notShown'] {
  const counts = new Map<string, number>();
  for (const { key, type, count } of notShownOf(ledger)) {
    if (key !== null && type !== 'null') counts.set(type, (counts.get(type) ?? 0) + count);
  }
  return [...counts].map(([type, count]) => ({ type, count }));
}

/** By key. Of media, which are described by many values, the type alone; what W&B keeps for itself is left out. */
export function summaryOf({ summary }: Ledger): RunDetail['summary'] {
  const entries = summary.entries.filter(({ path }) => path[0]?.startsWith('_') === false);
  const id = (path: readonly string[]) => JSON.stringify(path);
  const media = new Set(
    entries.flatMap(({ path }) => (path.at(-1) === '_type' ? [id(path.slice(0, -1))] : [])),
  );
  return entries
    .filter(
      ({ path }) => path.at(-1) === '_type' || !path.some((_, depth) => media.has(id(path.slice(0, depth)))),
    )
    .map(({ path, json }) => ({ key: path.filter((name) => name !== '_type').join('.'), json }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}
