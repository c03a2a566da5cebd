/**
 * Everything W&B's server sends as history, as our rows. The same row comes in three forms, which differ in what they say
 * of types: lines of JSON (NaN bare or as a string), objects with dotted keys, and columns of parquet (unions, structs,
 * JSON in bytes). `RowBuilder` is the one place where values of all of them become the same numbers and cells. @module
 */

export {
  type RowOptions,
  rowsOfLines,
  rowsOfObjects,
  type SystemRowOptions,
  systemRowsOfLines,
} from './json-rows.ts';
export { type HistoryKeys, type KeyTypes, keyTypesOf } from './key-types.ts';
export { type DecodedPage, rowsOfDecoded } from './pages/decoded-page.ts';
export { pageRows } from './pages/page-rows.ts';
export { pageThread } from './pages/page-thread.ts';
export {
  type ParquetRowOptions,
  type ParquetSystemRowOptions,
  parquetRows,
  parquetSystemRows,
} from './parquet-rows.ts';
export type { DropReason } from './row-sequence.ts';
