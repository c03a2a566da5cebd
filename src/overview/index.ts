/** What pages for people show of projects and runs. @module */

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
export { type CreateOverviewOptions, createOverview } from './run-overview.ts';
