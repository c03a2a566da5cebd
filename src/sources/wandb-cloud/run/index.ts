/** What a server says of a run apart from its rows, and how far the run has been read. @module */

export { type CloudCursor, formatCursor, parseCursor } from './cloud-cursor.ts';
export { RunBackoff } from './run-backoff.ts';
export {
  askDetail,
  askDetailAndSamples,
  type DetailedRun,
  fetchMetadata,
  historyKeysOf,
  SAMPLES_ALONG,
} from './run-detail.ts';
export { readConfig, readSummary } from './run-documents.ts';
export { conclusionOf, preambleOf, runStateOf, startTimeOf } from './run-records.ts';
