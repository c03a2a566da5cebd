/** What TensorBoard asks of a data server, answered from cached history; and curves of single runs, for pages. @module */

export { type Curve, Curves, type CurvesOptions, type RunCurves } from './curves.ts';
export type {
  BlobSequencePoint,
  DataProvider,
  Experiment,
  ListedRun,
  RunEntries,
  Selection,
  SeriesEnd,
  SeriesListing,
  SeriesPoints,
  TensorPoint,
} from './data-provider.ts';
export { createDataProvider, type DataProviderOptions } from './history-data-provider.ts';
