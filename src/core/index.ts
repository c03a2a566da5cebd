/** Words every room shares: ids and units, errors, byte ranges, the clock, and the kit for asynchronous work. @module */

export { type Adjustable, adjusted } from './adjustable.ts';
export { type ConcurrencyOptions, mapLimit, mapOrdered, mapSettled } from './async/concurrency.ts';
export { type MaybePromise, mapAnswer } from './async/maybe-promise.ts';
export { type Reloaded, Reloaders } from './async/reloaders.ts';
export { SingleFlight } from './async/single-flight.ts';
export { TurnBudget } from './async/turn-budget.ts';
export { NEVER_ABORTED, within } from './async/within.ts';
export { type ByteRange, byteRange, clampRange, rangeLength } from './byte-range.ts';
export { checkedJson, parseCheckedJson } from './checked-json.ts';
export { type Clock, systemClock } from './clock.ts';
export { MASK, maskedValue, withoutCredentials } from './credentials.ts';
export { ERROR_CODES, type ErrorCode, errnoOf, LogdirError, toLogdirError } from './errors.ts';
export { FolderLooks, readHead, TO_READ } from './folder-looks.ts';
export { globMatcher } from './glob.ts';
export { bracketed, isLoopback } from './host-name.ts';
export { countText, pluralText, sizeText } from './human-text.ts';
export {
  DEFAULT_PROJECT,
  type EntityName,
  LOCAL_ENTITY,
  type ProjectName,
  projectId,
  type RunId,
  type RunKey,
  runKey,
  runKeyText,
} from './ids.ts';
export { makeDirectory } from './make-directory.ts';
export { type MountEntry, mounts } from './mounts.ts';
export { nearestName } from './nearest-name.ts';
export { encodeComponent, fitComponent } from './path-component.ts';
export { PiecesAtHand } from './pieces-at-hand.ts';
export { isWithin, realPathOf } from './real-path.ts';
export {
  formatted,
  parseRunNameTemplate,
  RUN_NAME_FIELDS,
  type RunNameField,
  type RunNamePart,
} from './run-name-template.ts';
export {
  type Cell,
  countRecords,
  type DocumentChange,
  FIRST_WRITER,
  type HistoryColumns,
  type HistoryRow,
  type MetricDefinition,
  type Preliminary,
  type RowShape,
  type RunFacts,
  type RunRecord,
  type RunState,
  rowsIn,
  type SystemRow,
  singly,
} from './run-record.ts';
export { isSafeName, savedFilePath } from './saved-name.ts';
export { shellWord } from './shell-word.ts';
export { Terminal, TerminalLines } from './terminal.ts';
export { cutText, wellFormed } from './unicode-text.ts';
export { aliasProblem, writtenJson, writtenText, yamlProblem } from './written-value.ts';
