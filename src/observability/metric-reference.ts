/** The page docs/METRICS.md, written from the table of metrics. @module */

import { METRICS, type MetricDefinition } from './metric-table.ts';
import { METRIC_PREFIX } from './metrics.ts';

const HEAD = `# Metrics

<!-- Written by \`npm run docs\` from src/observability/metric-table.ts. Change the table, not this page. -->

\`serve\` and \`tensorboard\` have them at \`/metrics\`, in Prometheus' text format (version 0.0.4). They name no run, project,
entity, user, path or address: labels are words of the program. Numbers begin at 0 when the program does.

Histograms are of seconds, with buckets from 0.1 ms to 60 s; each has \`_bucket\`, \`_sum\` and \`_count\`.

| metric | type | labels | meaning |
|---|---|---|---|
`;

const TAIL = `
Beside them are those of the process, under the names that all clients of Prometheus give them: \`process_*\` (CPU, memory,
open files, start) and \`nodejs_*\` (event loop, heap, garbage collection).

## What to look at

| question | expression |
|---|---|
| what runs where | \`wandb_logdir_build_info\` |
| are requests answered, and how soon | \`sum by (route, status) (rate(wandb_logdir_http_requests_total[5m]))\`, \`histogram_quantile(0.99, sum by (le, route) (rate(wandb_logdir_http_request_duration_seconds_bucket[5m])))\` |
| does W&B answer | \`sum by (outcome) (rate(wandb_logdir_cloud_requests_total[5m]))\`, \`wandb_logdir_cloud_pause_seconds > 0\` |
| is what is shown up to date | \`wandb_logdir_cloud_listing_age_seconds\`, \`rate(wandb_logdir_history_refreshes_total{outcome="failed"}[15m])\` |
| does the cache suffice | \`wandb_logdir_cache_disk_bytes\`, \`rate(wandb_logdir_cache_evictions_total[1h])\` |
`;

/** The whole page, as Markdown. */
export function metricsReference(): string {
  const rows = Object.entries(METRICS).map(([name, definition]) => row(name, definition));
  return `${HEAD}${rows.join('\n')}\n${TAIL}`;
}

function row(name: string, { type, labels, help }: MetricDefinition): string {
  const names = labels.map((label) => `\`${label}\``).join(', ');
  // What is told by labels is a gauge to Prometheus.
  return `| \`${METRIC_PREFIX}${name}\` | ${type === 'info' ? 'gauge' : type} | ${names} | ${help} |`;
}
