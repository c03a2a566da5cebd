/** TensorBoard values become the bytes of event files. @module */

export {
  encodeEvent,
  encodeEventPieces,
  encodeScalarsPlainly,
  eventLength,
  type FetchBlob,
  type LogEvent,
} from './log-event.ts';
export { framedRecord } from './record.ts';
export { lendRecordMemory, lendRowMemory, rowWriter } from './row-engine.ts';
export type { RowCursor, ShapedRows } from './row-writer.ts';
export { ScalarRowEncoder } from './scalar-rows.ts';
export type { MemoryLoan } from './wasm-loans.ts';
