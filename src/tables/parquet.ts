/**
 * Parquet (https://parquet.apache.org/docs/file-format/): a magic number, row groups, and a footer that says where they lie.
 * The pages of a row group do not depend on where it stands, so each is encoded by itself, column by column, and the footer
 * is made of what hyparquet-writer said of the columns, moved to their places.
 * @module
 */

import type { ColumnChunk, RowGroup, SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { TurnBudget } from '../core/index.ts';
import { type Column, type ColumnKind, JsonCell, type TableRow, type TableValue } from './columns.ts';
import type { EncodedPiece, PieceEncoder, TableFormat, TailEncoder } from './format.ts';
import { isNull, jsonText } from './value-text.ts';

/** "PAR1", before the row groups and after the footer. */
const MAGIC_BYTES = 4;
/** Rows of a row group: a column of so many is encoded in some 5 ms. */
const GROUP_ROWS = 32_768;
/** Values of a row group, absent ones counted: some 4 MiB. */
const GROUP_VALUES = 512 * 1024;
/** Characters of text in a row group. */
const GROUP_CHARACTERS = 4 * 1024 * 1024;
/** Bounds of INT64 as float64: the upper one is the largest below 2^63. */
const INT64 = { min: -(2 ** 63), max: 2 ** 63 - 1024 } as const;
const CREATED_BY = 'wandb-logdir';

type Cell = number | bigint | string | null;

/** A row group, its offsets counted from its first byte. */
type GroupPlacement = RowGroup;

export const PARQUET: TableFormat<GroupPlacement> = {
  // https://www.iana.org/assignments/media-types/application/vnd.apache.parquet
  contentType: 'application/vnd.apache.parquet',
  head: () => Buffer.from('PAR1', 'ascii'),
  piece: (columns) => new RowGroupEncoder(columns),
  tail: (columns) => new FooterEncoder(columns),
};

class RowGroupEncoder implements PieceEncoder<GroupPlacement> {
  readonly #columns: readonly Column[];
  /** By column; made when its first value comes. */
  readonly #cells: (Cell[] | undefined)[] = [];
  readonly #maxRows: number;
  #rows = 0;
  #characters = 0;

  constructor(columns: readonly Column[]) {
    this.#columns = columns;
    this.#maxRows = Math.max(1, Math.min(GROUP_ROWS, Math.floor(GROUP_VALUES / columns.length)));
  }

  get isFull(): boolean {
    return this.#rows >= this.#maxRows || this.#characters >= GROUP_CHARACTERS;
  }

  add({ columns, values }: TableRow): void {
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i]!;
      const cell = cellOf(values[i]!, this.#columns[column]!.kind);
      if (typeof cell === 'string') this.#characters += cell.length;
      let cells = this.#cells[column];
      if (cells === undefined) this.#cells[column] = cells = [];
      while (cells.length < this.#rows) cells.push(null);
      cells.push(cell);
    }
    this.#rows++;
  }

  async encode({ signal }: { readonly signal: AbortSignal }): Promise<EncodedPiece<GroupPlacement>> {
    const budget = new TurnBudget();
    const parts: Uint8Array[] = [];
    const chunks: ColumnChunk[] = [];
    let [size, uncompressed] = [0, 0n];
    for (const [i, column] of this.#columns.entries()) {
      const cells = this.#cells[i] ?? [];
      while (cells.length < this.#rows) cells.push(null);
      const { bytes, chunk } = encodeColumn(column, cells);
      chunks.push(movedChunk(chunk, size - MAGIC_BYTES));
      parts.push(bytes);
      size += bytes.length;
      uncompressed += chunk.meta_data?.total_uncompressed_size ?? 0n;
      this.#cells[i] = undefined;
      await budget.next(signal);
    }
    const placement = {
      columns: chunks,
      total_byte_size: uncompressed,
      num_rows: BigInt(this.#rows),
      total_compressed_size: BigInt(size),
    };
    return { bytes: Buffer.concat(parts, size), placement };
  }
}

/** A column chunk, its offsets counted as in a file of its own, which begins with the magic number. */
function encodeColumn(
  column: Column,
  data: Cell[],
): { readonly bytes: Uint8Array; readonly chunk: ColumnChunk } {
  const writer = new ByteWriter();
  const file = new ParquetWriter({ writer, schema: schemaOf([column]) });
  // A dictionary takes -0 for 0.
  const encoding = column.kind === 'number' ? ({ encoding: 'PLAIN' } as const) : {};
  const columnData = [{ name: column.name, data, offsetIndex: false, ...encoding }];
  void file.write({ columnData, rowGroupSize: data.length });
  return { bytes: writer.getBytes().subarray(MAGIC_BYTES), chunk: file.row_groups[0]!.columns[0]! };
}

class FooterEncoder implements TailEncoder<GroupPlacement> {
  readonly #columns: readonly Column[];
  readonly #groups: RowGroup[] = [];
  #rows = 0n;

  constructor(columns: readonly Column[]) {
    this.#columns = columns;
  }

  place({ placement }: EncodedPiece<GroupPlacement>, at: number): void {
    this.#groups.push({
      ...placement,
      columns: placement.columns.map((chunk) => movedChunk(chunk, at)),
    });
    this.#rows += placement.num_rows;
  }

  encode(): Uint8Array {
    const writer = new ByteWriter();
    const file = new ParquetWriter({ writer, schema: schemaOf(this.#columns), createdBy: CREATED_BY });
    file.row_groups = this.#groups;
    file.num_rows = this.#rows;
    void file.finish();
    return writer.getBytes().slice(MAGIC_BYTES);
  }
}

function movedChunk(chunk: ColumnChunk, bytes: number): ColumnChunk {
  const { meta_data: about } = chunk;
  if (about === undefined) return chunk;
  const by = BigInt(bytes);
  const { data_page_offset, dictionary_page_offset } = about;
  return {
    ...chunk,
    file_offset: chunk.file_offset === 0n ? 0n : chunk.file_offset + by,
    meta_data: {
      ...about,
      data_page_offset: data_page_offset + by,
      ...(dictionary_page_offset !== undefined && { dictionary_page_offset: dictionary_page_offset + by }),
    },
  };
}

function schemaOf(columns: readonly Column[]): SchemaElement[] {
  return [
    { name: 'schema', num_children: columns.length },
    ...columns.map(({ name, kind }): SchemaElement => {
      if (kind === 'integer') return { name, type: 'INT64', repetition_type: 'OPTIONAL' };
      if (kind === 'number') return { name, type: 'DOUBLE', repetition_type: 'OPTIONAL' };
      const text = { converted_type: 'UTF8', logical_type: { type: 'STRING' } } as const;
      return { name, type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL', ...text };
    }),
  ];
}

function cellOf(value: TableValue, kind: ColumnKind): Cell {
  if (kind === 'json') return jsonText(value);
  if (isNull(value)) return null;
  if (kind === 'integer') return BigInt(Math.max(INT64.min, Math.min(INT64.max, Number(value))));
  return value instanceof JsonCell ? value.text : value;
}
