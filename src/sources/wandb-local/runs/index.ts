/** Which runs the logs make up, and what their folders say of them. @module */

export {
  type IndexedRun,
  inOrder,
  isWaiting,
  listingOf,
  newestChange,
  type Segment,
  startOf,
} from './indexed-run.ts';
export { LogConsoles } from './log-consoles.ts';
export {
  HEAD_BYTES,
  identityFromPath,
  type LogIdentity,
  logKind,
  type RunTitle,
  readIdentity,
} from './log-head.ts';
export { openSavedFile, savedFiles, statSavedFiles } from './run-files.ts';
export { folderVersion, toldInFolder } from './run-folder.ts';
export { RunIndex } from './run-index.ts';
export { runState } from './run-state.ts';
export { describeSource, type SourceReport } from './source-report.ts';
