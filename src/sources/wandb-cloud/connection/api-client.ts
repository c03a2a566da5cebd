/**
 * Asks a W&B server by GraphQL: `POST <base>/graphql`, the key as the password of the user `api` (the SDK's
 * core/internal/api/gql_client.go). Every request has its turn in the budget, a deadline, and as many attempts as make
 * sense. @module
 */

import { setMaxListeners } from 'node:events';
import axios, { type AxiosInstance, type AxiosResponse } from 'axios';
import pRetry from 'p-retry';
import type { z } from 'zod';
import { type Clock, LogdirError } from '../../../core/index.ts';
import type { Logger, Metrics } from '../../../observability/index.ts';
import type { ServerFeatures } from '../graphql/server-features.ts';
import { type FindApiKey, keyAdvice } from './api-key.ts';
import { Outage } from './circuit-breaker.ts';
import { deadline } from './deadline.ts';
import { createAgents, type NetworkOptions } from './http-agents.ts';
import type { RequestBudget, Urgency } from './request-budget.ts';
import { RequestFailure, requestFailure, resetDelayMs } from './request-failure.ts';
import { type Patience, retryOptions } from './retry-policy.ts';

/** The largest answer that is taken: a page of history is some 3 MB. */
const MAX_ANSWER_BYTES = 512 * 1024 * 1024;
/** A key found is good for that long; then it is looked for again, as it may have been changed. */
const KEY_VALID_MS = 5000;

export interface ApiClientOptions {
  /** Without a slash at its end; may have a path. */
  readonly baseUrl: string;
  readonly findApiKey: FindApiKey;
  readonly network: NetworkOptions;
  readonly budget: RequestBudget;
  readonly features: ServerFeatures;
  readonly patience: Patience;
  readonly userAgent: string;
  /** Told when the server answers again after an outage. */
  readonly onRecovery: () => void;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/** What a server's answers tell besides their data. */
export interface ServerReport {
  readonly receivedBytes: number;
  readonly requests: number;
  /** How far this machine's clock is ahead of the server's, to a second or so; null: it does not say. */
  readonly clockSkewMs: number | null;
  /** What is left of the current window of the rate limit, from 0 to 1,000 on W&B's scale; null: it does not say. */
  readonly remaining: number | null;
}

export interface GraphqlRequest<T> {
  /** Name of the operation in the document. */
  readonly operation: string;
  /** The document, made anew for each attempt: what a server turns out not to know is left out of the next. */
  readonly document: () => string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** What `data` must look like. */
  readonly answer: z.ZodType<T>;
  /** Attempts after the first, where fewer are wanted than patience has. */
  readonly maxRetries?: number;
  /** A failure says nothing of the server: less is asked for then. It is not tried again, nor taken for a sign of an outage. */
  readonly isTrial?: boolean;
}

export interface RequestOptions {
  readonly signal: AbortSignal;
  readonly urgency: Urgency;
}

export class ApiClient {
  readonly #options: ApiClientOptions;
  readonly #host: string;
  readonly #http: AxiosInstance;
  readonly #outage: Outage;
  #report: ServerReport = { receivedBytes: 0, requests: 0, clockSkewMs: null, remaining: null };
  #key: { readonly value: string | null; readonly foundAtMs: number } | undefined;

  constructor(options: ApiClientOptions) {
    this.#options = options;
    this.#host = new URL(options.baseUrl).hostname;
    this.#outage = new Outage(options.clock, (failure) => this.#noteOutage(failure));
    this.#http = axios.create({
      ...createAgents(this.#host, options.network),
      // axios knows a proxy only for plain requests; the agents know it for both.
      proxy: false,
      // Nowhere but to the server itself: the key would go with it.
      maxRedirects: 0,
      maxContentLength: MAX_ANSWER_BYTES,
      maxBodyLength: MAX_ANSWER_BYTES,
      responseType: 'text',
      transitional: { silentJSONParsing: false },
      transformResponse: (body: unknown) => body,
      headers: { 'User-Agent': options.userAgent, 'Content-Type': 'application/json' },
    });
  }

  /** What answers have told so far. */
  get report(): ServerReport {
    return this.#report;
  }

  get baseUrl(): string {
    return this.#options.baseUrl;
  }

  /** The data of an answer. @throws LogdirError that says what happened and what to do. */
  async ask<T>(request: GraphqlRequest<T>, { signal, urgency }: RequestOptions): Promise<T> {
    const { budget, patience } = this.#options;
    // All requests of one read listen to its signal.
    setMaxListeners(0, signal);
    let isRetry = false;
    const attempt = async () => {
      this.#outage.check();
      try {
        return await budget.run(() => this.#attempt(request, signal, isRetry), { urgency, signal });
      } catch (error) {
        isRetry = true;
        throw this.#failure(error, request, signal);
      }
    };
    try {
      return await pRetry(attempt, {
        ...retryOptions({
          ...patience,
          retries: request.isTrial ? 0 : Math.min(patience.retries, request.maxRetries ?? patience.retries),
        }),
        signal,
      });
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof RequestFailure ? error.failure : error;
    }
  }

  /** One request, and another without what the server turned out not to know. */
  async #attempt<T>(request: GraphqlRequest<T>, signal: AbortSignal, isRetry: boolean): Promise<T> {
    for (;;) {
      const response = await this.#measured(request.operation, () => this.#post(request, signal, isRetry));
      const body = parseAnswer(response, request.operation, this.#options.baseUrl);
      const messages = errorMessages(body);
      if (messages.some((message) => this.#options.features.learnFrom(message))) continue;
      const data = this.#dataOf(request, response.status, body, messages);
      this.#outage.succeeded();
      return data;
    }
  }

  async #measured(
    operation: string,
    post: () => Promise<AxiosResponse<string>>,
  ): Promise<AxiosResponse<string>> {
    const { metrics, clock } = this.#options;
    const started = clock.monotonic();
    let outcome = 'failed';
    try {
      const response = await post();
      this.#noteBudget(response);
      outcome = 'answered';
      return response;
    } finally {
      metrics.increment('cloud_requests_total', { operation, outcome });
      metrics.observe('cloud_request_duration_seconds', (clock.monotonic() - started) / 1000, { operation });
    }
  }

  async #post<T>(
    { operation, document, variables }: GraphqlRequest<T>,
    signal: AbortSignal,
    isRetry: boolean,
  ): Promise<AxiosResponse<string>> {
    const { baseUrl, network } = this.#options;
    const body = JSON.stringify({ query: document(), variables, operationName: operation });
    const key = await this.#apiKey();
    const authorization = key === null ? {} : { Authorization: `Basic ${btoa(`api:${key}`)}` };
    // W&B's edge answers some anonymous programs with nothing unless they look like its own pages.
    const origin = key === null ? { Origin: appOrigin(baseUrl), 'X-Origin': appOrigin(baseUrl) } : {};
    using patience = deadline(signal, this.#options.patience.deadlineMs);
    return await this.#http.post<string>(`${baseUrl}/graphql`, body, {
      headers: { ...authorization, ...origin },
      signal: patience.signal,
      // A connection that hung may go on hanging.
      ...(isRetry && createAgents(this.#host, network, true)),
      validateStatus: (status) => (status >= 200 && status < 300) || status === 400 || status === 422,
    });
  }

  async #apiKey(): Promise<string | null> {
    const { clock, findApiKey, baseUrl } = this.#options;
    const now = clock.monotonic();
    if (this.#key === undefined || now - this.#key.foundAtMs > KEY_VALID_MS) {
      this.#key = { value: (await findApiKey(baseUrl))?.key ?? null, foundAtMs: now };
    }
    return this.#key.value;
  }

  /** An outage is told once, and its end. */
  #noteOutage(failure: LogdirError | null): void {
    const { logger, baseUrl, onRecovery } = this.#options;
    if (failure === null) {
      logger.warn({ baseUrl }, 'W&B answers again');
      onRecovery();
    } else logger.warn({ baseUrl, err: failure }, 'W&B cannot be reached; what is cached is served');
  }

  #noteBudget({ headers, data }: AxiosResponse<string>): void {
    const { budget, metrics, clock } = this.#options;
    metrics.increment('cloud_received_bytes_total', { door: 'api' }, data.length);
    const text: unknown = headers['ratelimit-remaining'];
    const remaining = typeof text === 'string' && text.trim() !== '' ? Number(text) : null;
    const serverMs = Date.parse(String(headers['date']));
    this.#report = {
      receivedBytes: this.#report.receivedBytes + data.length,
      requests: this.#report.requests + 1,
      clockSkewMs: Number.isNaN(serverMs) ? null : clock.now() - serverMs,
      remaining,
    };
    budget.succeeded(remaining, resetDelayMs(headers as Readonly<Record<string, unknown>>));
  }

  /** @throws RequestFailure for anything but data of the expected form. */
  #dataOf<T>(
    { operation, answer }: GraphqlRequest<T>,
    status: number,
    body: Readonly<Record<string, unknown>>,
    messages: readonly string[],
  ): T {
    const { baseUrl, logger } = this.#options;
    const parsed = answer.safeParse(body['data'] ?? undefined);
    if (!parsed.success) throw unexpectedAnswer(operation, baseUrl, messages, status, parsed.error);
    if (messages.length > 0) logger.debug({ operation, messages }, 'answered in part');
    return parsed.data;
  }

  #failure<T>(error: unknown, request: GraphqlRequest<T>, signal: AbortSignal): unknown {
    if (signal.aborted) return error;
    const { operation, isTrial = false } = request;
    const { budget, logger, baseUrl } = this.#options;
    const failure = requestFailure(error, operation, baseUrl);
    if (failure.isLimit) budget.limited(failure.retryAfterMs);
    else if (failure.failure.code === 'unavailable' && (failure.isUnreachable || !isTrial)) {
      this.#outage.failed(failure.failure, failure.isUnreachable ? null : runOf(request));
    }
    logger.debug({ operation, err: failure.failure }, 'a request to W&B failed');
    return failure;
  }
}

/** The run whose contents were asked for. */
function runOf({ operation, variables }: GraphqlRequest<unknown>): string | null {
  const { run } = variables;
  return typeof run === 'string' && operation !== 'Run' ? run : null;
}

function appOrigin(baseUrl: string): string {
  return new URL(baseUrl).hostname === 'api.wandb.ai' ? 'https://wandb.ai' : new URL(baseUrl).origin;
}

/** @throws RequestFailure when the answer is no JSON object: a login page, a proxy's, or one cut short. */
function parseAnswer(
  { data, status }: AxiosResponse<string>,
  operation: string,
  baseUrl: string,
): Readonly<Record<string, unknown>> {
  const unavailable = (text: string) =>
    new RequestFailure(new LogdirError('unavailable', `${operation}: ${baseUrl} ${text}`), {
      mayRetry: true,
    });
  if (/^\s*</.test(data)) {
    throw unavailable(
      `answered with a web page instead of data (HTTP ${status}): a proxy or a login page stands before it, or --base-url is wrong`,
    );
  }
  try {
    const body: unknown = JSON.parse(data);
    if (typeof body === 'object' && body !== null && !Array.isArray(body))
      return body as Readonly<Record<string, unknown>>;
  } catch {
    // Told below.
  }
  throw unavailable('sent an answer that is not JSON, or that was cut short');
}

/** GraphQL's `errors`, and the simpler forms W&B uses. */
function errorMessages(body: Readonly<Record<string, unknown>>): string[] {
  const { errors, error } = body;
  if (Array.isArray(errors)) return errors.map((item: unknown) => messageOf(item));
  return error === undefined || error === null ? [] : [messageOf(error)];
}

function messageOf(item: unknown): string {
  if (typeof item === 'string') return item;
  const { message } = (item ?? {}) as { readonly message?: unknown };
  return typeof message === 'string' ? message : JSON.stringify(item);
}

function unexpectedAnswer(
  operation: string,
  baseUrl: string,
  messages: readonly string[],
  status: number,
  error: z.ZodError,
): RequestFailure {
  const [message] = messages;
  if (message !== undefined && /permission|not authorized|unauthorized|forbidden/i.test(message)) {
    const text = `${operation}: ${message}. ${keyAdvice(baseUrl)}`;
    return new RequestFailure(new LogdirError('permission-denied', text), { mayRetry: false });
  }
  const [issue] = error.issues;
  const reason = message ?? `unexpected ${issue?.path.join('.') || 'answer'}: ${issue?.message ?? ''}`;
  const failure = new LogdirError('unavailable', `${operation}: ${baseUrl} answered: ${reason}`);
  // A server that says 400 says the same next time.
  return new RequestFailure(failure, { mayRetry: status < 400 });
}
