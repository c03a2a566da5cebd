/**
 * What of a run no plugin shows: values of types that none accepts, numbers of the summary that wait for the run's end, and
 * records nobody decodes; with the reasons. Pure.
 * @module
 */

import type { NotShown } from './plugin.ts';
import { type SeriesDictionary, type TagTable, tagTableOf } from './tag-table.ts';

export interface NotShownEntry {
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
  /** Keys of the summary whose numbers the run's next exit tells. */
  readonly untoldSummary?: readonly string[];
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
  summary: 'numbers of a summary are told when the run ends; until then the data provider alone shows them',
  missing: 'W&B counts more rows or values of this run than it sends',
  null: 'null is no value',
  list: 'lists have no TensorBoard summary of their own',
};
const MEDIA_REASON = 'media and tables are not turned into TensorBoard summaries by this version';

/** Values first, in the order their keys were first logged. */
export function notShownOf({
  dictionary,
  shapeRows,
  untoldSummary = [],
  unread,
}: ReadContent): readonly NotShownEntry[] {
  const cells = notShownCells(dictionary, tagTableOf(dictionary), shapeRows);
  return [
    ...cells.map(({ key, type, count }) => entry(key, type, count)),
    ...untoldSummary.map((key) => entry(key, 'summary', 1)),
    ...Object.entries(unread).map(([type, count]) => entry(null, type, count)),
  ];
}

/** Cells without a plugin, in the order of first appearance. `counts`: of cells, by shape id. */
export function notShownCells(
  { keys, shapes }: SeriesDictionary,
  tags: TagTable,
  counts: readonly (number | undefined)[],
): readonly NotShown[] {
  return shapes.flatMap((shape, shapeId) => {
    const count = counts[shapeId] ?? 0;
    if (shape.kind !== 'cell' || count === 0 || !tags.isHidden(shapeId)) return [];
    return [{ key: keys[shape.keys[0] ?? -1] ?? '', type: shape.type ?? '', count }];
  });
}

function entry(key: string | null, type: string, count: number): NotShownEntry {
  return { key, type, count, reason: REASONS[type] ?? MEDIA_REASON };
}
