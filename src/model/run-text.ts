/** A run told as Markdown, for TensorBoard's Text dashboard. @module */

import { stringify } from 'yaml';
import type { RunFacts, RunKey } from '../core/index.ts';
import { compactJson } from './compact-json.ts';
import { type JsonValue, objectOfPaths, type PathValue } from './wandb-json.ts';

/** What was known of a run at its start or exit. */
export interface StandingFacts {
  readonly run: RunKey;
  readonly facts: RunFacts;
  /** Config values; absent when they are those told before. */
  readonly config?: readonly PathValue[];
  /** Whether the config, now or before, held a value. */
  readonly configTold: boolean;
  readonly exit?: { readonly exitCode: number; readonly runtimeSeconds: number };
  readonly rows: number;
  readonly lastStep: number | null;
}

/** The overview: one table, only rows that have something to say. */
export function overviewMarkdown(standing: StandingFacts): string {
  const rows = overviewRows(standing).filter(
    (row): row is [string, string] => row[1] !== undefined && row[1] !== '',
  );
  const lines = rows.map(([name, value]) => `| ${name} | ${tableCell(value)} |`);
  return ['| | |', '|---|---|', ...lines].join('\n');
}

function overviewRows(standing: StandingFacts): [string, string | undefined][] {
  const { run, facts, exit } = standing;
  return [
    ['name', facts.displayName ?? run.runId],
    ['id', run.runId],
    ['project', `${run.entity}/${run.project}`],
    [
      'state',
      exit === undefined
        ? 'started'
        : exit.exitCode === 0
          ? 'finished'
          : `failed (exit code ${exit.exitCode})`,
    ],
    ['started', facts.startTime === undefined ? undefined : isoTime(facts.startTime)],
    ['runtime', exit === undefined ? undefined : `${exit.runtimeSeconds} s`],
    [
      'history',
      exit === undefined ? undefined : `${standing.rows} rows, last step ${standing.lastStep ?? 'none'}`,
    ],
    ['group', facts.group],
    ['job type', facts.jobType],
    ['sweep', facts.sweepId],
    [
      'forked from',
      facts.forkedFrom === undefined
        ? undefined
        : `${facts.forkedFrom.runId} at step ${facts.forkedFrom.step}`,
    ],
    ['tags', facts.tags?.join(', ')],
    ['notes', facts.notes],
    ['command', facts.program === undefined ? undefined : [facts.program, ...(facts.args ?? [])].join(' ')],
    ['host', facts.host],
    ['OS', facts.os],
    ['Python', facts.python],
    ['GPU', facts.gpu],
    [
      'git',
      facts.gitRemote === undefined && facts.gitCommit === undefined
        ? undefined
        : `${facts.gitRemote ?? ''} ${facts.gitCommit ?? ''}`.trim(),
    ],
    ['wandb', facts.sdkVersion],
  ];
}

function isoTime(unixSeconds: number): string | undefined {
  const date = new Date(unixSeconds * 1000);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** One line, with what would end a table cell or be taken for markup escaped. */
function tableCell(value: string): string {
  return value
    .replace(/[\\`*_{}[\]<>()#+!|~&-]/g, (mark) => `&#${mark.charCodeAt(0)};`)
    .replace(/\s*\n\s*/g, ' ⏎ ');
}

/** The config as an indented YAML block: indentation needs no fence that a value could close. */
export function configMarkdown(config: readonly PathValue[]): string {
  const yaml = configYaml(config);
  return yaml
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
}

/** How much is shown of a config that is nested thousands of levels deep. */
const TOO_DEEP_CHARACTERS = 4000;

/** The config as YAML, keys sorted, without W&B's own `_wandb` entry. */
export function configYaml(config: readonly PathValue[]): string {
  const values = objectOfPaths(config.filter((entry) => entry.path[0] !== '_wandb'));
  try {
    return stringify(values satisfies JsonValue, { sortMapEntries: true, lineWidth: 0 });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return `# nested too deeply for YAML\n${compactJson(values, TOO_DEEP_CHARACTERS)}\n`;
  }
}
