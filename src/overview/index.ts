/** What pages for people show of projects and runs. @module */

export type {
  Overview,
  ProjectCard,
  RunCard,
  RunDetail,
  RunPage,
  SeriesPreview,
  SourceTrouble,
} from './overview.ts';
export { type CreateOverviewOptions, createOverview } from './run-overview.ts';
