/** Counters, gauges and timings of the program, exposed in Prometheus' text format. @module */

import {
  Counter,
  collectDefaultMetrics,
  Gauge,
  type GaugeConfiguration,
  Histogram,
  Registry,
} from 'prom-client';
import { type CounterName, type GaugeName, type HistogramName, METRICS } from './metric-table.ts';

/** A value for each label of the metric's row in the table, by name. */
export type MetricLabels = Readonly<Record<string, string | number>>;

export interface Metrics {
  /** Adds `by` (default 1, never negative) to a counter. */
  increment(name: CounterName, labels?: MetricLabels, by?: number): void;
  /** Says how to read a gauge; asked at each exposition. The newest reader of a name holds. */
  gauge(name: GaugeName, read: () => number): void;
  /** Adds one duration, in seconds, to a histogram. */
  observe(name: HistogramName, seconds: number, labels?: MetricLabels): void;
  /** Calls back before each exposition: what was counted in plain numbers can be added then. */
  beforeExposing(count: () => void): void;
  expose(): Promise<{ readonly contentType: string; readonly body: string }>;
}

export const METRIC_PREFIX = 'wandb_logdir_';

/**
 * Buckets in seconds: a warm range takes tens of microseconds, a first read of a large run takes minutes.
 */
const DURATION_BUCKETS = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60];

export interface MetricsOptions {
  /** Also report the process: CPU, memory, event loop lag, open files. Default true. */
  readonly processMetrics?: boolean;
  /** Of the program, for `build_info`. */
  readonly version?: string;
  /** That it was built from; null: not known. */
  readonly commit?: string | null;
}

/** A set of metrics of its own: two in one process do not see each other. */
export function createMetrics(options: MetricsOptions = {}): Metrics {
  const { processMetrics = true, version, commit = null } = options;
  const registry = new Registry();
  const counters = new Map<string, Counter>();
  const histograms = new Map<string, Histogram>();
  const readers = new Map<string, () => number>();
  const tallies: (() => void)[] = [];
  for (const [key, { type, help, labels }] of Object.entries(METRICS)) {
    const config = { name: METRIC_PREFIX + key, help, labelNames: labels, registers: [registry] };
    if (type === 'counter') counters.set(key, new Counter(config));
    else if (type === 'info') registerInfo(config, version, commit);
    else if (type === 'histogram')
      histograms.set(key, new Histogram({ ...config, buckets: DURATION_BUCKETS }));
    else new Gauge({ ...config, collect: readGauge(() => readers.get(key)) });
  }
  if (processMetrics) collectDefaultMetrics({ register: registry });
  return {
    increment: (name, labels = {}, by = 1) => counters.get(name)?.inc(labels, by),
    gauge: (name, read) => void readers.set(name, read),
    observe: (name, seconds, labels = {}) => histograms.get(name)?.observe(labels, seconds),
    beforeExposing: (count) => void tallies.push(count),
    expose: async () => {
      for (const count of tallies) count();
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}

/** Counts nothing, for who exposes nothing: dozens of metrics take a while to make. */
export function silentMetrics(): Metrics {
  const ignore = () => undefined;
  return {
    ...{ increment: ignore, gauge: ignore, observe: ignore, beforeExposing: ignore },
    expose: async () => ({ contentType: 'text/plain', body: '' }),
  };
}

/** What runs, unless nobody said it. */
function registerInfo(
  config: GaugeConfiguration<string>,
  version: string | undefined,
  commit: string | null,
): void {
  if (version === undefined) return;
  new Gauge(config).set({ version, node: process.versions.node, commit: commit ?? '' }, 1);
}

function readGauge(reader: () => (() => number) | undefined) {
  return function collect(this: Gauge): void {
    this.set(reader()?.() ?? 0);
  };
}
