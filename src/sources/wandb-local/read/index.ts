/** Reads a run from one cursor to the next, log by log, in batches. @module */

export { isWithoutRows, parseCursor } from './cursor.ts';
export { changeSince, readRun } from './run-reader.ts';
export { traitsOf } from './segment-traits.ts';
