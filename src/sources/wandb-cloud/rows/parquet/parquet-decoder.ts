/** Decodes a parquet file by hyparquet, column by column. @module */

import { type FileHandle, open } from 'node:fs/promises';
import * as zlib from 'node:zlib';
import {
  type AsyncBuffer,
  type Compressors,
  type DecodedArray,
  type FileMetaData,
  type ParquetScan,
  parquetMetadataAsync,
  parquetScan,
  parquetSchema,
  type SchemaTree,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { errnoOf, LogdirError, toLogdirError } from '../../../../core/index.ts';
import { parseLenientJson } from '../../../../wandb-json/index.ts';
import type { ParquetColumn, RowStretch } from './column.ts';

/** Values decoded at a time: some 10 ms of work and some MB for a column, of which all of a stretch are in memory. */
const MAX_STRETCH_ROWS = 2 ** 17;
const MAX_STRETCH_VALUES = 2 ** 23;
/**
 * More rows than this for each byte are not believed: steps ascend, so that even a column of differences takes a byte
 * for some 18 rows. Damaged footers otherwise ask for any amount of memory.
 */
const MAX_ROWS_PER_BYTE = 64;

const decoder = new TextDecoder();
const CODECS: Compressors = withoutEmpty({ ...compressors, ...nativeCodecs() });
const READ_OPTIONS = {
  compressors: CODECS,
  // Bytes that are not text are JSON documents; as text, they could not be told from strings.
  utf8: false,
  geoparquet: false,
  parsers: {
    jsonFromBytes: (bytes: Uint8Array): unknown => bytes && parseLenientJson(decoder.decode(bytes)),
  },
};

export class ParquetDecoder {
  readonly columns: readonly ParquetColumn[];
  readonly stretches: readonly RowStretch[];
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #scan: ParquetScan;

  private constructor(path: string, handle: FileHandle, scan: ParquetScan) {
    this.#path = path;
    this.#handle = handle;
    this.#scan = scan;
    this.columns = parquetSchema(scan.metadata).children.map(columnOf);
    const width = Math.max(1, scan.metadata.schema.length - 1);
    const rows = Math.max(1, Math.min(MAX_STRETCH_ROWS, Math.floor(MAX_STRETCH_VALUES / width)));
    this.stretches = scan.ranges.flatMap(({ rowStart, rowEnd }) => [...stretchesOf(rowStart, rowEnd, rows)]);
  }

  /** To be closed. @throws LogdirError `corrupt` when the file is no parquet file, or a part of one. */
  static async open(path: string): Promise<ParquetDecoder> {
    const handle = await open(path).catch((error: unknown) => {
      throw toLogdirError(error, `reading ${path}`);
    });
    try {
      const { size } = await handle.stat();
      const file = bufferOf(handle, size);
      const metadata = await parquetMetadataAsync(file, READ_OPTIONS);
      refuseDamaged(metadata, size);
      return new ParquetDecoder(path, handle, await parquetScan({ file, metadata, ...READ_OPTIONS }));
    } catch (error) {
      await handle.close();
      throw damaged(path, error);
    }
  }

  /** Values of a column in a stretch, one for each row. @throws LogdirError `corrupt`. */
  async read({ name }: ParquetColumn, { from, to }: RowStretch): Promise<DecodedArray> {
    try {
      const values = await this.#scan.readColumn({ column: name, rowStart: from, rowEnd: to });
      if (values.length === to - from) return values;
      throw new Error(`column ${name} has ${values.length} of ${to - from} values`);
    } catch (error) {
      throw damaged(this.#path, error);
    }
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/** Empty pages are nothing to decompress, which not every decompressor knows. */
function withoutEmpty(codecs: Compressors): Compressors {
  const wrapped = Object.entries(codecs).map(([name, codec]) => [
    name,
    (input: Uint8Array, length: number) => (length === 0 ? new Uint8Array(0) : codec(input, length)),
  ]);
  return Object.fromEntries(wrapped) as Compressors;
}

/** Decompressors of Node itself, which are several times as fast; Zstandard came with Node 22.15. */
function nativeCodecs(): Compressors {
  const codecs: Compressors = {
    GZIP: (input, length) => zlib.gunzipSync(input, atMost(length)),
    BROTLI: (input, length) => zlib.brotliDecompressSync(input, atMost(length)),
  };
  const { zstdDecompressSync } = zlib as {
    readonly zstdDecompressSync?: (input: Uint8Array, options: zlib.ZlibOptions) => Uint8Array;
  };
  return zstdDecompressSync === undefined
    ? codecs
    : { ...codecs, ZSTD: (input, length) => zstdDecompressSync(input, atMost(length)) };
}

/** Damaged pages may hold any amount of zeros. */
function atMost(length: number): { readonly maxOutputLength: number } {
  return { maxOutputLength: Math.max(1, length) };
}

function bufferOf(handle: FileHandle, byteLength: number): AsyncBuffer {
  const slice = async (start: number, end = byteLength): Promise<ArrayBuffer> => {
    const length = end - start;
    if (start < 0 || length < 0 || end > byteLength)
      throw new RangeError(`bytes ${start} to ${end} of ${byteLength}`);
    const bytes = new Uint8Array(length);
    for (let filled = 0; filled < length; ) {
      const { bytesRead } = await handle.read(bytes, filled, length - filled, start + filled);
      if (bytesRead === 0) throw new RangeError('the file has become shorter');
      filled += bytesRead;
    }
    return bytes.buffer;
  };
  return { byteLength, slice };
}

function refuseDamaged({ num_rows: rows, row_groups: groups, schema }: FileMetaData, size: number): void {
  if (schema.some(({ name }) => typeof name !== 'string')) throw new Error('a column has no name');
  const inGroups = groups.reduce((sum, group) => sum + group.num_rows, 0n);
  if (inGroups !== rows) throw new Error(`its row groups have ${inGroups} of ${rows} rows`);
  if (groups.some((group) => group.num_rows < 0n) || rows > BigInt(size) * BigInt(MAX_ROWS_PER_BYTE))
    throw new Error(`${rows} rows in ${size} bytes`);
}

function* stretchesOf(start: number, end: number, rows: number): Generator<RowStretch> {
  for (let from = start; from < end; from += rows) yield { from, to: Math.min(end, from + rows) };
}

function columnOf({ element, children }: SchemaTree): ParquetColumn {
  const {
    name,
    type,
    converted_type: converted,
    logical_type: logical,
    repetition_type: repetition,
  } = element;
  const kind = (): ParquetColumn['kind'] => {
    if (children.length > 0 || repetition === 'REPEATED') return 'any';
    if (converted === 'UTF8' || logical?.type === 'STRING') return 'text';
    const isPlain = converted === undefined && logical === undefined;
    return isPlain && (type === 'DOUBLE' || type === 'FLOAT' || type === 'BOOLEAN') ? 'number' : 'any';
  };
  const hasNumbers = children.some((child) => /^_type_(float|u?int)\d+$/.test(child.element.name));
  return { name, kind: kind(), hasNumbers };
}

/** Errors of the file system pass; everything else is what damaged bytes do to the reader. */
function damaged(path: string, error: unknown): unknown {
  if (/^E[A-Z0-9]+$/.test(errnoOf(error) ?? '')) return toLogdirError(error, `reading ${path}`);
  const reason = error instanceof Error ? error.message : String(error);
  return new LogdirError('corrupt', `${path} is damaged: ${reason}`, { cause: error });
}
