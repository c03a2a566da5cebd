/** A stretch of parquet rows in memory, column by column, and rows made of it. @module */

import type { KeyRules } from '../key-rules.ts';
import type { KeySlot, RowBuilder, RowDraft } from '../row-builder.ts';
import type { ColumnValues, RowStretch } from './column.ts';
import type { ParquetFile } from './parquet-file.ts';

interface LoadedColumn {
  readonly name: string;
  readonly slot: KeySlot;
  readonly values: Exclude<ColumnValues, { readonly kind: 'none' }>;
}

/** A number, or the pointer to something else. */
const VALUE_BYTES = 8;
/** An object of a few members; texts are shared with dictionaries as often as not. */
const OBJECT_BYTES = 100;

export class ParquetBlock {
  /** About what it takes in memory. */
  readonly bytes: number;
  /** Columns that have values in this stretch. */
  readonly width: number;
  readonly #columns: readonly LoadedColumn[];

  private constructor(columns: readonly LoadedColumn[]) {
    this.#columns = columns;
    this.width = columns.length;
    this.bytes = columns.reduce((sum, { values }) => {
      return sum + values.values.length * (values.kind === 'any' ? VALUE_BYTES + OBJECT_BYTES : VALUE_BYTES);
    }, 1);
  }

  /** Reads all columns that say something. */
  static async read(
    { file, stretch }: { readonly file: ParquetFile; readonly stretch: RowStretch },
    { builder, rules }: { readonly builder: RowBuilder; readonly rules: KeyRules },
  ): Promise<ParquetBlock> {
    const columns: LoadedColumn[] = [];
    for (const column of file.columns) {
      if (rules.of(column.name).role === 'none') continue;
      const values = await file.read(column, stretch);
      if (values.kind === 'none') continue;
      const known = builder.slot(column.name);
      const slot = column.hasNumbers && !known.isNumeric ? { ...known, isNumeric: true } : known;
      columns.push({ name: column.name, slot, values });
    }
    return new ParquetBlock(columns);
  }

  /** One row. */
  row(index: number, builder: RowBuilder): RowDraft {
    builder.begin();
    for (const { name, slot, values } of this.#columns) {
      if (values.kind === 'numbers') {
        if (values.absent === null || values.absent[index] === 0)
          builder.putNumber(slot, values.values[index]!);
        continue;
      }
      const value = values.values[index];
      if (typeof value === 'number') builder.putNumber(slot, value);
      else if (typeof value === 'string') builder.putString(slot, value);
      else if (value !== undefined) builder.add(name, value);
    }
    return builder.finish();
  }
}
