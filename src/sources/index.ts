/** Where run history comes in: the port, and its implementations. @module */

export type { Cursor, RecordBatch, RunListing, RunSource, SourceChange, UnreadKind } from './source.ts';
