/**
 * TensorBoard's Text dashboard: strings that a run logged, and the run itself told as Markdown.
 *
 * Summaries as `tf.summary.text` writes them: a string tensor of rank 0, empty plugin data
 * (`tensorboard/plugins/text/summary_v2.py`).
 * @module
 */

import { stringify } from 'yaml';
import { compactJson, type JsonValue, objectOfPaths, type PathValue } from '../wandb-json/index.ts';
import type { NotShown, Plugin, RunMarker, TaggedSummary } from './plugin.ts';
import { textTensor } from './summary.ts';
import { CAPTIONS } from './text/captions.ts';
import { LISTS } from './text/lists.ts';
import { codeBlock } from './text/markdown.ts';
import { NAMED_MEDIA } from './text/named-media.ts';
import { EXCERPT_TAGS, TAG_OF_EXCERPT } from './text/run-excerpts.ts';
import { TABLES } from './text/tables.ts';
import { TEXT_METADATA } from './text/text-metadata.ts';

/** Tag of the text that sums up a run. */
const OVERVIEW_TAG = 'wandb/overview';
/** Tag of the text that shows a run's config. */
const CONFIG_TAG = 'wandb/config';
/** Tag of the text that names what of a run TensorBoard does not show. */
const NOT_SHOWN_TAG = 'wandb/not shown';
/** Keys that are named there: beyond that, run.json has them. */
const MAX_NAMED = 50;

export const TEXT: Plugin = {
  name: 'text',
  dataClass: 'tensor',
  typeName: 'text',
  reservedTags: [OVERVIEW_TAG, CONFIG_TAG, NOT_SHOWN_TAG, ...EXCERPT_TAGS],
  cells: [
    {
      accepts: (type) => type === 'string',
      tag: (key) => key,
      metadata: TEXT_METADATA,
      read: (text) => [{ suffix: '', metadata: TEXT_METADATA, tensor: textTensor(text) }],
    },
    TABLES,
    LISTS,
    CAPTIONS,
    NAMED_MEDIA,
  ],
  markers: runTexts,
};

function runTexts(marker: RunMarker): TaggedSummary[] {
  const { kind, config, notShown = [], excerpts = [] } = marker;
  const texts: TaggedSummary[] = [];
  if (kind !== 'config' && kind !== 'now') texts.push(tagged(OVERVIEW_TAG, overviewMarkdown(marker)));
  if (config?.some((entry) => entry.path[0] !== '_wandb'))
    texts.push(tagged(CONFIG_TAG, configMarkdown(config)));
  if (notShown.length > 0) texts.push(tagged(NOT_SHOWN_TAG, notShownMarkdown(notShown)));
  for (const { file, text } of excerpts) {
    const tag = TAG_OF_EXCERPT.get(file);
    if (tag !== undefined) texts.push(tagged(tag, codeBlock(text)));
  }
  return texts;
}

/** How many values of which keys, and where they are. */
export function notShownMarkdown(notShown: readonly NotShown[]): string {
  const named = notShown.slice(0, MAX_NAMED);
  const count = notShown.reduce((sum, entry) => sum + entry.count, 0);
  const lines = named.map(({ key, type, count: of }) => `| ${tableCell(key)} | ${tableCell(type)} | ${of} |`);
  const more = notShown.length - named.length;
  return [
    `${count} value${count === 1 ? '' : 's'} of this run are not shown in TensorBoard. Files of media and tables are in the`,
    "folder `@files` of the run's directory, which opens by its name; `run.json` there gives the reasons.",
    '',
    '| key | type | values |',
    '|---|---|---|',
    ...lines,
    ...(more > 0 ? [`| and ${more} more keys | | |`] : []),
  ].join('\n');
}

function tagged(tag: string, markdown: string): TaggedSummary {
  return { tag, content: { metadata: TEXT_METADATA, tensor: textTensor(markdown) } };
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
    ['state', stateOf(marker)],
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

function stateOf({ kind, exit }: RunMarker): string {
  if (kind === 'waiting') return 'begun, waiting for the first block of rows';
  if (exit === undefined) return 'started';
  return exit.exitCode === 0 ? 'finished' : `failed (exit code ${exit.exitCode})`;
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
  return codeBlock(configYaml(config));
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
