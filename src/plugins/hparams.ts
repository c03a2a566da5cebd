/**
 * TensorBoard's HParams dashboard: a run's config, how it ended, and when.
 *
 * All is in the metadata of two summaries, and their tensors are empty, as `tensorboard/plugins/hparams/summary_v2.py`
 * makes them. TensorBoard takes the first of each that it reads in a run and no later one.
 * @module
 */

import { cutText, type RunState, wellFormed } from '../core/index.ts';
import {
  DATA_CLASS,
  type HParamsPluginData,
  type HParamValue,
  hparamsCodec,
  SESSION_END,
} from '../protobuf/index.ts';
import { compactJson, type JsonValue, objectOfPaths, type PathValue } from '../wandb-json/index.ts';
import type { CurrentRun, CurrentSummary, Plugin, RunMarker, TaggedSummary } from './plugin.ts';
import { EMPTY_TENSOR } from './summary.ts';

const START_TAG = '_hparams_/session_start_info';
const END_TAG = '_hparams_/session_end_info';
/** Never written; a series of this name would be taken for an experiment's description. */
const EXPERIMENT_TAG = '_hparams_/experiment';

export const HPARAMS: Plugin = {
  name: 'hparams',
  dataClass: 'tensor',
  typeName: 'hparams',
  reservedTags: [START_TAG, END_TAG, EXPERIMENT_TAG],
  markers: (marker) => (marker.kind === 'end' ? endOfMarker(marker) : startOfMarker(marker)),
  current: { shows: ({ config }) => hparamsOf(config).size > 0, summaries: currentSummaries },
};

/** None without a hyperparameter: the run would be an empty line of the dashboard. */
function startOfMarker({ config, configBefore, wallTime }: RunMarker): TaggedSummary[] {
  // TensorBoard takes no second one.
  if (configBefore) return [];
  const hparams = hparamsOf(config ?? []);
  return hparams.size === 0 ? [] : [sessionStart(hparams, wallTime)];
}

/** Only after a start: the dashboard shows no end without one. */
function endOfMarker({ exit, configShown, wallTime }: RunMarker): TaggedSummary[] {
  if (exit === undefined || !configShown) return [];
  return [sessionEnd(exit.exitCode === 0 ? 'finished' : 'failed', wallTime)];
}

function currentSummaries(runs: readonly CurrentRun[]): CurrentSummary[][] {
  const columns = withOneKindPerKey(runs.map(({ config }) => hparamsOf(config)));
  return runs.map(({ state, startTime, endTime }, i) => {
    if (columns[i]!.size === 0) return [];
    // A session that goes on has no end time.
    const end = state === 'running' ? 0 : endTime;
    return [
      { ...sessionEnd(state, end), step: 0, wallTime: end },
      { ...sessionStart(columns[i]!, startTime), step: 0, wallTime: startTime },
    ];
  });
}

function sessionStart(hparams: HParams, startTimeSecs: number): TaggedSummary {
  // Without a prototype: a key may be called `__proto__`.
  const byName = Object.create(null) as Record<string, HParamValue>;
  for (const [name, value] of hparams) byName[name] = value;
  // No group name: TensorBoard would show the mean of a group's runs, not the runs.
  return summary(START_TAG, { sessionStartInfo: { hparams: byName, groupName: '', startTimeSecs } });
}

function sessionEnd(state: RunState, endTimeSecs: number): TaggedSummary {
  return summary(END_TAG, { sessionEndInfo: { status: STATUS[state], endTimeSecs } });
}

const STATUS: Readonly<Record<RunState, number>> = {
  running: SESSION_END.running,
  finished: SESSION_END.success,
  failed: SESSION_END.failure,
  crashed: SESSION_END.failure,
};

function summary(tag: string, data: HParamsPluginData): TaggedSummary {
  const pluginData = { pluginName: HPARAMS.name, content: hparamsCodec.encode(data) };
  return { tag, content: { metadata: { pluginData, dataClass: DATA_CLASS.tensor }, tensor: EMPTY_TENSOR } };
}

/** By name, ascending in code units. */
export type HParams = ReadonlyMap<string, HParamValue>;

/** TensorBoard's Time Series page asks for no more; a config beyond that is data, not hyperparameters. */
export const MAX_HPARAMS = 1000;
/** All runs' values are sent at once whenever a page is loaded, so a prompt or a list of files is cut. */
export const MAX_HPARAM_CHARACTERS = 1000;

/**
 * The hyperparameters in a config: keys of nested objects joined with dots, `_wandb` and nulls left out, lists and
 * empty objects as JSON text, the first `MAX_HPARAMS` by name. Where a flat `a.b` and a nested one clash, the flatter wins.
 *
 * NaN and infinities are text: the dashboard leaves such numbers blank, and its filters break on them.
 */
export function hparamsOf(config: readonly PathValue[]): HParams {
  let hparams = KNOWN.get(config);
  if (hparams === undefined) {
    hparams = readHparams(config);
    KNOWN.set(config, hparams);
  }
  return hparams;
}

/** By the identity of a config: a data provider shows thousands of runs again and again. */
const KNOWN = new WeakMap<readonly PathValue[], HParams>();

function readHparams(config: readonly PathValue[]): HParams {
  const found = new Map<string, HParamValue>();
  const root = objectOfPaths(config.filter((entry) => entry.path[0] !== '_wandb'));
  let level: [name: string, value: JsonValue][] = membersOf(root, '');
  while (level.length > 0) {
    const below: typeof level = [];
    for (const [name, value] of level) {
      if (isBranch(value)) below.push(...membersOf(value, `${name}.`));
      else if (value !== null && !found.has(wellFormed(name))) found.set(wellFormed(name), leafValue(value));
    }
    level = below;
  }
  return new Map([...found].sort(byName).slice(0, MAX_HPARAMS));
}

/**
 * The same runs with one kind of value per key: text where kinds differ, as TensorBoard itself would show that
 * column. Runs without such a key come back as they are.
 */
export function withOneKindPerKey(runs: readonly HParams[]): readonly HParams[] {
  const kinds = new Map<string, string>();
  const mixed = new Set<string>();
  for (const run of runs) {
    for (const [name, value] of run) {
      const kind = kindOf(value);
      if ((kinds.get(name) ?? kind) !== kind) mixed.add(name);
      kinds.set(name, kind);
    }
  }
  return runs.map((run) => {
    if (![...mixed].some((name) => run.has(name))) return run;
    return new Map([...run].map(([name, value]) => [name, mixed.has(name) ? asText(value) : value]));
  });
}

function isBranch(value: JsonValue): value is { [key: string]: JsonValue } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.keys(value).length > 0;
}

/** Sorted, so that of two names that clash the same one wins whatever order W&B told them in. */
function membersOf(branch: { [key: string]: JsonValue }, prefix: string): [string, JsonValue][] {
  const names = Object.keys(branch).sort();
  return names.map((name) => [prefix + name, branch[name]!]);
}

function leafValue(value: Exclude<JsonValue, null>): HParamValue {
  switch (typeof value) {
    case 'boolean':
      return { boolValue: value };
    case 'number':
      return Number.isFinite(value) ? { numberValue: value } : { stringValue: String(value) };
    case 'string':
      return { stringValue: cut(value) };
    default:
      return { stringValue: cut(compactJson(value, MAX_HPARAM_CHARACTERS)) };
  }
}

function cut(text: string): string {
  return wellFormed(cutText(text, MAX_HPARAM_CHARACTERS));
}

function kindOf(value: HParamValue): string {
  return Object.keys(value)[0]!;
}

function asText(value: HParamValue): HParamValue {
  if ('stringValue' in value) return value;
  return { stringValue: String('boolValue' in value ? value.boolValue : value.numberValue) };
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
