/** Cached history: the run log on disk, what keeps it up to date, and the catalogue of runs. @module */

export type {
  OpenedSavedFile,
  RunPreview,
  RunPreviewer,
  RunsOfProject,
  SampledPoints,
  SavedFile,
} from '../sources/index.ts';
export type { BlockSynthesis } from './block-sealer.ts';
export type { Catalogue, CatalogueRun } from './catalogue.ts';
export type { Dictionary, ShapeEntry, ShapeKind } from './dictionary.ts';
export type { WandbDocument } from './document.ts';
export { History, type HistoryOptions } from './history.ts';
export type { BlockPlace, NewestRow, RunLedger } from './ledger.ts';
export { type PrefetchProgress, prefetch } from './prefetch.ts';
export type { Note, NoteKind, RowBlock } from './row-block.ts';
export type { RunLog } from './run-log.ts';
