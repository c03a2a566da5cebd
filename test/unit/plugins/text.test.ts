import { describe, expect, it } from 'vitest';
import { runKey } from '../../../src/core/index.ts';
import { NO_CONFIG } from '../../../src/eventfile/marker-fold.ts';
import type { RunMarker } from '../../../src/plugins/index.ts';
import { configMarkdown, configYaml, overviewMarkdown } from '../../../src/plugins/text.ts';

const marker: RunMarker = {
  kind: 'start',
  step: 0,
  wallTime: 1.7e9,
  run: runKey('acme', 'research', 'abc123'),
  facts: {
    displayName: 'sunny',
    startTime: 1.7e9,
    tags: ['a', 'b'],
    program: 'train.py',
    args: ['--lr', '1'],
  },
  configShown: false,
  configBefore: false,
  rows: 10,
  lastStep: 9,
};

describe('the overview of a run', () => {
  it('tells what is known and leaves out what is not', () => {
    const text = overviewMarkdown(marker);
    expect(text).toContain('| name | sunny |');
    expect(text).toContain('| state | started |');
    expect(text).toContain('| command | train.py &#45;&#45;lr 1 |');
    expect(text).not.toContain('group');
  });

  it('tells how it ended', () => {
    const failed = overviewMarkdown({ ...marker, exit: { exitCode: 3, runtimeSeconds: 60 } });
    expect(failed).toContain('failed &#40;exit code 3&#41;');
    expect(overviewMarkdown({ ...marker, exit: { exitCode: 0, runtimeSeconds: 60 } })).toContain(
      '| state | finished |',
    );
  });

  it('keeps one line per row whatever a name holds', () => {
    const evil = {
      ...marker,
      facts: { displayName: 'a|b\n| c | d |\n<script>', notes: '[x](javascript:1)' },
    };
    const lines = overviewMarkdown(evil).split('\n');
    expect(lines.every((line) => /^\|[^|]*\|[^|]*\|$/.test(line) || line === '|---|---|')).toBe(true);
    expect(overviewMarkdown(evil)).not.toMatch(/<script>|\]\(/);
  });

  it('survives a start time no calendar holds', () => {
    expect(overviewMarkdown({ ...marker, facts: { startTime: 1e300 } })).not.toContain('started | ');
  });
});

describe('the config of a run', () => {
  const config = [
    { path: ['zeta'], json: '1' },
    { path: ['_wandb'], json: '{"cli_version":"0.30.0"}' },
    { path: ['alpha', 'inf'], json: 'Infinity' },
    { path: ['text'], json: '"a\\n# heading\\n```"' },
  ];

  it('is YAML with sorted keys and without what W&B keeps there for itself', () => {
    expect(configYaml(config)).toBe('alpha:\n  inf: Infinity\ntext: |-\n  a\n  # heading\n  ```\nzeta: 1\n');
  });

  it('is what event files take it for before there is any', () => {
    expect(configYaml([])).toBe(NO_CONFIG);
  });

  it('is told in part where it is nested deeper than anybody can look', () => {
    const json = `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`;
    const yaml = configYaml([{ path: ['deep'], json }]);
    expect(yaml).toMatch(/^# nested too deeply for YAML\n\{"deep":\{"a":/);
    expect(yaml.length).toBeLessThan(5000);
  });

  it('is one indented block as Markdown, which no value can close', () => {
    expect(
      configMarkdown(config)
        .split('\n')
        .every((line) => line.startsWith('    ')),
    ).toBe(true);
  });
});
