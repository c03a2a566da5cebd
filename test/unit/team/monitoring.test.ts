/** Alerts and the dashboard in examples/team refer to metrics and labels there are. @module */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createMetrics, METRIC_PREFIX, METRICS } from '../../../src/observability/index.ts';
import { findPromtool, ran } from '../../support/programs.ts';
import { type Expression, parseExpression } from './promql.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const TEAM = join(ROOT, 'examples', 'team');
/** What Prometheus adds to every series. */
const TARGET_LABELS = ['job', 'instance'];

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}
interface Target {
  readonly expr: string;
  readonly legendFormat: string;
}
interface Panel {
  readonly id: number;
  readonly title: string;
  readonly targets?: readonly Target[];
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}
interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
}

const textOf = (name: string) => readFileSync(join(TEAM, name), 'utf8');
const { groups } = parse(textOf('prometheus-rules.yaml')) as {
  groups: readonly { readonly rules: readonly Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(textOf('grafana-dashboard.json')) as Dashboard;
const targets = dashboard.panels.flatMap(({ title, targets: own = [] }) =>
  own.map((target) => [title, target] as const),
);

/** Labels by the name of a series, of all that the program exposes. */
const series = new Map<string, readonly string[]>();
beforeAll(async () => {
  const { body } = await createMetrics({ version: '1' }).expose();
  for (const [, name = '', type] of body.matchAll(/^# TYPE (\S+) (\w+)$/gm)) {
    const own: readonly string[] =
      METRICS[name.slice(METRIC_PREFIX.length) as keyof typeof METRICS]?.labels ?? [];
    const labels = name === `${METRIC_PREFIX}build_info` ? ['version', 'node'] : own;
    series.set(name, labels);
    if (type !== 'histogram') continue;
    series.set(`${name}_bucket`, [...labels, 'le']);
    for (const part of ['sum', 'count']) series.set(`${name}_${part}`, labels);
  }
  series.set('up', []);
});

/** What an expression refers to and is not there. */
function unknownIn({ selectors, groupings }: Expression): string[] {
  const labelsOf = (metric: string) => [...(series.get(metric) ?? []), ...TARGET_LABELS];
  const all = selectors.flatMap(({ metric }) => labelsOf(metric));
  return [
    ...selectors.flatMap(({ metric }) => (series.has(metric) ? [] : [metric])),
    ...selectors.flatMap(({ metric, labels }) =>
      labels.filter((label) => !labelsOf(metric).includes(label)).map((label) => `${metric}{${label}}`),
    ),
    ...groupings.filter((label) => !all.includes(label)),
  ];
}

/** An expression of the dashboard with what Grafana puts in the place of its variables. */
function asAsked(expr: string): string {
  return expr.replaceAll('$__rate_interval', '2m').replaceAll(/\$(job|instance)\b/g, '.*');
}

describe('what an expression refers to', () => {
  it('is found, whatever stands around it', () => {
    const text =
      'histogram_quantile(0.9, sum by (le, route) (rate(a_bucket{x="1", y=~"2.."}[5m]))) > 30 and on (instance) b_total == 0';
    expect(parseExpression(text)).toEqual({
      selectors: [
        { metric: 'a_bucket', labels: ['x', 'y'] },
        { metric: 'b_total', labels: [] },
      ],
      groupings: ['le', 'route', 'instance'],
    });
    expect(unknownIn(parseExpression('sum by (rout) (wandb_logdir_runz{jobb="x"})'))).toEqual([
      'wandb_logdir_runz',
      'wandb_logdir_runz{jobb}',
      'rout',
    ]);
  });
});

describe('alerts for a team', () => {
  it.each(rules.map((rule) => [rule.alert, rule] as const))('%s refers to what is there', (_, { expr }) => {
    const expression = parseExpression(expr);
    expect(expression.selectors.length).toBeGreaterThan(0);
    expect(unknownIn(expression)).toEqual([]);
  });

  it.each(rules.map((rule) => [rule.alert, rule] as const))(
    '%s says what is wrong and what to do',
    (_, rule) => {
      expect(['critical', 'warning', 'info']).toContain(rule.labels.severity);
      expect(rule.annotations.summary).toContain('$labels.instance');
      expect(rule.annotations.description).toMatch(/^[A-Z`5].*[.]$/);
      expect(readFileSync(join(ROOT, 'docs', 'TEAM.md'), 'utf8')).toContain(`\`${rule.alert}\``);
    },
  );

  it('are each tested to be raised', () => {
    const tests = textOf('prometheus-rules.test.yaml');
    expect(rules.filter(({ alert }) => !tests.includes(alert))).toEqual([]);
  });
});

describe('the dashboard', () => {
  it.each(targets)('%s refers to what is there', (_, { expr, legendFormat }) => {
    const expression = parseExpression(asAsked(expr));
    expect(expression.selectors.length).toBeGreaterThan(0);
    expect(unknownIn(expression)).toEqual([]);
    const known = expression.selectors.flatMap(({ metric }) => [...series.get(metric)!, ...TARGET_LABELS]);
    for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) expect(known).toContain(label);
  });

  it('asks for the job and instance that were chosen', () => {
    const unbound = targets.filter(([, { expr }]) => !expr.includes('{job=~"$job", instance=~"$instance"'));
    expect(unbound).toEqual([]);
    const names = dashboard.templating.list.map(({ name }) => name);
    expect(names).toEqual(['datasource', 'job', 'instance']);
  });

  it('has panels that do not lie over each other', () => {
    const cells = dashboard.panels.flatMap(({ id, gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => [`${x + (i % w)} ${y + Math.floor(i / w)}`, id] as const),
    );
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    expect(new Map(cells).size).toBe(cells.length);
    expect(Math.max(...dashboard.panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
  });
});

const promtool = findPromtool();
describe.skipIf(promtool === null)(
  `Prometheus' own checker${promtool === null ? ' (skipped: there is no promtool, nor Go to build one at full scale)' : ''}`,
  () => {
    it('takes the rules, and raises each where it should', () => {
      const checked = ran(
        promtool!,
        ['check', 'rules', '--lint=all', '--lint-fatal', 'prometheus-rules.yaml'],
        TEAM,
      );
      expect(checked).toMatchObject({ ok: true, output: expect.stringContaining(`${rules.length} rules`) });
      expect(ran(promtool!, ['test', 'rules', 'prometheus-rules.test.yaml'], TEAM)).toMatchObject({
        ok: true,
      });
    });

    it('takes the scrape config', () => {
      expect(ran(promtool!, ['check', 'config', 'prometheus.yml'], TEAM)).toMatchObject({ ok: true });
    });

    it('takes every expression of the dashboard', () => {
      const folder = mkdtempSync(join(tmpdir(), 'dashboard-'));
      const recorded = targets.map(([, { expr }], i) => ({ record: `panel:${i}`, expr: asAsked(expr) }));
      writeFileSync(
        join(folder, 'rules.yaml'),
        JSON.stringify({ groups: [{ name: 'panels', rules: recorded }] }),
      );
      const { ok, output } = ran(promtool!, ['check', 'rules', 'rules.yaml'], folder);
      rmSync(folder, { recursive: true });
      expect([ok, output]).toEqual([true, expect.stringContaining(`${targets.length} rules`)]);
    });

    it('takes what the program exposes', async () => {
      const { body } = await createMetrics({ version: '1' }).expose();
      const folder = mkdtempSync(join(tmpdir(), 'metrics-'));
      writeFileSync(join(folder, 'metrics'), body);
      const { output } = ran('sh', ['-c', `"${promtool}" check metrics < metrics`], folder);
      rmSync(folder, { recursive: true });
      expect(output.split('\n').filter((line) => line.includes(METRIC_PREFIX))).toEqual([]);
    });
  },
);
