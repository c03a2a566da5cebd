/**
 * TensorBoard's Custom Scalars dashboard: what a run logged under the same name for training and validation, in one chart.
 *
 * One summary tells the charts, a serialized `Layout` in a string tensor of rank 0 under a tag of its own
 * (`tensorboard/plugins/custom_scalar/{metadata,summary}.py`). TensorBoard joins the charts of all runs, takes a run's first
 * layout, and matches regular expressions from a tag's start (`re.match` in `custom_scalars_plugin.py`).
 * @module
 */

import { DATA_CLASS, layoutCodec, type SummaryMetadata } from '../protobuf/index.ts';

export const CUSTOM_SCALARS_TAG = 'custom_scalars__config__';

export const CUSTOM_SCALARS_METADATA: SummaryMetadata = {
  pluginData: { pluginName: 'custom_scalars' },
  dataClass: DATA_CLASS.tensor,
};

const CATEGORY = 'train / val';
/** Before the first slash of tags that belong together, in the order of a chart's lines. */
const SPLITS = ['train', 'training', 'val', 'valid', 'validation', 'eval', 'test', 'dev'];
/** Each chart asks for its data by itself. */
const MAX_CHARTS = 100;

/** A layout with a chart for each name that two or more splits have; null where there is none. */
export function layoutOf(tags: readonly string[]): Uint8Array | null {
  const charts = [...tagsByName(tags)]
    .filter(([, splits]) => splits.size > 1)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, MAX_CHARTS)
    .map(([name, splits]) => chartOf(name, splits));
  if (charts.length === 0) return null;
  return layoutCodec.encode({ category: [{ title: CATEGORY, chart: charts }] });
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

/** As tags are encoded; Python refuses other messages. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD');
}
