/** The thread that decodes parquet files: answers one request after another. @module */

import { parentPort } from 'node:worker_threads';
import { LRUCache } from 'lru-cache';
import { toLogdirError } from '../../../../core/index.ts';
import type { ColumnValues } from './column.ts';
import { columnValues, transferables } from './column-values.ts';
import type { DecodingReply, DecodingRequest } from './decoding-thread.ts';
import { ParquetDecoder } from './parquet-decoder.ts';

/** Files kept open; those of a few runs that are read side by side. */
const MAX_OPEN_FILES = 64;

const files = new LRUCache<string, ParquetDecoder>({
  max: MAX_OPEN_FILES,
  dispose: (file) => void file.close(),
});

parentPort?.on('message', async (request: DecodingRequest) => {
  try {
    const result = await answer(request);
    const transfer = result === null || !('kind' in result) ? [] : transferables(result as ColumnValues);
    post({ result }, transfer);
  } catch (error) {
    const { code, message } = toLogdirError(error, `reading ${request.path}`);
    post({ failure: { code, message } });
  }
});

async function answer(
  request: DecodingRequest,
): Promise<Extract<DecodingReply, { result: unknown }>['result']> {
  if (request.kind === 'close') {
    files.delete(request.path);
    return null;
  }
  const known = files.get(request.path);
  const file = known ?? (await ParquetDecoder.open(request.path));
  if (known === undefined) files.set(request.path, file);
  if (request.kind === 'layout') return { columns: file.columns, stretches: file.stretches };
  return columnValues(await file.read(request.column, request.stretch));
}

function post(reply: DecodingReply, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(reply, transfer);
}
