/**
 * TensorBoard's Text dashboard: strings that a run logged, and the run itself told as Markdown.
 *
 * Summaries as `tf.summary.text` writes them: a string tensor of rank 0, empty plugin data
 * (`tensorboard/plugins/text/summary_v2.py`).
 * @module
 */

import { stringify } from 'yaml';
import { DATA_CLASS, type SummaryMetadata } from '../protobuf/index.ts';
import { compactJson, type JsonValue, objectOfPaths, type PathValue } from '../wandb-json/index.ts';
import type { Plugin, RunMarker, TaggedSummary } from './plugin.ts';
import { textTensor } from './summary.ts';

const METADATA: SummaryMetadata = { pluginData: { pluginName: 'text' }, dataClass: DATA_CLASS.tensor };

/** Tag of the text that sums up a run. */
const OVERVIEW_TAG = 'wandb/overview';
/** Tag of the text that shows a run's config. */
const CONFIG_TAG = 'wandb/config';

export const TEXT: Plugin = {
  name: 'text',
  dataClass: 'tensor',
  typeName: 'text',
  reservedTags: [OVERVIEW_TAG, CONFIG_TAG],
  cells: {
    accepts: (type) => type === 'string',
    parts: [{ tag: (key) => key, metadata: () => METADATA }],
    read: (text) => [textTensor(text)],
  },
  markers: (marker) => (marker.kind === 'config' ? [] : runTexts(marker)),
};

function runTexts(marker: RunMarker): TaggedSummary[] {
  const texts = [tagged(OVERVIEW_TAG, overviewMarkdown(marker))];
  if (marker.config?.some((entry) => entry.path[0] !== '_wandb'))
    texts.push(tagged(CONFIG_TAG, configMarkdown(marker.config)));
  return texts;
}

function tagged(tag: string, markdown: string): TaggedSummary {
  return { tag, content: { metadata: METADATA, tensor: textTensor(markdown) } };
}

/** The overview: one table, only rows that have something to say. */
export function overviewMarkdown(marker: RunMarker): string {
  const rows = overviewRows(marker).filter(
    (row): row is [string, string] => row[1] !== undefined && row[1] !== '',
  );
  const lines = rows.map(([name, value]) => `| ${name} | ${tableCell(value)} |`);
  return ['| | |', '|---|---|', ...lines].join('\n');
}

function overviewRows(marker: RunMarker): [string, string | undefined][] {
  const { run, facts, exit } = marker;
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
      exit === undefined ? undefined : `${marker.rows} rows, last step ${marker.lastStep ?? 'none'}`,
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
