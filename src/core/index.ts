/** Words every room shares: ids and units, errors, byte ranges, the clock. @module */

export { type ByteRange, byteRange, clampRange, rangeLength } from './byte-range.ts';
export { type Clock, systemClock } from './clock.ts';
export { ERROR_CODES, type ErrorCode, errnoOf, LogdirError, toLogdirError } from './errors.ts';
export {
  DEFAULT_PROJECT,
  type EntityName,
  LOCAL_ENTITY,
  type ProjectName,
  type RunId,
  type RunKey,
  runKey,
  runKeyText,
} from './ids.ts';
export type {
  Cell,
  DocumentChange,
  HistoryRow,
  MetricDefinition,
  RowShape,
  RunFacts,
  RunRecord,
  RunState,
  SystemRow,
} from './run-record.ts';
export { within } from './within.ts';
