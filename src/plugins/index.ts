/**
 * What of a run is shown by which TensorBoard plugin, one file for each. Pure.
 *
 * A new plugin is a file that implements `Plugin`, a line in the table, and a file of golden values in
 * test/golden/plugins/. Event files, run.json and the data provider take it from the table.
 * @module
 */

export { chartTagsOf } from './custom-scalars.ts';
export { extensionOf, type MediaFile, mediaFiles } from './media/media-file.ts';
export { placeholderFor, placeholderOf } from './media/placeholder.ts';
export { type LeftOutValues, type NotShownEntry, notShownCells, notShownOf } from './not-shown.ts';
export type {
  CellSeries,
  CellValue,
  CurrentContent,
  CurrentRun,
  CurrentSeries,
  CurrentSummary,
  DataClass,
  NotShown,
  Plugin,
  RowSeries,
  RunExcerpt,
  RunExit,
  RunMarker,
  SummaryMedia,
  TaggedSummary,
  ToldMedia,
} from './plugin.ts';
export {
  type ContentNeed,
  type Contents,
  type Drawing,
  type ExcerptNeed,
  type Excerpts,
  type Layer,
  NO_CONTENTS,
  NO_EXCERPTS,
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
export { needsOfSummaryMedia, summariesOfSummaryMedia, summaryMediaOf } from './summary-media.ts';
export { type SummaryMetric, summaryMetricsOf } from './summary-metrics.ts';
export { PLUGINS, pluginNamed, summariesOfMarker } from './table.ts';
export {
  type SeriesDictionary,
  type SeriesShape,
  type ShownCells,
  TagTable,
  tagTableOf,
} from './tag-table.ts';
export { excerptsAtExit } from './text/run-excerpts.ts';
export { type TableContent, tableContent } from './text/table-grid.ts';
export { isTableType } from './text/tables.ts';
export { configYaml } from './text.ts';
