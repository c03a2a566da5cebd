/** What is asked of a W&B server, as values: documents, variables, the form of answers, and parts a server may lack. @module */

import { CONSOLE_OUTPUT, RUN_FILES } from './file-operations.ts';
import {
  MEANT_RUNS,
  PROJECTS,
  RUN,
  RUN_PREVIEWS,
  RUN_SAMPLES,
  RUNS,
  RUNS_AND_REVIEW,
  VIEWER,
} from './listing-operations.ts';
import {
  EVENTS,
  HISTORY_PAGE,
  RUN_DETAIL,
  RUN_DETAIL_AND_SAMPLES,
  RUN_KEYS,
  SAMPLED_HISTORY,
} from './run-operations.ts';

export { type FileNode, nextCursor, type RunNode, timeMs } from './answer-schemas.ts';
export { defineOperation, type FailureMeaning, type Operation, optional } from './operation.ts';
export type { ArtifactFiles, RunDetail } from './run-operations.ts';
export { OPTIONAL_PARTS, type OptionalPart, ServerFeatures } from './server-features.ts';
export {
  CONSOLE_OUTPUT,
  EVENTS,
  HISTORY_PAGE,
  MEANT_RUNS,
  PROJECTS,
  RUN,
  RUN_DETAIL,
  RUN_DETAIL_AND_SAMPLES,
  RUN_FILES,
  RUN_KEYS,
  RUN_PREVIEWS,
  RUN_SAMPLES,
  RUNS,
  RUNS_AND_REVIEW,
  SAMPLED_HISTORY,
  VIEWER,
};

/** All of them, for tests that hold each against a schema. */
export const OPERATIONS = [
  ...[VIEWER, PROJECTS, RUNS, RUNS_AND_REVIEW, RUN, RUN_PREVIEWS, RUN_SAMPLES, MEANT_RUNS],
  ...[RUN_DETAIL, RUN_DETAIL_AND_SAMPLES, RUN_KEYS, HISTORY_PAGE, SAMPLED_HISTORY, EVENTS],
  ...[RUN_FILES, CONSOLE_OUTPUT],
] as const;
