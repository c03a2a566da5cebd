/** What TensorBoard asks of a data server, answered from cached history. @module */

export {
  type DataProvider,
  type Experiment,
  type ListedRun,
  PLUGINS,
  type PluginName,
  type RunEntries,
  type ScalarPoints,
  type Selection,
  type SeriesEnd,
  type TextPoint,
} from './data-provider.ts';
export { createDataProvider, type DataProviderOptions } from './history-data-provider.ts';
export { DEFAULT_MAX_RESPONSE_POINTS } from './points-allowance.ts';
