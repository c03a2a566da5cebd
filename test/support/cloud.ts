/** The cloud source on a W&B double, with the retry policy of a test. @module */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Adjustable, type Clock, systemClock } from '../../src/core/index.ts';
import { createMetrics, type Logger, type Metrics, silentLogger } from '../../src/observability/index.ts';
import {
  type CloudScope,
  connectWandbServer,
  createWandbCloudSource,
  type FindApiKey,
  type RetryPolicy,
  type RunSource,
  type WandbServer as ServerConnection,
} from '../../src/sources/index.ts';
import type { WandbServer } from './wandb-server/index.ts';

export interface ConnectOptions {
  /** Default: the double's key; null: anonymous. */
  readonly apiKey?: string | null;
  /** In its place: looks for the key anew each time. */
  readonly findApiKey?: FindApiKey;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly metrics?: Metrics;
  readonly retryPolicy?: Partial<RetryPolicy>;
}

/** Tries again within milliseconds. */
const RETRY_POLICY: RetryPolicy = { retries: 2, minMs: 5, maxMs: 20, deadlineMs: 5000, stallMs: 500 };

/** A connection that gives up soon. */
export function connectTo(
  server: Pick<WandbServer, 'url' | 'apiKey'>,
  options: ConnectOptions = {},
): ServerConnection {
  const key = options.apiKey === undefined ? server.apiKey : options.apiKey;
  return connectWandbServer({
    baseUrl: server.url,
    findApiKey: options.findApiKey ?? (async () => (key === null ? null : { key, origin: 'the test' })),
    network: { proxy: null, noProxy: [], caFile: null },
    version: 'test',
    retryPolicy: { ...RETRY_POLICY, ...options.retryPolicy },
    logger: options.logger ?? silentLogger(),
    metrics: options.metrics ?? createMetrics({ processMetrics: false }),
    clock: options.clock ?? systemClock,
  });
}

export interface CloudSource extends AsyncDisposable {
  readonly source: RunSource;
  readonly server: ServerConnection;
}

export async function cloudSource(
  server: Pick<WandbServer, 'url' | 'apiKey'>,
  scope: Partial<CloudScope>,
  options: ConnectOptions & { readonly refreshIntervalMs?: Adjustable } = {},
): Promise<CloudSource> {
  const temporaryDir = await mkdtemp(join(tmpdir(), 'logdir-downloads-'));
  const connection = connectTo(server, options);
  const source = createWandbCloudSource({
    name: 'cloud',
    scope: { entity: null, project: null, runId: null, ...scope },
    server: connection,
    refreshIntervalMs: options.refreshIntervalMs ?? 0,
    temporaryDir,
    logger: options.logger ?? silentLogger(),
    metrics: options.metrics ?? createMetrics({ processMetrics: false }),
    ...(options.clock && { clock: options.clock }),
  });
  return {
    source,
    server: connection,
    [Symbol.asyncDispose]: () => rm(temporaryDir, { recursive: true, force: true }),
  };
}
