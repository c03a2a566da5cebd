/** What of a parquet file crosses between the thread that decodes it and the one that makes rows. @module */

/** A column of the top level. */
export interface ParquetColumn {
  readonly name: string;
  /** `number`: nothing but numbers, booleans and nulls; `text`: nothing but strings and nulls. */
  readonly kind: 'number' | 'text' | 'any';
  /** Whether it is a union of types, one of them numbers: then the words NaN and Infinity are numbers. */
  readonly hasNumbers: boolean;
}

/** Rows [from, to) of a file, within one row group. */
export interface RowStretch {
  readonly from: number;
  readonly to: number;
}

export interface ParquetLayout {
  readonly columns: readonly ParquetColumn[];
  readonly stretches: readonly RowStretch[];
}

/** Values of a stretch, one for each row. */
export type ColumnValues =
  /** `absent[row]` is 1 where there is none; null: there is one in every row. */
  | { readonly kind: 'numbers'; readonly values: Float64Array; readonly absent: Uint8Array | null }
  /** As JSON has them; undefined: there is none. */
  | { readonly kind: 'any'; readonly values: readonly unknown[] }
  | { readonly kind: 'none' };
