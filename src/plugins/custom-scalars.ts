/**
 * TensorBoard's Custom Scalars dashboard: what a run logged under the same name for training and validation, in one chart.
 *
 * One summary tells the charts, a serialized `Layout` in a string tensor of rank 0 under a tag of its own
 * (`tensorboard/plugins/custom_scalar/{metadata,summary}.py`). TensorBoard joins the charts of all runs, takes a run's first
 * layout, and matches regular expressions from a tag's start (`re.match` in `custom_scalars_plugin.py`).
 * @module
 */

import { wellFormed } from '../core/index.ts';
import { DATA_CLASS, layoutCodec, type SummaryMetadata } from '../protobuf/index.ts';
import type { CurrentContent, Plugin, TaggedSummary } from './plugin.ts';

const NAME = 'custom_scalars';
export const CUSTOM_SCALARS_TAG = 'custom_scalars__config__';

const METADATA: SummaryMetadata = { pluginData: { pluginName: NAME }, dataClass: DATA_CLASS.tensor };

export const CUSTOM_SCALARS: Plugin = {
  name: NAME,
  dataClass: 'tensor',
  typeName: 'layout',
  reservedTags: [CUSTOM_SCALARS_TAG],
  markers: ({ chartTags = [] }) => layoutSummaries(chartTags),
  current: {
    shows: ({ tags }) => currentLayout(tags).length > 0,
    summaries: (runs) =>
      runs.map(({ tags, startTime }) =>
        currentLayout(tags).map((summary) => ({ ...summary, step: 0, wallTime: startTime })),
      ),
  },
};

/** By the identity of a run's tags: a data provider asks again and again. */
const CURRENT = new WeakMap<CurrentContent['tags'], readonly TaggedSummary[]>();

function currentLayout(tags: CurrentContent['tags']): readonly TaggedSummary[] {
  let summaries = CURRENT.get(tags);
  if (summaries === undefined) {
    summaries = layoutSummaries([...tags.keys()]);
    CURRENT.set(tags, summaries);
  }
  return summaries;
}

function layoutSummaries(tags: readonly string[]): readonly TaggedSummary[] {
  const layout = layoutOf(tags);
  if (layout === null) return [];
  return [
    { tag: CUSTOM_SCALARS_TAG, content: { metadata: METADATA, tensor: { shape: [], strings: [layout] } } },
  ];
}

const CATEGORY = 'train / val';
/** Before the first slash of tags that belong together, in the order of a chart's lines. */
const SPLITS = ['train', 'training', 'val', 'valid', 'validation', 'eval', 'test', 'dev'];
/** Each chart asks for its data by itself. */
const MAX_CHARTS = 100;

/** A layout with a chart for each name that two or more splits have; null where there is none. */
export function layoutOf(tags: readonly string[]): Uint8Array | null {
  const charts = chartedNames(tags).map(([name, splits]) => chartOf(name, splits));
  if (charts.length === 0) return null;
  return layoutCodec.encode({ category: [{ title: CATEGORY, chart: charts }] });
}

/** Of a run's tags, those that charts are made of: few of very many. */
export function chartTagsOf(tags: readonly string[]): readonly string[] {
  return chartedNames(tags).flatMap(([name, splits]) => [...splits].map((split) => `${split}/${name}`));
}

/** Names that two splits or more have, ascending, with these. */
function chartedNames(
  tags: readonly string[],
): readonly (readonly [name: string, splits: ReadonlySet<string>])[] {
  return [...tagsByName(tags)]
    .filter(([, splits]) => splits.size > 1)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, MAX_CHARTS);
}

/** Splits by the name after them. */
function tagsByName(tags: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const byName = new Map<string, Set<string>>();
  for (const tag of tags.map(wellFormed)) {
    const slash = tag.indexOf('/');
    const [split, name] = [tag.slice(0, Math.max(slash, 0)), tag.slice(slash + 1)];
    // The page calls a line `<tag> (<run>)`, reads the run from the first parenthesis on, and leaves a chart empty.
    if (name === '' || name.includes('(') || !SPLITS.includes(split)) continue;
    byName.set(name, (byName.get(name) ?? new Set()).add(split));
  }
  return byName;
}

function chartOf(name: string, splits: ReadonlySet<string>) {
  const tags = SPLITS.filter((split) => splits.has(split)).map((split) => `${split}/${name}`);
  return { title: name, multiline: { tag: tags.map(exactly) } };
}

/** The regular expression, Python's, that matches this tag and no other. */
function exactly(tag: string): string {
  return `^${tag.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}$`;
}
