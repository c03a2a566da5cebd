/** What went wrong with a request, and whether to try again: the table the W&B SDK retries by. @module */

import type { AxiosError } from 'axios';
import { errnoOf, LogdirError } from '../../../core/index.ts';
import { keyAdvice } from './api-key.ts';

/** A failure with what the next attempt should know. Never leaves the connection: callers get its LogdirError. */
export class RequestFailure extends Error {
  override readonly name = 'RequestFailure';
  readonly failure: LogdirError;
  readonly mayRetry: boolean;
  /** The server said that we ask too much. */
  readonly isLimit: boolean;
  /** Nobody was there, or nobody to be trusted: whatever is asked next will fail as well. */
  readonly isUnreachable: boolean;
  /** The server is there, and will refuse the same request again. */
  readonly isRefusal: boolean;
  /** Milliseconds it asked us to wait; null: it did not say. */
  readonly retryAfterMs: number | null;

  constructor(
    failure: LogdirError,
    options: {
      readonly mayRetry: boolean;
      readonly isLimit?: boolean;
      readonly isUnreachable?: boolean;
      readonly isRefusal?: boolean;
      readonly retryAfterMs?: number | null;
    },
  ) {
    super(failure.message, { cause: failure });
    this.failure = failure;
    this.mayRetry = options.mayRetry;
    this.isLimit = options.isLimit ?? false;
    this.isUnreachable = options.isUnreachable ?? false;
    this.isRefusal = options.isRefusal ?? false;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}

/** 4xx after which the SDK does not try again (core/internal/api/clients.go: `RetryMostFailures`). */
const FINAL_STATUSES = new Set([400, 401, 403, 404, 409, 410, 413, 422, 501]);

/** What failed, for messages, and when. */
export interface FailedExchange {
  /** What was fetched, for people; null where the server alone says enough. */
  readonly what: string | null;
  readonly baseUrl: string;
  /** Unix milliseconds: a server may name the time to come back at. */
  readonly nowMs: number;
}

/** A failed exchange as a RequestFailure. */
export function requestFailure(error: unknown, exchange: FailedExchange): RequestFailure {
  if (error instanceof RequestFailure) return error;
  if (error instanceof LogdirError) return new RequestFailure(error, { mayRetry: false });
  if (!isHttpError(error) || error.response === undefined) return transportFailure(error, exchange);
  return statusFailure(error.response.status, error, exchange);
}

/** What axios asks of its own errors by `isAxiosError`; without axios, which is loaded by who has something to ask. */
export function isHttpError(error: unknown): error is AxiosError {
  return error instanceof Error && 'isAxiosError' in error && error.isAxiosError === true;
}

/** The failure that an answer's status stands for. */
function statusFailure(
  status: number,
  error: AxiosError,
  { what, baseUrl, nowMs }: FailedExchange,
): RequestFailure {
  const headers = error.response?.headers ?? {};
  const retryAfterMs = retryDelayMs(headers as Readonly<Record<string, unknown>>, nowMs);
  const failure = (code: LogdirError['code'], text: string) =>
    new RequestFailure(new LogdirError(code, about(what, text), withCause(error)), {
      mayRetry: !FINAL_STATUSES.has(status),
      // A server that says when to come back asks to slow down, whatever else it says.
      isLimit: status === 429 || retryAfterMs !== null,
      retryAfterMs,
    });
  switch (status) {
    case 401:
      return failure('permission-denied', `${baseUrl} does not accept the API key. ${keyAdvice(baseUrl)}`);
    case 403:
      return failure(
        'permission-denied',
        `${baseUrl} does not allow it with this API key (HTTP 403). ${keyAdvice(baseUrl)}`,
      );
    case 404:
    case 405:
      return failure('unavailable', `${baseUrl} has no W&B API (HTTP ${status}): check --base-url`);
    case 429:
      return failure('rate-limited', `${baseUrl} asks to slow down (HTTP 429)`);
    default:
      return failure('unavailable', `${baseUrl} answered HTTP ${status}`);
  }
}

/** No answer at all: the network, a proxy, a certificate, or the deadline. */
function transportFailure(error: unknown, { what, baseUrl }: FailedExchange): RequestFailure {
  const code = errnoOf(error) ?? '';
  const advice = TRANSPORT_ADVICE[code];
  const message = error instanceof Error ? error.message : String(error);
  const reason = code === 'ERR_CANCELED' ? 'it did not answer in time' : message;
  const text = about(what, `${baseUrl} could not be reached: ${reason}${advice ? `. ${advice}` : ''}`);
  const isUnreachable = advice !== undefined || NOBODY_THERE.has(code);
  return new RequestFailure(new LogdirError('unavailable', text, withCause(error)), {
    mayRetry: true,
    isUnreachable,
  });
}

const NOBODY_THERE = new Set(['EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN', 'EHOSTDOWN']);

const TRANSPORT_ADVICE: Readonly<Record<string, string>> = {
  ENOTFOUND: 'Check --base-url and the network',
  ECONNREFUSED: 'Check --base-url: nothing listens there',
  SELF_SIGNED_CERT_IN_CHAIN: 'Name the authority of your network: --ca-file FILE',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'Name the authority of your network: --ca-file FILE',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'Name the authority of your network: --ca-file FILE',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'Name the certificate as an authority: --ca-file FILE',
  CERT_HAS_EXPIRED: 'The certificate has expired, or the clock of this machine is wrong',
};

function about(what: string | null, text: string): string {
  return what === null ? text : `${what}: ${text}`;
}

/** An error object of axios holds the request, and with it the key: only its words and its errno are kept. */
function withCause(error: unknown): { readonly cause?: Error } {
  if (!(error instanceof Error)) return {};
  return { cause: Object.assign(new Error(error.message), { code: errnoOf(error) }) };
}

/**
 * Milliseconds to wait: `Retry-After` in seconds or as a date (RFC 9110 §10.2.3), else W&B's `RateLimit-Reset` in
 * seconds; null for neither.
 */
export function retryDelayMs(headers: Readonly<Record<string, unknown>>, nowMs: number): number | null {
  const retryAfter = headers['retry-after'];
  if (typeof retryAfter === 'string') {
    const seconds = Number(retryAfter);
    if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
    const date = Date.parse(retryAfter);
    if (!Number.isNaN(date)) return Math.max(0, date - nowMs);
  }
  return resetDelayMs(headers);
}

/** Milliseconds until the window of the rate limit ends, if the server says. */
export function resetDelayMs(headers: Readonly<Record<string, unknown>>): number | null {
  const reset = headers['ratelimit-reset'];
  const seconds = typeof reset === 'string' && reset.trim() !== '' ? Number(reset) : Number.NaN;
  return Number.isFinite(seconds) ? Math.max(0, seconds * 1000) : null;
}
