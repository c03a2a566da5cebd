/**
 * By which step each tag of a run stands: W&B's `_step`, or a metric of the same row. Pure.
 *
 * A tag stands by its step metric as long as every row of the tag holds that metric, as a whole number of 0 or more that
 * never falls, nor stays while the tag's value changes: both of TensorBoard's loaders then keep every value. A tag for which
 * that turns out not to hold stands by `_step`, from its first row on: `UnsuitableAxis` asks for the fold to begin anew.
 * @module
 */

import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { MetricDefinition } from '../core/index.ts';
import { ScalarRowEncoder } from '../tfevents/index.ts';

/** `step`: `_step` for all. `auto`: what the run names. Anything else: the key of a metric, for all rows that hold it. */
export type XAxis = string;

/** The one that names of event files do not mention. */
export const DEFAULT_X_AXIS: XAxis = 'auto';

/**
 * Times that a fold begins anew for tags that do not suit their axis. Tags of one row are found at once, so that ordinary
 * runs need one or two; beyond this, the whole run stands by `_step`.
 */
const MAX_ATTEMPTS = 8;

/** Tags that stand by `_step` whatever is named. */
export interface Exclusions {
  readonly tags: readonly string[] | 'all';
  readonly attempts: number;
}

export const NO_EXCLUSIONS: Exclusions = { tags: [], attempts: 0 };

export class UnsuitableAxis extends Error {
  readonly exclusions: Exclusions;

  constructor({ tags, attempts }: Exclusions, more: readonly string[]) {
    super(`tags that do not suit their step metric: ${more.join(', ')}`);
    const isEnough = tags === 'all' || attempts + 1 >= MAX_ATTEMPTS;
    this.exclusions = {
      tags: isEnough ? 'all' : [...new Set([...tags, ...more])].sort(),
      attempts: attempts + 1,
    };
  }
}

/** Tags of a shape that share an axis: they have one event in each row. */
export interface AxisGroup {
  /** Column of the metric that says the step; null for `_step`. */
  readonly axis: number | null;
  readonly columns: readonly number[];
  readonly encoder: ScalarRowEncoder;
}

/** As it is kept. */
export interface StepAxesRecord {
  readonly exclusions: Exclusions;
  readonly definitions: readonly MetricDefinition[];
  /** Of each tag that was met: the key of its step metric; null for `_step`. */
  readonly metrics: readonly (readonly [tag: string, metric: string | null])[];
  /** Of tags by a metric: step and value of the newest row, as JSON has neither NaN nor -0. */
  readonly ends: readonly (readonly [tag: string, step: number, value: string])[];
  /** Shape ids met. */
  readonly shapes: readonly number[];
}

interface SeriesKeys {
  /** Keys of a shape of rows, in the order of its values. */
  readonly keysOf: (shapeId: number) => readonly string[];
  /** Tags parallel to them. */
  readonly tagsOf: (shapeId: number) => readonly string[];
}

export class StepAxes {
  /** Tells event files apart that have other steps for the same history; '' for the usual ones. */
  readonly id: string;
  readonly #xAxis: XAxis;
  readonly #keys: SeriesKeys;
  readonly #exclusions: Exclusions;
  readonly #excluded: ReadonlySet<string>;
  readonly #definitions: MetricDefinition[];
  /** Of tags that were met. Runs that log the same have it in common, until one of them meets another tag. */
  #metrics: ReadonlyMap<string, string | null>;
  #ownsMetrics = false;
  readonly #ends: Map<string, readonly [step: number, value: number]>;
  /** By shape id; null where all stand by `_step`. */
  readonly #groups: (readonly AxisGroup[] | null | undefined)[] = [];

  constructor(xAxis: XAxis, keys: SeriesKeys, record: StepAxesRecord | Exclusions = NO_EXCLUSIONS) {
    const known = 'definitions' in record ? record : null;
    this.#xAxis = xAxis;
    this.#keys = keys;
    this.#exclusions = 'definitions' in record ? record.exclusions : record;
    const { tags } = this.#exclusions;
    this.id = idOf(xAxis, this.#exclusions);
    this.#excluded = new Set(tags === 'all' ? [] : tags);
    this.#definitions = [...(known?.definitions ?? [])];
    this.#metrics = known === null ? NO_METRICS : commonMetrics(known.metrics);
    this.#ends = new Map((known?.ends ?? []).map(([tag, step, value]) => [tag, [step, Number(value)]]));
    const isPlain = known?.metrics.every(([, metric]) => metric === null) === true;
    for (const shapeId of known?.shapes ?? []) {
      if (isPlain) this.#groups[shapeId] = null;
      else this.#meet(shapeId);
    }
  }

  get exclusions(): Exclusions {
    return this.#exclusions;
  }

  define(definition: MetricDefinition): void {
    this.#definitions.push(definition);
  }

  /** The axes of rows of a shape; null where all its tags stand by `_step`. */
  groupsOf(shapeId: number): readonly AxisGroup[] | null {
    const known = this.#groups[shapeId];
    return known === undefined ? this.#meet(shapeId) : known;
  }

  /** Whether no tag stands by a metric. */
  get arePlain(): boolean {
    return this.#groups.every((groups) => !groups);
  }

  /** Column of the metric that says a column's step; -1 for `_step`. */
  axisOf(shapeId: number, column: number): number {
    return this.#groups[shapeId]?.find(({ columns }) => columns.includes(column))?.axis ?? -1;
  }

  /** Key of the metric by which a tag stands; null for `_step`. */
  metricOf(tag: string): string | null {
    return this.#metrics.get(tag) ?? null;
  }

  /** Step of a tag's newest row, of one that stands by a metric. */
  endOf(tag: string): number | undefined {
    return this.#ends.get(tag)?.[0];
  }

  /** Tags of a shape that stand by `_step`. */
  readonly tagsByStep = (shapeId: number): readonly string[] => {
    const tags = this.#keys.tagsOf(shapeId);
    const groups = this.#groups[shapeId];
    if (!groups) return tags;
    return groups.flatMap(({ axis, encoder }) => (axis === null ? encoder.tags : []));
  };

  /** Takes note of a row. @throws UnsuitableAxis where a tag cannot stand by its metric. */
  log(shapeId: number, groups: readonly AxisGroup[], values: Float64Array, valuesAt: number): void {
    const tags = this.#keys.tagsOf(shapeId);
    const unsuitable: string[] = [];
    for (const { axis, columns } of groups) {
      if (axis === null) continue;
      const step = metricStep(values[valuesAt + axis]!);
      const isStep = Number.isSafeInteger(step) && step >= 0;
      for (const column of columns) {
        const [tag, value] = [tags[column]!, values[valuesAt + column]!];
        const end = this.#ends.get(tag);
        if (isStep && (end === undefined || step > end[0] || (step === end[0] && Object.is(value, end[1]))))
          this.#ends.set(tag, [step, value]);
        else unsuitable.push(tag);
      }
    }
    if (unsuitable.length > 0) throw new UnsuitableAxis(this.#exclusions, unsuitable);
  }

  record(): StepAxesRecord {
    return {
      exclusions: this.#exclusions,
      definitions: [...this.#definitions],
      metrics: [...this.#metrics],
      ends: [...this.#ends].map(([tag, [step, value]]) => [
        tag,
        step,
        Object.is(value, -0) ? '-0' : `${value}`,
      ]),
      shapes: [...this.#groups.keys()].filter((shapeId) => this.#groups[shapeId] !== undefined),
    };
  }

  #meet(shapeId: number): readonly AxisGroup[] | null {
    const keys = this.#keys.keysOf(shapeId);
    const tags = this.#keys.tagsOf(shapeId);
    const byAxis = new Map<number | null, number[]>();
    const missing: string[] = [];
    for (const [column, tag] of tags.entries()) {
      const metric = this.#metricOf(tag, keys[column]!, keys);
      const axis = metric === null ? null : keys.indexOf(metric);
      if (axis === -1) missing.push(tag);
      const sharing = byAxis.get(axis);
      if (sharing === undefined) byAxis.set(axis, [column]);
      else sharing.push(column);
    }
    if (missing.length > 0) throw new UnsuitableAxis(this.#exclusions, missing);
    const isPlain = byAxis.size === 0 || (byAxis.size === 1 && byAxis.has(null));
    const groups = isPlain
      ? null
      : [...byAxis].map(([axis, columns]) => ({
          axis,
          columns,
          encoder: new ScalarRowEncoder(columns.map((column) => tags[column]!)),
        }));
    this.#groups[shapeId] = groups;
    return groups;
  }

  /** Decided when a tag is met for the first time: later rows do not change where earlier ones stand. */
  #metricOf(tag: string, key: string, keys: readonly string[]): string | null {
    const known = this.#metrics.get(tag);
    if (known !== undefined) return known;
    const named = this.#named(key, keys);
    const metric = named !== null && keys.includes(named) && !this.#isExcluded(tag) ? named : null;
    this.#decide(tag, metric);
    return metric;
  }

  #decide(tag: string, metric: string | null): void {
    const own = this.#ownsMetrics ? (this.#metrics as Map<string, string | null>) : new Map(this.#metrics);
    this.#metrics = own.set(tag, metric);
    this.#ownsMetrics = true;
  }

  #isExcluded(tag: string): boolean {
    return this.#exclusions.tags === 'all' || this.#excluded.has(tag);
  }

  /** What a run names as the step metric of a key. */
  #named(key: string, keys: readonly string[]): string | null {
    if (this.#xAxis === 'step') return null;
    if (this.#xAxis !== 'auto') return this.#xAxis;
    return definedMetric(this.#definitions, key) ?? writersStep(key, keys);
  }
}

const NO_METRICS: ReadonlyMap<string, string | null> = new Map();

/** Step metrics by tag that runs have in common: those of some scripts that were met last, by their first tag and number. */
const COMMON_METRICS = new LRUCache<string, StepMetrics>({ max: 256 });

interface StepMetrics {
  readonly entries: StepAxesRecord['metrics'];
  readonly byTag: ReadonlyMap<string, string | null>;
}

function commonMetrics(entries: StepAxesRecord['metrics']): StepMetrics['byTag'] {
  if (entries.length === 0) return NO_METRICS;
  const id = `${entries.length} ${entries[0]?.[0]}`;
  const known = COMMON_METRICS.get(id);
  if (known !== undefined && isSame(known.entries, entries)) return known.byTag;
  const byTag = new Map(entries);
  COMMON_METRICS.set(id, { entries, byTag });
  return byTag;
}

function isSame(some: StepAxesRecord['metrics'], others: StepAxesRecord['metrics']): boolean {
  return some.every(([tag, metric], i) => tag === others[i]![0] && metric === others[i]![1]);
}

function idOf(xAxis: XAxis, { tags }: Exclusions): string {
  if (xAxis === DEFAULT_X_AXIS && tags.length === 0) return '';
  const text = JSON.stringify(xAxis === 'step' ? 'step' : [xAxis, tags]);
  return createHash('sha256').update(text).digest('hex').slice(0, 6);
}

/** The step of a group's event in a row. `step`: the row's own; its values begin at `valuesAt`. */
export function stepOfGroup(
  { axis }: AxisGroup,
  step: number,
  values: Float64Array,
  valuesAt: number,
): number {
  return axis === null ? step : metricStep(values[valuesAt + axis]!);
}

/** The step that a value of a metric says: -0 is 0. */
export function metricStep(value: number): number {
  return value + 0;
}

/** As `define_metric` has it: the definition of the key itself, else that of the longest glob that matches. */
function definedMetric(definitions: readonly MetricDefinition[], key: string): string | null {
  let best: MetricDefinition | undefined;
  for (const definition of definitions) {
    if (definition.stepMetric === undefined || !matches(definition.name, key)) continue;
    const isCloser = best === undefined || !definition.name.endsWith('*') || best.name.endsWith('*');
    if (isCloser && (best === undefined || definition.name.length >= best.name.length)) best = definition;
  }
  return best?.stepMetric === undefined ? null : plainMetricName(best.stepMetric);
}

/** W&B's globs end in one `*`; a dot within a name is escaped in definitions. */
function matches(name: string, key: string): boolean {
  const plain = plainMetricName(name);
  return plain.endsWith('*') ? key.startsWith(plain.slice(0, -1)) : plain === key;
}

/** The name of a metric as people wrote it. */
export function plainMetricName(name: string): string {
  return name.replaceAll('\\.', '.');
}

/** In a row of `sync_tensorboard`: the step that its writer gave it, under the name of the writer's folder. */
function writersStep(key: string, keys: readonly string[]): string | null {
  let folder = key;
  while (folder !== '') {
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')));
    const step = folder === '' ? 'global_step' : `${folder}/global_step`;
    if (keys.includes(step)) return step;
  }
  return null;
}
