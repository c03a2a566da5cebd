/** The thread that decodes parquet files: answers one request after another. @module */

import { parentPort } from 'node:worker_threads';
import { LRUCache } from 'lru-cache';
import { toLogdirError } from '../../../../core/index.ts';
import { sortRows } from '../row-order.ts';
import type { DecodingReply, DecodingRequest } from './decoding-thread.ts';
import { ParquetDecoder } from './parquet-decoder.ts';
import { columnValues } from './plain-values.ts';

/** Files kept open; those of a few runs that are read side by side. */
const MAX_OPEN_FILES = 64;

const files = new LRUCache<string, ParquetDecoder>({
  max: MAX_OPEN_FILES,
  dispose: (file) => void file.close(),
});

// hyparquet starts a promise for each part of a column and leaves those that were started before one that throws: of
// what is damaged in several places, the first error is the answer, and the others concern nobody.
process.on('unhandledRejection', () => {});

parentPort?.on('message', async (request: DecodingRequest) => {
  try {
    const result = await answer(request);
    post({ result }, transferables(result));
  } catch (error) {
    const { code, message } = toLogdirError(error, 'path' in request ? `reading ${request.path}` : 'sorting');
    post({ failure: { code, message } });
  }
});

async function answer(
  request: DecodingRequest,
): Promise<Extract<DecodingReply, { result: unknown }>['result']> {
  if (request.kind === 'sort') return sortRows(request.axis, request.starts);
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

/** Arrays that can be handed over instead of copied. */
function transferables(result: object | null): ArrayBuffer[] {
  const arrays = Object.values(result ?? {}).filter((part) => ArrayBuffer.isView(part));
  return arrays.map(({ buffer }) => buffer as ArrayBuffer);
}
