/** One W&B server and one key: what all sources that read from it share. @module */

import { LRUCache } from 'lru-cache';
import { type Clock, LogdirError } from '../../core/index.ts';
import type { Logger, Metrics } from '../../observability/index.ts';
import {
  ApiClient,
  DEFAULT_RETRY_POLICY,
  type FindApiKey,
  type NetworkOptions,
  PageLimits,
  RequestBudget,
  type RetryPolicy,
  type ServerReport,
  StorageClient,
} from './connection/index.ts';
import { ServerFeatures } from './graphql/index.ts';
import { askKeyView, askViewer, type KeyView, type KeyViewOptions, type Viewer } from './listing/index.ts';

export interface WandbServerOptions {
  /** Of the API; a path is kept, a slash at the end is not. */
  readonly baseUrl: string;
  readonly findApiKey: FindApiKey;
  readonly network: NetworkOptions;
  /** Of the program, for the server's log. */
  readonly version: string;
  readonly retryPolicy?: RetryPolicy;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

export interface WandbServer {
  /** Host and path, by which its runs are told from those of other servers. */
  readonly origin: string;
  readonly api: ApiClient;
  readonly storage: StorageClient;
  readonly features: ServerFeatures;
  readonly pageLimits: PageLimits;
  /** Calls back when the server answers again after an outage. */
  onRecovery(listener: () => void): void;
  /** What its answers said besides their data, downloads included. */
  report(): ServerReport;
  /** Whom the key belongs to; null without a good key. @throws LogdirError */
  viewer(options: { readonly signal: AbortSignal }): Promise<Viewer | null>;
  /** What the server shows to another key; null: it is none. @throws LogdirError where it can't be asked */
  seenBy(key: string, options: Omit<KeyViewOptions, 'clock'>): Promise<KeyView | null>;
}

/** Keys whose budgets are kept: of each that was used last. */
const MAX_KEYS = 1000;

/** The budgets of keys, one of each: a server limits keys, and what one of them has used up is no matter of others. */
class KeyBudgets {
  readonly #budgets = new LRUCache<string, RequestBudget>({ max: MAX_KEYS });
  readonly #create: () => RequestBudget;

  constructor(create: () => RequestBudget) {
    this.#create = create;
    this.of(null);
  }

  readonly of = (key: string | null): RequestBudget => {
    const id = key ?? '';
    const budget = this.#budgets.get(id) ?? this.#create();
    this.#budgets.set(id, budget);
    return budget;
  };

  sum(figure: (budget: RequestBudget) => number): number {
    return [...this.#budgets.values()].reduce((sum, budget) => sum + figure(budget), 0);
  }

  longest(figure: (budget: RequestBudget) => number): number {
    return Math.max(0, ...[...this.#budgets.values()].map(figure));
  }
}

export function connectWandbServer(options: WandbServerOptions): WandbServer {
  const { findApiKey, network, logger, metrics, clock, retryPolicy = DEFAULT_RETRY_POLICY } = options;
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  const features = new ServerFeatures();
  const onLimit = (pauseMs: number) =>
    logger.warn({ baseUrl, pauseMs }, 'W&B asks to slow down; requests pause, what is cached is served');
  const budgets = new KeyBudgets(() => new RequestBudget({ clock, onLimit }));
  const common = { network, retryPolicy, metrics, clock, userAgent: `wandb-logdir/${options.version}` };
  const listeners: (() => void)[] = [];
  const onRecovery = () => {
    for (const listener of listeners) listener();
  };
  const asking = { ...common, onRecovery, baseUrl, budgetOf: budgets.of, features, logger };
  const api = new ApiClient({ ...asking, findApiKey });
  metrics.gauge('cloud_waiting_requests', () => budgets.sum(({ waiting }) => waiting));
  metrics.gauge('cloud_request_concurrency', () => budgets.sum(({ concurrency }) => concurrency));
  metrics.gauge('cloud_pause_seconds', () => budgets.longest(({ pauseMs }) => pauseMs) / 1000);
  metrics.gauge('cloud_circuit_open', () => Number(api.isAway));
  const storage = new StorageClient(common);
  return {
    origin: baseUrl.replace(/^https?:\/\//, ''),
    api,
    storage,
    features,
    pageLimits: new PageLimits(),
    onRecovery: (listener) => void listeners.push(listener),
    report: () => ({ ...api.report, receivedBytes: api.report.receivedBytes + storage.receivedBytes }),
    viewer: ({ signal }) => askViewer(api, { signal }),
    seenBy: async (key, seeing) => {
      // Somebody waits for it, and others ask with their own keys.
      if (budgets.of(key).pauseMs > 0)
        throw new LogdirError('rate-limited', `${baseUrl} has asked this key to slow down`);
      const ofKey = new ApiClient({ ...asking, findApiKey: async () => ({ key, origin: 'a request' }) });
      return await askKeyView(ofKey, { ...seeing, clock });
    },
  };
}
