/** What TensorBoard asks of a data server, answered from cached history. @module */

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
