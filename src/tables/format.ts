/** What a kind of table is to those who make and serve it. @module */

import type { Column, TableRow } from './columns.ts';

export const TABLE_FORMATS = ['csv', 'jsonl', 'parquet'] as const;

export type TableFormatName = (typeof TABLE_FORMATS)[number];

/** Bytes of some rows, which are the same wherever in the file they stand. */
export interface EncodedPiece<Placement = unknown> {
  readonly bytes: Uint8Array;
  /** What the end of the file says of it. */
  readonly placement: Placement;
}

/** Rows that are encoded as one. */
export interface PieceEncoder<Placement = unknown> {
  /** Whether it holds as many rows as a piece may: depends on its rows and columns alone. */
  readonly isFull: boolean;
  add(row: TableRow): void;
  encode(options: { readonly signal: AbortSignal }): Promise<EncodedPiece<Placement>>;
}

/** The end of a file, which says what stands before it. */
export interface TailEncoder<Placement = unknown> {
  /** `at`: offset of the piece in the file. */
  place(piece: EncodedPiece<Placement>, at: number): void;
  encode(): Uint8Array;
}

export interface TableFormat<Placement = unknown> {
  readonly contentType: string;
  head(columns: readonly Column[]): Uint8Array;
  piece(columns: readonly Column[]): PieceEncoder<Placement>;
  tail(columns: readonly Column[]): TailEncoder<Placement>;
}
