/** The truth: what sources said of every run, in order, kept; the catalogue of runs; and what keeps both up to date. @module */

export type {
  Comparison,
  FoundRun,
  OpenedSavedFile,
  RunCondition,
  RunFinder,
  RunListing,
  RunPreview,
  RunPreviewer,
  RunsOfProject,
  RunsWanted,
  SampledPoints,
  SavedFile,
} from '../sources/index.ts';
export type { Catalogue } from './catalogue/catalogue.ts';
export { type CatalogueEntry, leavesOf } from './catalogue/catalogue-entry.ts';
export type { ProjectKey } from './catalogue/source-catalogue.ts';
export {
  REFRESH,
  RELIST,
  type RefreshPolicy,
  type RelistPolicy,
  type RelistPolicyName,
} from './freshness.ts';
export { History, type HistoryOptions } from './history.ts';
export type { Commit, PositionedChange, RunExit, ShapeEnd } from './log/commit.ts';
export type { Dictionary, ShapeEntry, ShapeKind } from './log/dictionary.ts';
export { type DocumentEntry, WandbDocument } from './log/document.ts';
export type { PreparedCommit } from './log/ingest.ts';
export {
  type BlockPlace,
  type CommitContext,
  isAfter,
  type NewestRow,
  RunLedger,
  withPreliminary,
} from './log/ledger.ts';
export type { CommitListener } from './log/reading.ts';
export type { BlockCell, RowBlock } from './log/row-block.ts';
export { contextOf, type RunLog } from './log/run-log.ts';
export { type PrefetchProgress, prefetch } from './prefetch.ts';
export type { Run, RunStatus } from './run.ts';
export { LocalStore } from './store/local/index.ts';
export { MemoryStore } from './store/memory-store.ts';
export type { Allocate, LogId, RunStore } from './store/run-store.ts';
export { toldFacts } from './told-facts.ts';
