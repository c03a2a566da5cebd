/**
 * Decodes the records of a `.wandb` log by hand, in place, without an object per item.
 *
 * Nearly all bytes of a log are history and summary records, and a library's decoder makes a string of every key and
 * every value in them. CPU seconds for 60,000 rows of 8 metrics (50 MB, two summaries a row as wandb-core writes them)
 * and for 4,000 rows of 200 metrics (82 MB), the best of 7 on one core:
 *
 *     protobufjs and JSON.parse for every record                       1.22   0.79
 *     this room                                                        0.15   0.32
 *     this room, but a Map of key texts in place of KeyTable           0.36   0.46
 *     this room, but Number(text) in place of json-scalar's readScalar 0.30   0.49
 *
 * Usual records of a long log do not come here: `scan/` takes them, in a third of the time.
 *
 * Records that a run writes once or seldom (config, metrics, facts about the run) go through protobufjs, in `metadata/`: nothing
 * here loads that, so that threads start soon. @module
 */

export { HistoryDecoder, meaningOf, type RowClock } from './history-decoder.ts';
export { decodePath } from './key-table.ts';
export { BOOKKEEPING_FIELDS, RECORD_FIELD, RecordPeek, UNREAD_KINDS } from './record-kinds.ts';
export { type KeptValue, SummaryMerger } from './summary-merger.ts';
export { SystemDecoder } from './system-decoder.ts';
export { FieldWalker, LENGTH_DELIMITED, VARINT } from './wire.ts';
