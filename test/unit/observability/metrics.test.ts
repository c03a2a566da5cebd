/** The metrics: what is counted shows, and the table is sound. @module */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  createMetrics,
  METRIC_PREFIX,
  METRICS,
  type MetricDefinition,
  metricsReference,
} from '../../../src/observability/index.ts';

const table: [string, MetricDefinition][] = Object.entries(METRICS);

describe('createMetrics', () => {
  it('exposes counters, gauges and histograms in the text format', async () => {
    const metrics = createMetrics({ processMetrics: false });
    metrics.increment('http_requests_total', { route: 'logdir', method: 'GET', status: 200 });
    metrics.increment('http_requests_total', { route: 'logdir', method: 'GET', status: 200 }, 2);
    metrics.gauge('runs', () => 7);
    metrics.observe('http_request_duration_seconds', 0.02, { route: 'logdir' });
    const { contentType, body } = await metrics.expose();
    expect(contentType).toMatch(/^text\/plain; version=/);
    expect(body).toContain('wandb_logdir_http_requests_total{route="logdir",method="GET",status="200"} 3\n');
    expect(body).toContain('wandb_logdir_runs 7\n');
    expect(body).toContain('wandb_logdir_http_request_duration_seconds_bucket{le="0.05",route="logdir"} 1\n');
  });

  it('asks a gauge anew each time', async () => {
    const metrics = createMetrics({ processMetrics: false });
    let runs = 1;
    metrics.gauge('runs', () => runs);
    await metrics.expose();
    runs = 2;
    expect((await metrics.expose()).body).toContain('wandb_logdir_runs 2\n');
  });

  it('says which program this is', async () => {
    const exposed = async (commit: string | null) =>
      (await createMetrics({ processMetrics: false, version: '1.2.3', commit }).expose()).body;
    const labels = `version="1.2.3",node="${process.versions.node}"`;
    expect(await exposed('c0ffee')).toContain(`wandb_logdir_build_info{${labels},commit="c0ffee"} 1\n`);
    expect(await exposed(null)).toContain(`wandb_logdir_build_info{${labels},commit=""} 1\n`);
  });

  it('keeps two sets apart and reports the process when asked', async () => {
    const [first, second] = [createMetrics(), createMetrics()];
    first.increment('history_rows_total', {}, 5);
    expect((await second.expose()).body).toContain('wandb_logdir_history_rows_total 0\n');
    expect((await second.expose()).body).toContain('process_resident_memory_bytes');
  });
});

describe('the table', () => {
  it.each(table)('%s follows the naming rules of Prometheus', (name, { type, unit, help, labels }) => {
    expect(METRIC_PREFIX + name).toMatch(/^wandb_logdir_[a-z]+(_[a-z]+)*$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    expect(name.endsWith('_info')).toBe(type === 'info');
    // As `promtool check metrics` has it: suffixes that histograms make, names of types, units that are not base units.
    expect(name).not.toMatch(/_(?:count|sum|bucket|gauge|counter|histogram|summary)$/);
    expect(name).not.toMatch(/_(?:ms|milliseconds|minutes|hours|kib|mib|kilobytes|megabytes|percent)(?:_|$)/);
    for (const label of labels) expect(label).toMatch(/^(?!le$|quantile$|job$|instance$)[a-z]+(_[a-z]+)*$/);
    if (unit !== 'count') expect(name).toMatch(new RegExp(`_${unit}(_total)?$`));
    expect(help).toMatch(/^[A-Z].*\.$/);
  });
});

describe('docs/METRICS.md', () => {
  const page = readFileSync(new URL('../../../docs/METRICS.md', import.meta.url), 'utf8');

  it('is what the table says (else: npm run docs)', () => {
    expect(page).toBe(metricsReference());
  });

  it('has a row for each metric that is exposed, and no other', async () => {
    const { body } = await createMetrics({ processMetrics: true, version: '1', commit: 'c' }).expose();
    const exposed = [...body.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => `${name} ${type}`);
    const own = exposed.filter((line) => !/^(?:process|nodejs)_/.test(line));
    const rows = [...page.matchAll(/^\| `(wandb_logdir_\w+)` \| (\w+) \|/gm)];
    expect(rows.map(([, name, type]) => `${name} ${type}`)).toEqual(own);
    expect(exposed.length).toBeGreaterThan(own.length);
  });

  it('asks for metrics that there are', () => {
    const asked = [...page.matchAll(/wandb_logdir_\w+/g)].map(([name]) => name.replace(/_bucket$/, ''));
    for (const name of asked) expect(table.map(([key]) => METRIC_PREFIX + key)).toContain(name);
  });
});
