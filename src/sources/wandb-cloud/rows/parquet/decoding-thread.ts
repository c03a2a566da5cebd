/**
 * Decodes parquet files, and sorts their rows, in a thread of their own: rows are made and requests answered meanwhile, and a damaged file can
 * make the decoder loop for minutes or ask for all memory there is, which a thread survives and a process does not. One
 * thread for all files, one request at a time, so that it is known which file was at fault. @module
 */

import { Worker } from 'node:worker_threads';
import PQueue from 'p-queue';
import { LogdirError } from '../../../../core/index.ts';
import type { SortedRows } from '../row-order.ts';
import type { ColumnValues, ParquetColumn, ParquetLayout, RowStretch } from './column.ts';

export type DecodingRequest =
  | { readonly kind: 'layout'; readonly path: string }
  | {
      readonly kind: 'column';
      readonly path: string;
      readonly column: ParquetColumn;
      readonly stretch: RowStretch;
    }
  /** The numbers are handed over, and come back. */
  | { readonly kind: 'sort'; readonly axis: Float64Array<ArrayBuffer>; readonly starts: readonly number[] }
  | { readonly kind: 'close'; readonly path: string };

type DecodingResult = ParquetLayout | ColumnValues | SortedRows | null;

export type DecodingReply =
  | { readonly result: DecodingResult }
  | { readonly failure: { readonly code: LogdirError['code']; readonly message: string } };

/** Longer than any column of an undamaged file takes, by far, on a machine that is busy with other things. */
const TIMEOUT_MS = 20_000;
/** Of the heap; a stretch of a column of objects takes some 50 MB. */
const MAX_HEAP_MB = 512;
/** After that long without work the thread ends; a new one takes some 50 ms to start. */
const IDLE_MS = 30_000;

export class DecodingThread {
  readonly #queue = new PQueue({ concurrency: 1 });
  readonly #timeoutMs: number;
  #worker: Worker | null = null;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor({ timeoutMs = TIMEOUT_MS } = {}) {
    this.#timeoutMs = timeoutMs;
  }

  /** @throws LogdirError `corrupt` when the file is damaged. */
  async layout(path: string): Promise<ParquetLayout> {
    return (await this.#ask({ kind: 'layout', path })) as ParquetLayout;
  }

  /** @throws LogdirError `corrupt` when the file is damaged. */
  async column(path: string, column: ParquetColumn, stretch: RowStretch): Promise<ColumnValues> {
    return (await this.#ask({ kind: 'column', path, column, stretch })) as ColumnValues;
  }

  /**
   * Sorts rows by an axis; `sortRows` says how. The array is handed over: only the result's is good afterwards.
   * @throws LogdirError `corrupt` for more rows than can be sorted in time: no run has them.
   */
  async sort(axis: Float64Array<ArrayBuffer>, starts: readonly number[]): Promise<SortedRows> {
    return (await this.#ask({ kind: 'sort', axis, starts }, [axis.buffer])) as SortedRows;
  }

  async close(path: string): Promise<void> {
    if (this.#worker !== null) await this.#ask({ kind: 'close', path });
  }

  async #ask(request: DecodingRequest, transfer: ArrayBuffer[] = []): Promise<DecodingResult> {
    const reply = await this.#queue.add(() => this.#exchange(request, transfer));
    if ('result' in reply) return reply.result;
    throw new LogdirError(reply.failure.code, reply.failure.message);
  }

  async #exchange(request: DecodingRequest, transfer: ArrayBuffer[]): Promise<DecodingReply> {
    clearTimeout(this.#idleTimer);
    this.#worker ??= this.#start();
    const worker = this.#worker;
    try {
      return await replyOf(worker, request, { transfer, timeoutMs: this.#timeoutMs });
    } catch (error) {
      this.#worker = null;
      await worker.terminate();
      const reason = error instanceof Error ? error.message : String(error);
      const what = 'path' in request ? request.path : 'a set of files';
      return { failure: { code: 'corrupt', message: `${what} is damaged: ${reason}` } };
    } finally {
      this.#idleTimer = setTimeout(() => this.#end(), IDLE_MS);
      this.#idleTimer.unref();
    }
  }

  #start(): Worker {
    const worker = new Worker(new URL('./decoding-worker.js', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    });
    // A thread may also fail between two requests, where nobody else listens: the next request starts another.
    const forget = () => {
      if (this.#worker === worker) this.#worker = null;
    };
    worker.on('error', forget).on('exit', forget);
    worker.unref();
    return worker;
  }

  #end(): void {
    void this.#worker?.terminate();
    this.#worker = null;
  }
}

/** Shared by everybody who reads parquet. */
export const decodingThread = new DecodingThread();

/** The timer is one of real time: it watches over a thread that computes. */
async function replyOf(
  worker: Worker,
  request: DecodingRequest,
  { transfer, timeoutMs }: { readonly transfer: ArrayBuffer[]; readonly timeoutMs: number },
): Promise<DecodingReply> {
  // Referenced while it has work, so that a program waits for it.
  worker.ref();
  try {
    return await new Promise<DecodingReply>((resolve, reject) => {
      const timer = setTimeout(
        () => settle(() => reject(new Error(`decoding it took more than ${timeoutMs} ms`))),
        timeoutMs,
      );
      const onMessage = (reply: DecodingReply) => settle(() => resolve(reply));
      const onError = (error: unknown) => settle(() => reject(error as Error));
      const onExit = () => settle(() => reject(new Error('decoding it ended the thread')));
      const settle = (how: () => void) => {
        clearTimeout(timer);
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
        how();
      };
      worker.on('message', onMessage).on('error', onError).on('exit', onExit);
      worker.postMessage(request, transfer);
    });
  } finally {
    worker.unref();
  }
}
