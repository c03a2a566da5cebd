/** A parquet file on disk: its columns, and stretches of them on request. @module */

import type { ColumnValues, ParquetColumn, ParquetLayout, RowStretch } from './column.ts';
import type { DecodingThread } from './decoding-thread.ts';

export class ParquetFile {
  readonly columns: readonly ParquetColumn[];
  readonly stretches: readonly RowStretch[];
  readonly #path: string;
  readonly #thread: DecodingThread;

  private constructor(path: string, thread: DecodingThread, { columns, stretches }: ParquetLayout) {
    this.#path = path;
    this.#thread = thread;
    this.columns = columns;
    this.stretches = stretches;
  }

  /** To be closed. @throws LogdirError `corrupt` when the file is no parquet file, or a part of one. */
  static async open(path: string, thread: DecodingThread): Promise<ParquetFile> {
    return new ParquetFile(path, thread, await thread.layout(path));
  }

  /** Values of a column in a stretch. @throws LogdirError `corrupt`. */
  async read(column: ParquetColumn, stretch: RowStretch): Promise<ColumnValues> {
    return await this.#thread.column(this.#path, column, stretch);
  }

  async close(): Promise<void> {
    await this.#thread.close(this.#path);
  }
}
