/**
 * What of a run is not shown: values of types that no dashboard has, numbers of the summary that wait for the run's end, values
 * that its event file leaves out, files that are gone, and records nobody decodes; with the reasons. Pure.
 * @module
 */

import type { NotShown } from './plugin.ts';
import { type SeriesDictionary, type TagTable, tagTableOf } from './tag-table.ts';

export interface NotShownEntry {
  /** Of the values; null for records and files. */
  readonly key: string | null;
  /** See `CellSeries.accepts`; or the kind of record. */
  readonly type: string;
  readonly count: number;
  /** For people; docs/MAPPING.md says the same. */
  readonly reason: string;
  /** Where in the run's directory it can be opened; absent where nowhere. */
  readonly path?: string;
}

/** Values of one shape that the event file leaves out. The data provider has them. */
export interface LeftOutValues {
  readonly shapeId: number;
  /** Because there are so many. */
  readonly sampled: number;
  /** Because of their size, or that of the file. */
  readonly tooLarge: number;
}

/** What was read of a run, as far as it concerns what is not shown. */
export interface ReadContent {
  readonly dictionary: SeriesDictionary;
  /** Rows or cells per shape id; fewer entries than shapes where the last ones have none. */
  readonly shapeRows: readonly (number | undefined)[];
  /** Keys of the summary whose numbers the run's next exit tells. */
  readonly untoldSummary?: readonly string[];
  readonly leftOut?: readonly LeftOutValues[];
  /** By shape id: values that came to nothing. */
  readonly emptyValues?: ReadonlyMap<number, number>;
  /** Why files that values are made of are gone. */
  readonly losses?: readonly string[];
  /** Records that were counted and not decoded. */
  readonly unread: Readonly<Record<string, number>>;
}

/** Of records. */
const REASONS: Readonly<Record<string, string>> = {
  console: 'the last lines of the console are told when the run ends; all of it is below @files',
  file: 'files saved with a run are no TensorBoard values; they are below @files',
  artifact: 'artifacts are not served',
  alert: 'alerts have no place in TensorBoard',
  tensorboard: 'values of event files that W&B synced are in the history; the files are below @tensorboard',
  other: 'a kind of record this version does not know',
  summary: 'numbers of a summary are told when the run ends; until then the data provider alone shows them',
  missing: 'W&B counts more rows or values of this run than it sends',
};
const NULL_REASON = 'null is no value';
const NAMED_REASON =
  'no TensorBoard dashboard shows values of this type; a text under the key names its files';
const SAMPLED_REASON = 'the event file has a sample (--media, --media-samples); the data provider has all';
const TOO_LARGE_REASON =
  'too large for the event file (--media-max-value-bytes, --media-max-run-bytes); the data provider has it';
const EMPTY_REASON =
  'nothing in it that a dashboard shows: its file is not what its type says, or is larger than is read';
const FILES = '@files';
/** Where files that records tell of can be opened. */
const RECORD_PATHS: Readonly<Record<string, string>> = {
  console: '@files/output.log',
  file: FILES,
  tensorboard: '@tensorboard',
};

/** Where the SDK puts files of values, by what their types begin with. */
const MEDIA_FOLDERS: readonly (readonly [type: RegExp, folder: string])[] = [
  [/^images?(-file|\/|$)/, 'images'],
  [/^audio/, 'audio'],
  [/^videos?/, 'videos'],
  [/^html/, 'html'],
  [/^plotly/, 'plotly'],
  [/^bokeh/, 'bokeh'],
  [/^molecule/, 'molecule'],
  [/^object3D/, 'object3D'],
  [/^graph/, 'graph'],
  [/table/, 'table'],
];

/** Values first, in the order their keys were first logged. */
export function notShownOf(content: ReadContent): readonly NotShownEntry[] {
  const { dictionary, shapeRows, untoldSummary = [], losses = [], unread } = content;
  const cells = notShownCells(dictionary, tagTableOf(dictionary), shapeRows);
  return [
    ...cells.map((cell) => entry(cell, cell.type === 'null' ? NULL_REASON : NAMED_REASON)),
    ...leftOutOf(content),
    ...emptyOf(content),
    ...losses.map((reason) => ({ key: null, type: 'lost', count: 1, reason })),
    ...untoldSummary.map((key) => ({ key, type: 'summary', count: 1, reason: REASONS['summary']! })),
    ...Object.entries(unread).map(([type, count]) => {
      const reason = REASONS[type] ?? REASONS['other']!;
      const path = RECORD_PATHS[type];
      return { key: null, type, count, reason, ...(path !== undefined && { path }) };
    }),
  ];
}

/** Cells without a dashboard, in the order of first appearance. `counts`: of cells, by shape id. */
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

function emptyOf({ dictionary: { keys, shapes }, emptyValues = new Map() }: ReadContent): NotShownEntry[] {
  return [...emptyValues].map(([shapeId, count]) => {
    const shape = shapes[shapeId];
    const named = { key: keys[shape?.keys[0] ?? -1] ?? '', type: shape?.type ?? '', count };
    return entry(named, EMPTY_REASON);
  });
}

function leftOutOf({ dictionary: { keys, shapes }, leftOut = [] }: ReadContent): readonly NotShownEntry[] {
  return leftOut.flatMap(({ shapeId, sampled, tooLarge }) => {
    const shape = shapes[shapeId];
    const named = { key: keys[shape?.keys[0] ?? -1] ?? '', type: shape?.type ?? '' };
    return [
      ...(sampled > 0 ? [entry({ ...named, count: sampled }, SAMPLED_REASON)] : []),
      ...(tooLarge > 0 ? [entry({ ...named, count: tooLarge }, TOO_LARGE_REASON)] : []),
    ];
  });
}

function entry(cell: NotShown, reason: string): NotShownEntry {
  const folder = MEDIA_FOLDERS.find(([type]) => type.test(cell.type))?.[1];
  return { ...cell, reason, ...(folder !== undefined && { path: `${FILES}/media/${folder}` }) };
}
