/** What pages for people show of projects and runs. @module */

export type { Curve } from '../series/index.ts';
export {
  type ComparedRun,
  type ComparedTag,
  type Comparison,
  type ComparisonQuery,
  type ConfigDifference,
  MAX_COMPARED_RUNS,
} from './comparison.ts';
export type {
  LoggedFile,
  LoggedMedia,
  MediaCount,
  MediaKind,
  Overview,
  ProjectCard,
  RunCard,
  RunDetail,
  RunMedia,
  RunPage,
  SeriesPreview,
  SourceTrouble,
} from './overview.ts';
export { columnOf, columnText, type RunColumn, type ShownValue } from './run-column.ts';
export { type CreateOverviewOptions, createOverview } from './run-overview.ts';
export type { Found, RunOrder, RunQuery, RunTable, TableQuery, TableRun } from './run-table.ts';
