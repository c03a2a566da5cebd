/** Everything W&B's server sends as history, as our rows. @module */

export {
  type RowOptions,
  rowsOfLines,
  rowsOfObjects,
  type SystemRowOptions,
  systemRowsOfLines,
} from './json-rows.ts';
export { type HistoryKeys, type KeyTypes, keyTypesOf } from './key-types.ts';
export {
  type ParquetRowOptions,
  type ParquetSystemRowOptions,
  parquetRows,
  parquetSystemRows,
} from './parquet-rows.ts';
export type { DropReason } from './row-sequence.ts';
