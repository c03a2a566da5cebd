/** Every metric of the program, once: name, type, unit, labels and meaning. @module */

/** What one metric is. Its name on the wire is `wandb_logdir_` and the key it stands under. */
export interface MetricDefinition {
  /** `info`: a gauge that is always 1, whose labels tell. */
  readonly type: 'counter' | 'gauge' | 'histogram' | 'info';
  readonly help: string;
  readonly unit: 'bytes' | 'seconds' | 'count';
  readonly labels: readonly string[];
}

/** Keys end as Prometheus asks: counters in `_total`, measures in their unit. */
export const METRICS = {
  build_info: {
    type: 'info',
    help: 'Always 1; the labels say what runs. The commit is empty where the build did not know it.',
    unit: 'count',
    labels: ['version', 'node', 'commit'],
  },
  http_requests_total: {
    type: 'counter',
    help: 'HTTP requests answered.',
    unit: 'count',
    labels: ['route', 'method', 'status'],
  },
  http_request_duration_seconds: {
    type: 'histogram',
    help: 'Time from the request line to the last byte of the answer.',
    unit: 'seconds',
    labels: ['route'],
  },
  http_sent_bytes_total: {
    type: 'counter',
    help: 'Bytes of event files and small files sent.',
    unit: 'bytes',
    labels: ['route'],
  },
  http_open_requests: {
    type: 'gauge',
    help: 'HTTP requests being answered now.',
    unit: 'count',
    labels: [],
  },
  http_dropped_connections_total: {
    type: 'counter',
    help: 'Connections closed for a client that read nothing any more (stalled), or because there were too many (limit).',
    unit: 'count',
    labels: ['reason'],
  },
  fuse_requests_total: {
    type: 'counter',
    help: 'Requests of the kernel to the mount.',
    unit: 'count',
    labels: ['operation'],
  },
  fuse_errors_total: {
    type: 'counter',
    help: 'Requests of the kernel answered with an error, by its number.',
    unit: 'count',
    labels: ['errno'],
  },
  fuse_read_bytes_total: {
    type: 'counter',
    help: 'Bytes of files handed to the kernel.',
    unit: 'bytes',
    labels: [],
  },
  fuse_pending_requests: {
    type: 'gauge',
    help: 'Requests of the kernel that wait for their answer now.',
    unit: 'count',
    labels: [],
  },
  fuse_open_files: {
    type: 'gauge',
    help: 'Files and directories open in the mount now.',
    unit: 'count',
    labels: [],
  },
  fuse_inodes: { type: 'gauge', help: 'Names the kernel keeps now.', unit: 'count', labels: [] },
  grpc_requests_total: {
    type: 'counter',
    help: 'Calls of the data-provider protocol answered, by the name of their status.',
    unit: 'count',
    labels: ['method', 'status'],
  },
  grpc_request_duration_seconds: {
    type: 'histogram',
    help: 'Time from a call of the data-provider protocol to its answer.',
    unit: 'seconds',
    labels: ['method'],
  },
  grpc_sent_bytes_total: {
    type: 'counter',
    help: 'Bytes of messages that answered calls of the data-provider protocol.',
    unit: 'bytes',
    labels: ['method'],
  },
  series_blocks_read_total: {
    type: 'counter',
    help: 'Blocks of cached history that were read for single series.',
    unit: 'count',
    labels: [],
  },
  runs: { type: 'gauge', help: 'Runs known now, from all sources.', unit: 'count', labels: [] },
  runs_open: { type: 'gauge', help: 'Runs whose log is open in memory now.', unit: 'count', labels: [] },
  source_listings_total: {
    type: 'counter',
    help: 'Times a source was asked for its runs.',
    unit: 'count',
    labels: ['source'],
  },
  source_read_bytes_total: {
    type: 'counter',
    help: 'Bytes read from sources.',
    unit: 'bytes',
    labels: ['source'],
  },
  source_records_total: {
    type: 'counter',
    help: 'Records decoded from sources.',
    unit: 'count',
    labels: ['source'],
  },
  source_skipped_bytes_total: {
    type: 'counter',
    help: 'Bytes of damaged logs that were skipped.',
    unit: 'bytes',
    labels: ['source'],
  },
  source_errors_total: {
    type: 'counter',
    help: 'Failures met while listing or reading a source.',
    unit: 'count',
    labels: ['source', 'code'],
  },
  cloud_requests_total: {
    type: 'counter',
    help: 'Requests to a W&B server, by operation and outcome: answered, failed.',
    unit: 'count',
    labels: ['operation', 'outcome'],
  },
  cloud_request_duration_seconds: {
    type: 'histogram',
    help: 'Time from a request to a W&B server to its whole answer.',
    unit: 'seconds',
    labels: ['operation'],
  },
  cloud_received_bytes_total: {
    type: 'counter',
    help: 'Bytes received from W&B, by door: api, storage.',
    unit: 'bytes',
    labels: ['door'],
  },
  cloud_waiting_requests: {
    type: 'gauge',
    help: 'Requests to W&B that wait for their turn now.',
    unit: 'count',
    labels: [],
  },
  cloud_request_concurrency: {
    type: 'gauge',
    help: 'Requests to W&B that may be under way at a time now.',
    unit: 'count',
    labels: [],
  },
  cloud_pause_seconds: {
    type: 'gauge',
    help: 'Time until requests to W&B go on after a rate limit was met; 0 when they do.',
    unit: 'seconds',
    labels: [],
  },
  cloud_circuit_open: {
    type: 'gauge',
    help: 'Whether W&B is taken to be away: 1 while requests fail at once but for a probe now and then, else 0.',
    unit: 'count',
    labels: [],
  },
  cloud_listing_age_seconds: {
    type: 'gauge',
    help: 'Time since the oldest list of runs in use came from W&B.',
    unit: 'seconds',
    labels: [],
  },
  history_refreshes_total: {
    type: 'counter',
    help: 'Times a run was brought up to date, by outcome: unchanged, grown, failed.',
    unit: 'count',
    labels: ['outcome'],
  },
  history_refresh_duration_seconds: {
    type: 'histogram',
    help: 'Time to bring one run up to date.',
    unit: 'seconds',
    labels: [],
  },
  history_rows_total: {
    type: 'counter',
    help: 'History and system rows written to run logs.',
    unit: 'count',
    labels: [],
  },
  cache_disk_bytes: {
    type: 'gauge',
    help: 'Bytes the run logs take on disk.',
    unit: 'bytes',
    labels: [],
  },
  cache_disk_max_bytes: {
    type: 'gauge',
    help: 'Bytes the run logs may take on disk.',
    unit: 'bytes',
    labels: [],
  },
  cache_refusals_total: {
    type: 'counter',
    help: 'Run logs that go on in memory alone, as the cache disk takes no more or nothing.',
    unit: 'count',
    labels: [],
  },
  cache_written_bytes_total: {
    type: 'counter',
    help: 'Bytes written to run logs.',
    unit: 'bytes',
    labels: [],
  },
  cache_evictions_total: {
    type: 'counter',
    help: 'Things dropped to stay within a bound, by cache: disk, blocks, encoded.',
    unit: 'count',
    labels: ['cache'],
  },
  cache_set_aside_total: {
    type: 'counter',
    help: 'Run logs repaired or begun anew, by reason: damaged, version, source.',
    unit: 'count',
    labels: ['reason'],
  },
  block_cache_lookups_total: {
    type: 'counter',
    help: 'Lookups of encoded blocks, by outcome: hit, miss.',
    unit: 'count',
    labels: ['outcome'],
  },
  block_cache_bytes: {
    type: 'gauge',
    help: 'Bytes of encoded blocks held in memory.',
    unit: 'bytes',
    labels: [],
  },
  media_memory_bytes: {
    type: 'gauge',
    help: 'Bytes of media files held in memory.',
    unit: 'bytes',
    labels: [],
  },
  encoded_bytes_total: {
    type: 'counter',
    help: 'Bytes of event files synthesized.',
    unit: 'bytes',
    labels: [],
  },
  encode_duration_seconds: {
    type: 'histogram',
    help: 'Time to synthesize one block of an event file.',
    unit: 'seconds',
    labels: [],
  },
} as const satisfies Record<string, MetricDefinition>;

type NamesOf<Type extends MetricDefinition['type']> = {
  [Name in keyof typeof METRICS]: (typeof METRICS)[Name]['type'] extends Type ? Name : never;
}[keyof typeof METRICS];

export type MetricName = keyof typeof METRICS;
export type CounterName = NamesOf<'counter'>;
export type GaugeName = NamesOf<'gauge'>;
export type HistogramName = NamesOf<'histogram'>;
