/**
 * Parquet (https://parquet.apache.org/docs/file-format/): a magic number, row groups, and a footer that says where they lie.
 * The pages of a row group do not depend on where it stands, so each is encoded by itself, column by column, and the footer
 * is made of what hyparquet-writer said of the columns, moved to their places.
 * @module
 */

import type { ColumnChunk, Encoding, RowGroup, SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { TurnBudget } from '../core/index.ts';
import { type Column, type ColumnKind, JsonCell, type TableRow, type TableValue } from './columns.ts';
import type { EncodedPiece, PieceEncoder, TableFormat, TailEncoder } from './format.ts';
import { isNull, jsonText } from './value-text.ts';

/** "PAR1", before the row groups and after the footer. */
const MAGIC_BYTES = 4;
/** Rows of a row group: a column of so many numbers is encoded in some 2 ms, of short texts in some 10. */
const GROUP_ROWS = 16_384;
/** Values of a row group: some 8 MiB. Few and large ones keep footers short, which have an entry for each group and column. */
const GROUP_VALUES = 1024 * 1024;
/** Characters of text in a row group: a column of so many is encoded in some 15 ms. */
const GROUP_CHARACTERS = 1024 * 1024;
/** Bounds of INT64 as float64: the upper one is the largest below 2^63. */
const INT64 = { min: -(2 ** 63), max: 2 ** 63 - 1024 } as const;
const CREATED_BY = 'wandb-logdir';

/** Where it is not for hyparquet-writer to choose: its dictionaries take -0 for 0, and steps mostly differ by one. */
const ENCODINGS: Readonly<Partial<Record<ColumnKind, Encoding>>> = {
  number: 'PLAIN',
  integer: 'DELTA_BINARY_PACKED',
};

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

/** The values of a column so far. */
interface SparseColumn {
  /** Indexes in the row group, ascending. */
  readonly rows: number[];
  readonly cells: Cell[];
}

class RowGroupEncoder implements PieceEncoder<GroupPlacement> {
  readonly #columns: readonly Column[];
  readonly #values = new Map<number, SparseColumn>();
  #rows = 0;
  #count = 0;
  #characters = 0;

  constructor(columns: readonly Column[]) {
    this.#columns = columns;
  }

  get isFull(): boolean {
    if (this.#rows >= GROUP_ROWS) return true;
    return this.#count >= GROUP_VALUES || this.#characters >= GROUP_CHARACTERS;
  }

  add({ columns, values }: TableRow): void {
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i]!;
      const cell = cellOf(values[i]!, this.#columns[column]!.kind);
      if (cell === null) continue;
      if (typeof cell === 'string') this.#characters += cell.length;
      const sparse = this.#values.get(column) ?? { rows: [], cells: [] };
      if (sparse.rows.length === 0) this.#values.set(column, sparse);
      sparse.rows.push(this.#rows);
      sparse.cells.push(cell);
      this.#count++;
    }
    this.#rows++;
  }

  async encode({ signal }: { readonly signal: AbortSignal }): Promise<EncodedPiece<GroupPlacement>> {
    const budget = new TurnBudget();
    const parts: Uint8Array[] = [];
    const chunks: ColumnChunk[] = [];
    let [size, uncompressed] = [0, 0n];
    for (const [i, column] of this.#columns.entries()) {
      const { bytes, chunk } = encodeColumn(column, this.#take(i));
      chunks.push(movedChunk(chunk, size - MAGIC_BYTES));
      parts.push(bytes);
      size += bytes.length;
      uncompressed += chunk.meta_data?.total_uncompressed_size ?? 0n;
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

  /** The values of a column, row by row; they are let go of. */
  #take(column: number): Cell[] {
    const dense = new Array<Cell>(this.#rows).fill(null);
    const sparse = this.#values.get(column);
    sparse?.rows.forEach((row, i) => {
      dense[row] = sparse.cells[i]!;
    });
    this.#values.delete(column);
    return dense;
  }
}

/** A column chunk, its offsets counted as in a file of its own, which begins with the magic number. */
function encodeColumn(
  column: Column,
  data: Cell[],
): { readonly bytes: Uint8Array; readonly chunk: ColumnChunk } {
  const writer = new ByteWriter();
  const file = new ParquetWriter({ writer, schema: schemaOf([column]) });
  const encoding = ENCODINGS[column.kind];
  const columnData = [{ name: column.name, data, offsetIndex: false, ...(encoding && { encoding }) }];
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
