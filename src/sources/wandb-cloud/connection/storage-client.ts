/**
 * Fetches what signed addresses point at: exported history, files of a run. They carry their own permission, so the key
 * is never sent there. @module
 */

import { setMaxListeners } from 'node:events';
import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { AxiosInstance, AxiosResponse } from 'axios';
import PQueue from 'p-queue';
import pRetry from 'p-retry';
import { type Clock, LogdirError } from '../../../core/index.ts';
import type { Metrics } from '../../../observability/index.ts';
import { type Deadline, deadline } from './deadline.ts';
import type { NetworkOptions } from './network-options.ts';
import { isHttpError, RequestFailure, requestFailure } from './request-failure.ts';
import { type RetryPolicy, retryOptions } from './retry-policy.ts';

/** Downloads at a time: object stores set no quota, disks and memory do. */
const CONCURRENCY = 16;
/** Fewer than these within the time a download may stall are as good as none: drop by drop, a file would never end. */
const LEAST_BYTES = 16 * 1024;
/** The address is no longer good: ask for a new one. Object stores say so by exactly these two statuses. */
export class UrlExpired extends Error {
  override readonly name = 'UrlExpired';
}
const EXPIRED = new Set([401, 403]);

export interface StorageClientOptions {
  readonly network: NetworkOptions;
  readonly retryPolicy: RetryPolicy;
  readonly userAgent: string;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

export class StorageClient {
  readonly #options: StorageClientOptions;
  readonly #queue = new PQueue({ concurrency: CONCURRENCY });
  readonly #clients = new Map<string, AxiosInstance>();

  #receivedBytes = 0;

  constructor(options: StorageClientOptions) {
    this.#options = options;
  }

  /** Over all downloads. */
  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /**
   * Writes what an address points at to a file, going on where it broke off.
   * @throws UrlExpired; LogdirError `not-found`, `unavailable`.
   */
  async download(url: string, path: string, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    await this.#retrying(url, signal, () => this.#transfer(url, path, signal));
  }

  /** What a small file holds, without a detour over the disk. @throws as `download` does. */
  async text(url: string, { signal }: { readonly signal: AbortSignal }): Promise<string> {
    return await this.#retrying(url, signal, () => this.#body(url, signal));
  }

  /** Waits for a place in the queue, and tries again while that may help. */
  async #retrying<T>(url: string, signal: AbortSignal, transfer: () => Promise<T>): Promise<T> {
    const { retryPolicy, metrics, clock } = this.#options;
    // All downloads of one read listen to its signal.
    setMaxListeners(0, signal);
    const what = `download from ${new URL(url).host}`;
    const attempt = async () => {
      try {
        // p-queue types its result as possibly void, for tasks that are.
        const result = (await this.#queue.add(transfer, { signal })) as T;
        metrics.increment('cloud_requests_total', { operation: 'download', outcome: 'answered' });
        return result;
      } catch (error) {
        metrics.increment('cloud_requests_total', { operation: 'download', outcome: 'failed' });
        throw error instanceof UrlExpired ? error : storageFailure(error, what, clock.now());
      }
    };
    try {
      return await pRetry(attempt, { ...retryOptions(retryPolicy), signal });
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof RequestFailure ? error.failure : error;
    }
  }

  /** One attempt: the whole, or what is missing of it. */
  async #transfer(url: string, path: string, signal: AbortSignal): Promise<void> {
    const have = await stat(path).then(
      ({ size }) => size,
      () => 0,
    );
    using stall = deadline(signal, this.#options.retryPolicy.stallMs, this.#options.clock);
    const response = await this.#get(url, have, stall);
    // Complete already: there is nothing beyond what we have.
    if (response.status === 416 && have > 0) return;
    const isRest = response.status === 206;
    const target = createWriteStream(path, { flags: isRest ? 'a' : 'w' });
    await pipeline(response.data, target, { signal: stall.signal });
    checkLength(response, (await stat(path)).size - (isRest ? have : 0));
  }

  async #body(url: string, signal: AbortSignal): Promise<string> {
    using stall = deadline(signal, this.#options.retryPolicy.stallMs, this.#options.clock);
    const response = await this.#get(url, 0, stall);
    const body = await buffer(response.data);
    checkLength(response, body.length);
    return body.toString();
  }

  /** The answer, its bytes still to come; they are counted, and as long as enough come the deadline is put off. @throws UrlExpired */
  async #get(url: string, from: number, stall: Deadline): Promise<AxiosResponse<Readable>> {
    const { hostname, host } = new URL(url);
    const response = await (await this.#client(hostname)).get<Readable>(url, {
      signal: stall.signal,
      headers: from > 0 ? { Range: `bytes=${from}-` } : {},
      validateStatus: (status) =>
        status === 200 || (from > 0 && (status === 206 || status === 416)) || EXPIRED.has(status),
    });
    if (EXPIRED.has(response.status)) {
      response.data.destroy();
      throw new UrlExpired(`${host} no longer honours the address`);
    }
    let sinceRefresh = 0;
    response.data.on('data', (chunk: Buffer) => {
      sinceRefresh += chunk.length;
      if (sinceRefresh >= LEAST_BYTES) {
        sinceRefresh = 0;
        stall.refresh();
      }
      this.#receivedBytes += chunk.length;
      this.#options.metrics.increment('cloud_received_bytes_total', { door: 'storage' }, chunk.length);
    });
    return response;
  }

  /** Loads axios with the first. */
  async #client(host: string): Promise<AxiosInstance> {
    const [{ default: axios }, { createAgents }] = await Promise.all([
      import('axios'),
      import('./http-agents.ts'),
    ]);
    let client = this.#clients.get(host);
    if (client === undefined) {
      const { network, userAgent } = this.#options;
      client = axios.create({
        ...createAgents(host, network),
        proxy: false,
        responseType: 'stream',
        // Bytes as they are stored: their length is what tells that all have come.
        decompress: false,
        headers: { 'User-Agent': userAgent, 'Accept-Encoding': 'identity' },
      });
      this.#clients.set(host, client);
    }
    return client;
  }
}

/** A connection that breaks off may look like the end. */
function checkLength(response: AxiosResponse<Readable>, length: number): void {
  const announced = Number(response.headers['content-length'] ?? Number.NaN);
  if (Number.isNaN(announced) || length === announced) return;
  throw new Error(`${length} of ${announced} bytes came`);
}

function storageFailure(error: unknown, what: string, nowMs: number): RequestFailure {
  const failure = requestFailure(error, { what, baseUrl: 'the storage', nowMs });
  const status = isHttpError(error) ? error.response?.status : undefined;
  if (status !== 404) return failure;
  return new RequestFailure(new LogdirError('not-found', `${what}: it is no longer there`), {
    mayRetry: false,
  });
}
