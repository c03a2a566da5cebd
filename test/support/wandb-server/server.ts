/** The double of W&B's backend: HTTP servers around a store, with scripted trouble. @module */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { randomNumbers } from '../random.ts';
import { Api, type ApiRequest } from './http/api.ts';
import { deliver } from './http/delivery.ts';
import type { Reply } from './http/reply.ts';
import { readBody } from './http/request-body.ts';
import type { RequestFacts } from './http/request-facts.ts';
import { Storage } from './http/storage.ts';
import { DEFAULT_BEHAVIOUR, type ServerOptions } from './options.ts';
import type { Delivery } from './script/effects.ts';
import { FaultList } from './script/fault-list.ts';
import { RateLimit, type RateLimitOptions } from './script/rate-limit.ts';
import { RequestLog } from './script/request-log.ts';
import type { User } from './store/user.ts';
import { WandbStore } from './store/wandb-store.ts';

const LOOPBACK = '127.0.0.1';
/** Longer than a client waits between two requests, which would else meet a connection that is just being closed. */
const KEEP_ALIVE_MS = 60_000;

export class WandbServer implements AsyncDisposable {
  readonly store: WandbStore;
  /** The user that exists from the start. */
  readonly user: User;
  readonly requests = new RequestLog();
  readonly faults: FaultList;
  /** Milliseconds before a request is worked on. */
  latencyMs: number | ((request: RequestFacts) => number);
  #rateLimit: RateLimit | null = null;
  readonly #api: Api;
  readonly #storage: Storage;
  readonly #now: () => number;
  readonly #servers: Server[] = [];
  readonly #host: string;
  readonly #name: string;

  private constructor(options: ServerOptions) {
    const now = options.now ?? Date.now;
    const random = randomNumbers(options.seed ?? 1);
    const behaviour = { ...DEFAULT_BEHAVIOUR, ...options };
    const refusesKeys = options.storage !== 'shared';
    this.#now = now;
    this.#host = options.host ?? LOOPBACK;
    this.#name = options.name ?? this.#host;
    this.#storage = new Storage({ now, lifetimeMs: behaviour.urlLifetimeMs, refusesKeys });
    this.store = new WandbStore(now);
    const parts = { store: this.store, storage: this.#storage, behaviour, random, now };
    this.#api = new Api(parts, options.basePath ?? '');
    this.faults = new FaultList(random);
    this.latencyMs = options.latencyMs ?? 0;
    this.limitRate(options.rateLimit ?? null);
    const { entity = 'acme', username = 'ada', apiKey } = options;
    const key = apiKey === undefined ? {} : { apiKey };
    this.user = this.store.addUser({ username, teams: [entity], ...key });
  }

  /** Starts on the loopback address, unless told otherwise; resolves when it answers. */
  static async start(options: ServerOptions = {}): Promise<WandbServer> {
    const server = new WandbServer(options);
    const origin = await server.#listen('api', options.port ?? 0);
    server.#api.origin = `${origin}${options.basePath ?? ''}`;
    server.#storage.origin =
      options.storage === 'shared' ? server.url : await server.#listen('storage', options.storagePort ?? 0);
    return server;
  }

  /** `http://127.0.0.1:PORT` and the base path, without a slash at its end: the SDK's WANDB_BASE_URL. */
  get url(): string {
    return this.#api.origin;
  }

  /** Where signed URLs point. */
  get storageUrl(): string {
    return this.#storage.origin;
  }

  /** The key of `user`. */
  get apiKey(): string {
    return [...this.user.apiKeys][0] ?? '';
  }

  /** Limits requests from now on; null lifts the limit. */
  limitRate(options: RateLimitOptions | null): void {
    this.#rateLimit = options === null ? null : new RateLimit(options, this.#now);
  }

  /** From now on the signed URLs given out so far answer 403. */
  expireUrls(): void {
    this.#storage.expireUrls();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      this.#servers.map(async (server) => {
        const closed = once(server, 'close');
        server.close();
        server.closeAllConnections();
        await closed;
      }),
    );
  }

  async #listen(origin: 'api' | 'storage', port: number): Promise<string> {
    const server = createServer((req, res) => {
      this.#handle(origin, req, res).catch((error: unknown) => res.destroy(error as Error));
    });
    server.keepAliveTimeout = KEEP_ALIVE_MS;
    this.#servers.push(server);
    server.listen(port, this.#host);
    await once(server, 'listening');
    return `http://${this.#name}:${(server.address() as AddressInfo).port}`;
  }

  async #handle(origin: 'api' | 'storage', req: IncomingMessage, res: ServerResponse): Promise<void> {
    const request = this.#api.read(origin, req, await readBody(req));
    const end = this.requests.begin(request.facts);
    let bytes = 0;
    try {
      const { reply, delivery } = await this.#scripted(request);
      bytes = await deliver(res, reply, delivery);
    } finally {
      end({ status: res.headersSent ? res.statusCode : 0, bytes });
    }
  }

  /** Latency, then the rate limit, then faults around what the server would answer. */
  async #scripted(request: ApiRequest): Promise<{ readonly reply: Reply; readonly delivery: Delivery }> {
    const { facts } = request;
    await wait(typeof this.latencyMs === 'function' ? this.latencyMs(facts) : this.latencyMs);
    const { reply: refusal, headers } = this.#rateLimit?.take(facts.door) ?? { reply: null, headers: {} };
    const effect = refusal === null ? this.faults.strike(facts) : {};
    await wait(effect.delayMs ?? 0);
    const answer = refusal ?? effect.instead?.() ?? (await this.#api.answer(request));
    const changed = effect.after?.(answer) ?? answer;
    const reply = this.#api.packed({ ...changed, headers: { ...changed.headers, ...headers } }, facts);
    return { reply, delivery: effect.delivery ?? { kind: 'whole' } };
  }
}

async function wait(ms: number): Promise<void> {
  if (ms > 0) await delay(ms);
}
