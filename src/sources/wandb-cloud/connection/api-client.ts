/**
 * Asks a W&B server by GraphQL: `POST <base>/graphql`, the key as the password of the user `api` (the SDK's
 * core/internal/api/gql_client.go). Every request has its turn in the budget, a deadline, and as many attempts as make
 * sense. @module
 */

import { setMaxListeners } from 'node:events';
import type { AxiosInstance, AxiosResponse } from 'axios';
import { LRUCache } from 'lru-cache';
import pRetry from 'p-retry';
import type { Clock, LogdirError } from '../../../core/index.ts';
import type { Logger, Metrics } from '../../../observability/index.ts';
import type { Operation, ServerFeatures } from '../graphql/index.ts';
import type { ApiKey, FindApiKey, KeyPurpose } from './api-key.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { deadline } from './deadline.ts';
import { dataOf, parseAnswer } from './graphql-answer.ts';
import type { HttpAgents } from './http-agents.ts';
import { authorityOf, type NetworkOptions } from './network-options.ts';
import type { RequestBudget } from './request-budget.ts';
import { RequestFailure, requestFailure, resetDelayMs } from './request-failure.ts';
import { type RetryPolicy, retryOptions } from './retry-policy.ts';

/** The largest answer that is taken: a page of history is some 3 MB. */
const MAX_ANSWER_BYTES = 512 * 1024 * 1024;
/** A key found is good for that long; then it is looked for again, as it may have been changed. */
const KEY_VALID_MS = 5000;
/** Projects whose keys are remembered meanwhile. */
const MAX_KEYS = 1000;

export interface ApiClientOptions {
  /** Without a slash at its end; may have a path. */
  readonly baseUrl: string;
  readonly findApiKey: FindApiKey;
  readonly network: NetworkOptions;
  /** Of a key: what one key is limited to is no matter of others. Null: requests without a key. */
  readonly budgetOf: (key: string | null) => RequestBudget;
  readonly features: ServerFeatures;
  readonly retryPolicy: RetryPolicy;
  readonly userAgent: string;
  /** Called when the server answers again after an outage. */
  readonly onRecovery: () => void;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/** What a server's answers say besides their data. */
export interface ServerReport {
  readonly receivedBytes: number;
  readonly requests: number;
  /** How far this machine's clock is ahead of the server's, to a second or so; null: it does not say. */
  readonly clockSkewMs: number | null;
  /** What is left of the current window of the rate limit, from 0 to 1,000 on W&B's scale; null: it does not say. */
  readonly remaining: number | null;
}

export interface RequestOptions {
  readonly signal: AbortSignal;
}

export interface AskOptions<Answer> extends RequestOptions {
  /** Tries to make an answer of a text in a way of its own; null: it is taken in as any other. */
  readonly decode?: ((text: string) => Promise<Answer | null>) | undefined;
}

/** A request that goes out with a key, and waits for its turn among those of the key. */
interface KeyedRequest {
  readonly key: ApiKey | null;
  readonly budget: RequestBudget;
  readonly signal: AbortSignal;
  readonly isRetry: boolean;
}

export class ApiClient {
  readonly #options: ApiClientOptions;
  readonly #host: string;
  /** Made by the first request: axios and what it asks by take longer to load than all else, which what is cached does without. */
  #http: Promise<AxiosInstance> | undefined;
  readonly #breaker: CircuitBreaker;
  #report: ServerReport = { receivedBytes: 0, requests: 0, clockSkewMs: null, remaining: null };
  /** By what they are for. */
  readonly #keys = new LRUCache<string, { readonly value: ApiKey | null; readonly foundAtMs: number }>({
    max: MAX_KEYS,
  });

  constructor(options: ApiClientOptions) {
    this.#options = options;
    this.#host = new URL(options.baseUrl).hostname;
    this.#breaker = new CircuitBreaker(options.clock, (failure) => this.#reportOutage(failure));
    // Told at once, not by the first request.
    authorityOf(options.network);
  }

  /** What answers said besides their data, so far. */
  get report(): ServerReport {
    return this.#report;
  }

  /** Whether the server is taken to be away: requests fail at once, but for one now and then. */
  get isAway(): boolean {
    return this.#breaker.isOpen;
  }

  get baseUrl(): string {
    return this.#options.baseUrl;
  }

  /** The data of an answer. @throws LogdirError that says what happened and what to do. */
  async ask<Variables extends object, Answer>(
    operation: Operation<Variables, Answer>,
    variables: Variables,
    { signal, decode }: AskOptions<Answer>,
  ): Promise<Answer> {
    const { budgetOf, retryPolicy } = this.#options;
    const purpose = purposeOf(variables);
    // All requests of one read listen to its signal.
    setMaxListeners(0, signal);
    let isRetry = false;
    const attempt = async () => {
      this.#breaker.check();
      let request: KeyedRequest = { key: null, budget: budgetOf(null), signal, isRetry };
      try {
        const key = await this.#apiKey(purpose);
        request = { ...request, key, budget: budgetOf(key?.key ?? null) };
        return await request.budget.run(() => this.#attempt(operation, variables, { ...request, decode }), {
          signal,
        });
      } catch (error) {
        isRetry = true;
        throw this.#failure(error, operation, variables, request);
      }
    };
    const retries = operation.failure === 'nothing' ? 0 : Math.min(retryPolicy.retries, operation.maxRetries);
    try {
      return await pRetry(attempt, { ...retryOptions({ ...retryPolicy, retries }), signal });
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof RequestFailure ? error.failure : error;
    }
  }

  /** One request, and another without what the server turned out not to know. */
  async #attempt<Variables, Answer>(
    operation: Operation<Variables, Answer>,
    variables: Variables,
    { decode, ...request }: KeyedRequest & Pick<AskOptions<Answer>, 'decode'>,
  ): Promise<Answer> {
    const { baseUrl, features, logger } = this.#options;
    const { name } = operation;
    for (;;) {
      const { document, body } = operation.request(features, variables);
      const { data: text, status } = await this.#measured(name, request.budget, () =>
        this.#post(body, request),
      );
      const decoded = (await decode?.(text)) ?? null;
      if (decoded !== null) {
        this.#breaker.succeeded();
        return decoded;
      }
      const answer = parseAnswer(text, status, name, baseUrl);
      const messages = answer.errors.map(({ message }) => message);
      features.learnFrom(messages);
      // Also when a request that was under way at the same time has learned it first.
      if (messages.length > 0 && operation.render(features).document !== document) continue;
      const data = dataOf(answer, operation, baseUrl);
      if (messages.length > 0) logger.debug({ operation: name, messages }, 'answered in part');
      this.#breaker.succeeded();
      return data;
    }
  }

  async #measured(
    operation: string,
    budget: RequestBudget,
    post: () => Promise<AxiosResponse<string>>,
  ): Promise<AxiosResponse<string>> {
    const { metrics, clock, logger } = this.#options;
    const started = clock.monotonic();
    let outcome = 'failed';
    try {
      const response = await post();
      this.#noteBudget(response, budget);
      outcome = 'answered';
      const answer = { status: response.status, bytes: response.data.length };
      logger.debug({ operation, ...answer, ms: Math.round(clock.monotonic() - started) }, 'W&B answered');
      return response;
    } finally {
      metrics.increment('cloud_requests_total', { operation, outcome });
      metrics.observe('cloud_request_duration_seconds', (clock.monotonic() - started) / 1000, { operation });
    }
  }

  async #post(body: string, { key: found, signal, isRetry }: KeyedRequest): Promise<AxiosResponse<string>> {
    const { baseUrl, retryPolicy, clock } = this.#options;
    const key = found?.key ?? null;
    const authorization = key === null ? {} : { Authorization: `Basic ${btoa(`api:${key}`)}` };
    // W&B's edge answers some anonymous programs with nothing unless they look like its own pages.
    const origin = key === null ? { Origin: appOrigin(baseUrl), 'X-Origin': appOrigin(baseUrl) } : {};
    using limit = deadline(signal, retryPolicy.deadlineMs, clock);
    this.#http ??= this.#createHttp();
    const http = await this.#http;
    return await http.post<string>(`${baseUrl}/graphql`, body, {
      headers: { ...authorization, ...origin },
      signal: limit.signal,
      // A connection that hung may go on hanging.
      ...(isRetry && (await this.#agents(true))),
      validateStatus: (status) => (status >= 200 && status < 300) || status === 400 || status === 422,
    });
  }

  async #createHttp(): Promise<AxiosInstance> {
    const { default: axios } = await import('axios');
    return axios.create({
      ...(await this.#agents(false)),
      // axios knows a proxy only for plain requests; the agents know it for both.
      proxy: false,
      // Nowhere but to the server itself: the key would go with it.
      maxRedirects: 0,
      maxContentLength: MAX_ANSWER_BYTES,
      maxBodyLength: MAX_ANSWER_BYTES,
      responseType: 'text',
      transitional: { silentJSONParsing: false },
      transformResponse: (body: unknown) => body,
      headers: { 'User-Agent': this.#options.userAgent, 'Content-Type': 'application/json' },
    });
  }

  async #agents(isFresh: boolean): Promise<HttpAgents> {
    const { createAgents } = await import('./http-agents.ts');
    return createAgents(this.#host, this.#options.network, isFresh);
  }

  /** That the server shows to a key none of what it is to see: another is looked for, where there are several. */
  doubt(purpose: KeyPurpose): void {
    const id = purposeId(purpose);
    this.#keys.get(id)?.value?.onRefusal?.();
    this.#keys.delete(id);
  }

  async #apiKey(purpose: KeyPurpose): Promise<ApiKey | null> {
    const { clock, findApiKey, baseUrl } = this.#options;
    const id = purposeId(purpose);
    const nowMs = clock.monotonic();
    const known = this.#keys.get(id);
    if (known !== undefined && nowMs - known.foundAtMs <= KEY_VALID_MS) return known.value;
    const value = await findApiKey(baseUrl, purpose);
    this.#keys.set(id, { value, foundAtMs: nowMs });
    return value;
  }

  /** An outage is logged once, and its end. */
  #reportOutage(failure: LogdirError | null): void {
    const { logger, baseUrl, onRecovery } = this.#options;
    if (failure === null) {
      logger.warn({ baseUrl }, 'W&B answers again');
      onRecovery();
    } else logger.warn({ baseUrl, err: failure }, 'W&B cannot be reached; what is cached is served');
  }

  #noteBudget({ headers, data }: AxiosResponse<string>, budget: RequestBudget): void {
    const { metrics, clock } = this.#options;
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

  #failure<Variables extends object>(
    error: unknown,
    { name, failure: meaning }: Operation<Variables, unknown>,
    variables: Variables,
    { budget, signal }: KeyedRequest,
  ): unknown {
    if (signal.aborted) return error;
    const { logger, baseUrl, clock } = this.#options;
    const failed = requestFailure(error, { what: null, baseUrl, nowMs: clock.now() });
    const { failure, isLimit, isUnreachable, isRefusal, retryAfterMs } = failed;
    if (isLimit) budget.limited(retryAfterMs);
    if (failure.code === 'permission-denied') this.doubt(purposeOf(variables));
    // A server that refuses a document is there.
    const isSign = isUnreachable || (meaning !== 'nothing' && !isRefusal);
    if (!isLimit && failure.code === 'unavailable' && isSign) {
      const isOfRun = meaning !== 'server' && !isUnreachable && 'run' in variables;
      this.#breaker.failed(failure, isOfRun ? String(variables.run) : null);
    }
    logger.debug({ operation: name, err: failure }, 'a request to W&B failed');
    return failed;
  }
}

function purposeId({ entity, project }: KeyPurpose): string {
  return JSON.stringify([entity, project]);
}

/** Operations name entity and project alike. */
function purposeOf(variables: unknown): KeyPurpose {
  const { entity, project } = variables as Readonly<Record<string, unknown>>;
  return {
    ...(typeof entity === 'string' && { entity }),
    ...(typeof project === 'string' && { project }),
  };
}

function appOrigin(baseUrl: string): string {
  return new URL(baseUrl).hostname === 'api.wandb.ai' ? 'https://wandb.ai' : new URL(baseUrl).origin;
}
