/** A run's config, state and times as TensorBoard's HParams dashboard takes them. @module */

import { compactJson } from './compact-json.ts';
import { type JsonValue, objectOfPaths, type PathValue } from './wandb-json.ts';

/** One hyperparameter: a `google.protobuf.Value` of one of the three kinds the dashboard shows. */
export type HParamValue =
  | { readonly numberValue: number }
  | { readonly stringValue: string }
  | { readonly boolValue: boolean };

/** By name, ascending in code units. */
export type HParams = ReadonlyMap<string, HParamValue>;

export interface SessionStart {
  /** Without a prototype: a key may be called `__proto__`. */
  readonly hparams: Readonly<Record<string, HParamValue>>;
  /** Runs of one name become one line of the dashboard; '' makes each run a line. */
  readonly groupName: string;
  /** Unix seconds. */
  readonly startTimeSecs: number;
}

export interface SessionEnd {
  readonly status: SessionStatus;
  /** Unix seconds. */
  readonly endTimeSecs: number;
}

export type SessionStatus = 'unknown' | 'success' | 'failure' | 'running';

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

export function sessionStart(session: {
  readonly hparams: HParams;
  readonly startTimeSecs: number;
  readonly groupName?: string;
}): SessionStart {
  const hparams = Object.create(null) as Record<string, HParamValue>;
  for (const [name, value] of session.hparams) hparams[name] = value;
  return { hparams, groupName: session.groupName ?? '', startTimeSecs: session.startTimeSecs };
}

/** `state`: W&B's word for it. */
export function sessionEnd(session: { readonly state: string; readonly endTimeSecs: number }): SessionEnd {
  return { status: statusOf(session.state), endTimeSecs: session.endTimeSecs };
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

function statusOf(state: string): SessionStatus {
  switch (state) {
    case 'finished':
      return 'success';
    case 'failed':
    case 'crashed':
    case 'killed':
    case 'preempted':
      return 'failure';
    case 'running':
    case 'pending':
    case 'preempting':
      return 'running';
    default:
      return 'unknown';
  }
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
  if (text.length <= MAX_HPARAM_CHARACTERS) return wellFormed(text);
  // No half of a surrogate pair before the ellipsis.
  return `${wellFormed(text.slice(0, MAX_HPARAM_CHARACTERS - 1).replace(/[\uD800-\uDBFF]$/, ''))}…`;
}

/** Python refuses a message whose strings are no valid UTF-8, and the whole dashboard with it. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD');
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
