/**
 * TensorBoard's Scalars and Time Series dashboards: the numbers of a run, those of the machine among them.
 *
 * One event holds all numbers of a row as plain `simple_value`s, which take half the bytes of tensors; TensorBoard's
 * loaders add this metadata as they read them (`tensorboard/data_compat.py`).
 * @module
 */

import { DATA_CLASS, type SummaryMetadata } from '../protobuf/index.ts';
import type { Plugin, RunMarker, TaggedSummary } from './plugin.ts';
import { numberTensor } from './summary.ts';

const METADATA: SummaryMetadata = { pluginData: { pluginName: 'scalars' }, dataClass: DATA_CLASS.scalar };
/** Before the key of a number of the summary, so that it is no series of history. */
const SUMMARY_PREFIX = 'wandb/summary/';

/** Tag of a number of the summary. */
export function summaryTag(key: string): string {
  return SUMMARY_PREFIX + key;
}

export const SCALARS: Plugin = {
  name: 'scalars',
  dataClass: 'scalar',
  typeName: 'scalar',
  reservedTags: [],
  reservedPrefix: SUMMARY_PREFIX,
  rows: {
    tag: (kind, key) => (kind === 'system' ? `system/${key}` : key),
    metadata: METADATA,
  },
  markers: summaryScalars,
};

/** Numbers of the summary, which TensorBoard's HParams dashboard takes for metrics as it does all scalars. */
function summaryScalars({ summary = [] }: RunMarker): TaggedSummary[] {
  return summary.map(({ key, text }) => ({
    tag: summaryTag(key),
    content: { metadata: METADATA, tensor: numberTensor(Number(text)) },
  }));
}
