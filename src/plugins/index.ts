/**
 * What of a run is shown by which TensorBoard plugin, one file for each. Pure.
 *
 * A new plugin is a file that implements `Plugin`, a line in the table, and a file of golden values in
 * test/golden/plugins/. Event files, run.json and the data provider take it from the table.
 * @module
 */

export { placeholderFor, placeholderOf } from './media/placeholder.ts';
export { type NotShownEntry, notShownCells, notShownOf } from './not-shown.ts';
export type {
  CellSeries,
  CellValue,
  CurrentRun,
  CurrentSeries,
  CurrentSummary,
  DataClass,
  NotShown,
  Plugin,
  RowSeries,
  RunExit,
  RunMarker,
  TaggedSummary,
} from './plugin.ts';
export {
  type ContentNeed,
  type Contents,
  type Drawing,
  type Layer,
  NO_CONTENTS,
  type SavedFileReference,
} from './saved-content.ts';
export { summaryTag } from './scalars.ts';
export {
  type BlobReference,
  isBlobReference,
  type NumberTensor,
  numberIn,
  type StringTensor,
  type SummaryContent,
  type TensorContent,
  tensorProto,
} from './summary.ts';
export { type SummaryMetric, summaryMetricsOf } from './summary-metrics.ts';
export { PLUGINS, pluginNamed, summariesOfMarker } from './table.ts';
export {
  type SeriesDictionary,
  type SeriesShape,
  type ShownCells,
  TagTable,
  tagTableOf,
} from './tag-table.ts';
export { configYaml } from './text.ts';
