/** What of a run no plugin shows: values of types that none accepts, and records nobody decodes; with the reasons. @module */

import { type SeriesDictionary, tagTableOf } from './tag-table.ts';

export interface NotShown {
  /** Of the values; null for records. */
  readonly key: string | null;
  /** See `CellSeries.accepts`; or the kind of record. */
  readonly type: string;
  readonly count: number;
  /** For people; docs/MAPPING.md says the same. */
  readonly reason: string;
}

/** What was read of a run, as far as it concerns what is not shown. */
export interface ReadContent {
  readonly dictionary: SeriesDictionary;
  /** Rows or cells per shape id; fewer entries than shapes where the last ones have none. */
  readonly shapeRows: readonly (number | undefined)[];
  /** Records that were counted and not decoded. */
  readonly unread: Readonly<Record<string, number>>;
}

const REASONS: Readonly<Record<string, string>> = {
  console: 'console output is not turned into TensorBoard text',
  file: 'files saved with a run are no TensorBoard values; they are below @files',
  artifact: 'artifacts are not served',
  alert: 'alerts have no place in TensorBoard',
  tensorboard: 'event files synced by W&B are not read; their scalars are in the history already',
  other: 'a kind of record this version does not know',
  missing: 'W&B counts more rows or values of this run than it sends',
  null: 'null is no value',
  list: 'lists have no TensorBoard summary of their own',
};
const MEDIA_REASON = 'media and tables are not turned into TensorBoard summaries by this version';

/** Values first, in the order their keys were first logged. */
export function notShownOf({ dictionary, shapeRows, unread }: ReadContent): readonly NotShown[] {
  const tags = tagTableOf(dictionary);
  const values = dictionary.shapes.flatMap((shape, shapeId) => {
    const count = shapeRows[shapeId] ?? 0;
    if (count === 0 || tags.pluginOf(shapeId) !== null) return [];
    return [entry(dictionary.keys[shape.keys[0] ?? -1] ?? '', shape.type ?? '', count)];
  });
  return [...values, ...Object.entries(unread).map(([type, count]) => entry(null, type, count))];
}

function entry(key: string | null, type: string, count: number): NotShown {
  return { key, type, count, reason: REASONS[type] ?? MEDIA_REASON };
}
