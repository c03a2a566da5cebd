/** TensorBoard values become the bytes of event files. @module */

export { encodeColdEvent, encodeScalarsPlainly } from './cold-events.ts';
export { ScalarRowEncoder } from './scalar-rows.ts';
