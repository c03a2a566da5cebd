/** What a server may be told when it starts. @module */

import type { RequestFacts } from './http/request-facts.ts';
import type { RateLimitOptions } from './script/rate-limit.ts';

/** How this server differs from others of its kind: real ones differ by version, plan and luck. */
export interface Behaviour {
  /** `Type.field` and `Type.field.argument` that an older server lacks: `Run.parquetHistory`. Default none. */
  readonly missing: readonly string[];
  /** Status of an answer to an invalid query; some servers answer 200 to every GraphQL error. Default 400. */
  readonly validationStatus: 200 | 400 | 422;
  /** Server features that `ServerFeaturesQuery` reports as enabled. Default none. */
  readonly features: readonly string[];
  /** The most rows `events(samples)` answers, however many are asked for. Default 1,000. */
  readonly maxEventSamples: number;
  /** The most rows `history(samples)` answers. Default: no bound. */
  readonly maxHistorySamples: number;
  /** Keys of a row that `history` answers when the query names no `maxKeyLimit`. Default: all. */
  readonly defaultMaxKeyLimit: number;
  /** Whether `maxStep` of sampledHistory belongs to the range: it does since 0.65. Default `inclusive`. */
  readonly sampledMaxStep: 'inclusive' | 'exclusive';
  /**
   * `live`: `history` and `sampledHistory` leave out rows that were exported as parquet. Default `all`; the real SDK
   * then gives rows twice that stand in a file and in a page with live ones.
   */
  readonly historyServes: 'all' | 'live';
  /** `absent`: `liveData` is empty even where rows are live, as some servers have it. Default `full`. */
  readonly liveData: 'full' | 'absent';
  /** Whether `parquetUrls` come in another order each time. Default true. */
  readonly shufflesParquetUrls: boolean;
  /** What happens to the rows of a run whose script starts again without `resume`. Default `overwrite`. */
  readonly reinit: 'overwrite' | 'append';
  /** Milliseconds for which a signed URL is good. Default 1 hour. */
  readonly urlLifetimeMs: number;
  /** Whether large answers are compressed for clients that accept gzip. Default false. */
  readonly compresses: boolean;
}

export const DEFAULT_BEHAVIOUR: Behaviour = {
  missing: [],
  validationStatus: 400,
  features: [],
  maxEventSamples: 1000,
  maxHistorySamples: Number.POSITIVE_INFINITY,
  defaultMaxKeyLimit: Number.POSITIVE_INFINITY,
  sampledMaxStep: 'inclusive',
  historyServes: 'all',
  liveData: 'full',
  shufflesParquetUrls: true,
  reinit: 'overwrite',
  urlLifetimeMs: 3_600_000,
  compresses: false,
};

export interface ServerOptions extends Partial<Behaviour> {
  /** Path that the API stands under, as behind a proxy: `/tools/wandb`. Default: none. */
  readonly basePath?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Address to listen on. Default: loopback. */
  readonly host?: string;
  /** What stands for the host in addresses that are given out, as where others reach it by a name. Default: `host`. */
  readonly name?: string;
  /**
   * `own`: signed URLs point at a second port, where an `Authorization` header is refused as object stores refuse it.
   * `shared`: they point at the API's own port. Default `own`.
   */
  readonly storage?: 'own' | 'shared';
  /** Port of the storage when it is its own. Default 0. */
  readonly storagePort?: number;
  /** Entity and user that exist from the start. Default `acme`, with the user `ada` in it. */
  readonly entity?: string;
  readonly username?: string;
  /** Default: a new key of 40 hexadecimal digits. */
  readonly apiKey?: string;
  /** Milliseconds before a request is worked on. Default 0. */
  readonly latencyMs?: number | ((request: RequestFacts) => number);
  readonly rateLimit?: RateLimitOptions;
  /** Unix milliseconds: heartbeats, expiry of URLs, windows of the rate limit. Default: the time of day. */
  readonly now?: () => number;
  /** Seed of what is random: samples, the order of URLs, faults of some probability. Default 1. */
  readonly seed?: number;
}
