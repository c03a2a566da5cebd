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
export { type ScalarColumns, ScalarRowEncoder } from './scalar-rows.ts';
