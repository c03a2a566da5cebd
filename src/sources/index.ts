/** Where run history comes in: the port, and its implementations. @module */

export type { Cursor, RecordBatch, RunListing, RunSource, SourceChange, UnreadKind } from './source.ts';
export {
  createWandbLocalSource,
  describeSource,
  type SourceReport,
  type UnreadablePath,
  type WandbLocalOptions,
  type WatchMode,
} from './wandb-local/index.ts';
