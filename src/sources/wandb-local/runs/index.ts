/** Which runs the logs make up, and what their folders say of them. @module */

export { type IndexedRun, listingOf, type Segment } from './indexed-run.ts';
export { logKind } from './log-head.ts';
export { openSavedFile, savedFiles } from './run-files.ts';
export { RunIndex } from './run-index.ts';
export { runState } from './run-state.ts';
export { describeSource, type SourceReport } from './source-report.ts';
