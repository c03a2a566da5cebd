/** W&B rows become TensorBoard values: tags, texts, documents. Pure. @module */

export type { ColdEvent } from './cold-event.ts';
export {
  type HParams,
  type HParamValue,
  hparamsOf,
  MAX_HPARAMS,
  type SessionEnd,
  type SessionStart,
  type SessionStatus,
  sessionEnd,
  sessionStart,
  withOneKindPerKey,
} from './hparams.ts';
export { eventsOfNote, type ModelNote } from './note-events.ts';
export { configDocument, type RunDescription, runJson, summaryJson } from './run-documents.ts';
export {
  CONFIG_TAG,
  OVERVIEW_TAG,
  SESSION_END_TAG,
  SESSION_START_TAG,
  type SeriesDictionary,
  TagTable,
} from './tag-table.ts';
