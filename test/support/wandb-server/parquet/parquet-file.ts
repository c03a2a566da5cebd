/** Rows become the bytes of a parquet file, as W&B exports them. @module */

import type { DecodedArray, SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { columnOf, keysOf, type RowSpan } from '../rows/row-block.ts';
import { COMPRESSORS, type Codec } from './codecs.ts';
import { cellOf, schemaOf } from './column-cells.ts';
import { type ColumnType, inferType, JSON_BYTES } from './column-type.ts';

export interface ParquetLayout {
  readonly codec: Codec;
  /** Rows in each row group. */
  readonly rowGroupRows: number;
  /** Column statistics in the footer: history files have them, event files do not (wandb-cloud.md 1.12). */
  readonly hasStatistics: boolean;
  /** Keys whose values are written as JSON bytes, however regular they are. */
  readonly jsonKeys: ReadonlySet<string>;
  /** Rows the types of columns are worked out from; the file's own unless given. */
  readonly typedBy?: readonly RowSpan[];
}

/** Rows of one file, in the order they are to stand in. */
export function encodeParquet(rows: readonly RowSpan[], layout: ParquetLayout): Uint8Array {
  const keys = keysOf(layout.typedBy ?? rows);
  const columns = keys.map((key) => encodeColumn(rows, key, layout));
  const buffer = parquetWriteBuffer({
    schema: [{ name: 'schema', num_children: columns.length }, ...columns.flatMap(({ schema }) => schema)],
    // Dictionaries pay for text only; looking for one among a hundred thousand doubles takes longer than the rest.
    columnData: columns.map(({ name, data, type }) => ({
      name,
      data,
      ...(type.kind === 'float64' ? { encoding: 'PLAIN' as const } : {}),
    })),
    codec: layout.codec,
    compressors: COMPRESSORS,
    rowGroupSize: layout.rowGroupRows,
    statistics: layout.hasStatistics,
  });
  return new Uint8Array(buffer);
}

interface EncodedColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly schema: SchemaElement[];
  readonly data: DecodedArray;
}

function encodeColumn(rows: readonly RowSpan[], name: string, layout: ParquetLayout): EncodedColumn {
  const values = columnOf(rows, name);
  const typing = layout.typedBy === undefined ? values : columnOf(layout.typedBy, name);
  const type = layout.jsonKeys.has(name) ? JSON_BYTES : inferType(typing);
  return { name, type, schema: schemaOf(name, type), data: values.map((value) => cellOf(value, type)) };
}
