/**
 * TensorBoard's Histograms and Distributions dashboards, and histograms of Time Series: `wandb.Histogram`.
 *
 * Summaries as `tf.summary.histogram` writes them: a tensor of doubles [buckets, 3] whose rows are left edge, right edge
 * and count, and plugin data of version 0, which encodes to nothing (`tensorboard/plugins/histogram/metadata.py`,
 * `summary_v2.py`). W&B's JSON is `{"values": [counts], "bins": [edges, one more]}` (`wandb/sdk/data_types/histogram.py`).
 * @module
 */

import { DATA_CLASS, DATA_TYPE, type SummaryMetadata } from '../protobuf/index.ts';
import { lenientValue, type Members, membersOf } from '../wandb-json/index.ts';
import type { Plugin } from './plugin.ts';
import type { NumberTensor } from './summary.ts';

const METADATA: SummaryMetadata = { pluginData: { pluginName: 'histograms' }, dataClass: DATA_CLASS.tensor };

/** The SDK's own limit (`Histogram.MAX_LENGTH`). */
const MAX_BUCKETS = 512;
/** Left edge, right edge, count. */
const ROW = 3;
/**
 * Beyond these TensorBoard's own numbers overflow: 10,000 times the sum of the counts or the difference of two edges
 * (`tensorboard/plugins/distribution/compressor.py`), and in its pages a count times the width of a bucket.
 */
const MAX_EDGE = 1e150;
const MAX_COUNT = 1e150;

export const HISTOGRAMS: Plugin = {
  name: 'histograms',
  dataClass: 'tensor',
  typeName: 'histogram',
  reservedTags: [],
  cells: [
    {
      accepts: (type) => type === 'histogram',
      tag: (key) => key,
      metadata: METADATA,
      read: (text) => [{ suffix: '', metadata: METADATA, tensor: histogramTensor(text) }],
    },
  ],
};

/**
 * Of shape [0, 3] where the text has no bucket with a count: TensorBoard takes that for a step without data, whereas it
 * takes the right edge of buckets without counts for every percentile.
 */
function histogramTensor(text: string): NumberTensor {
  const rows = histogramRows(membersOf(lenientValue(text)));
  return {
    shape: [rows.length / ROW, ROW],
    dtype: DATA_TYPE.double,
    bytes: new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength),
  };
}

/** Buckets, ascending and apart, the outermost ones with a count. `packedBins`: of one size, as W&B's server may tell them. */
function histogramRows({ values, bins, packedBins }: Members): Float64Array {
  if (!Array.isArray(values)) return new Float64Array();
  const edges: readonly unknown[] = Array.isArray(bins) ? bins : packedEdges(packedBins, values.length);
  const all = areDescending(edges)
    ? bucketRows(
        values.slice(0, Math.max(0, edges.length - 1)).reverse(),
        edges.slice(0, values.length + 1).reverse(),
      )
    : bucketRows(values, edges);
  return merged(withoutEmptyEnds(all));
}

function packedEdges(packed: unknown, count: number): readonly number[] {
  const { min, size } = membersOf(packed);
  if (typeof min !== 'number' || typeof size !== 'number') return [];
  return Array.from({ length: count + 1 }, (_, i) => min + i * size);
}

function areDescending(edges: readonly unknown[]): boolean {
  const first = edges.find(isEdge);
  const last = edges.findLast(isEdge);
  return first !== undefined && last !== undefined && first > last;
}

function isEdge(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= MAX_EDGE;
}

/**
 * One row for each count that has two edges. Left out are buckets that are inverted, or begin before the one ahead has
 * ended, as TensorBoard's pages want them ascending; and those that have neither width nor count.
 */
function bucketRows(counts: readonly unknown[], edges: readonly unknown[]): Float64Array {
  const rows = new Float64Array(ROW * Math.max(0, Math.min(counts.length, edges.length - 1)));
  let at = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (let i = 0; i * ROW < rows.length; i++) {
    const left = edges[i];
    const right = edges[i + 1];
    if (!isEdge(left) || !isEdge(right) || left < end || right < left) continue;
    const count = countOf(counts[i]);
    if (left === right && count === 0) continue;
    rows[at++] = left;
    rows[at++] = right;
    rows[at++] = count;
    end = right;
  }
  return rows.subarray(0, at);
}

/** 0 for what is no count. */
function countOf(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) return 0;
  return Math.min(value, MAX_COUNT);
}

/**
 * TensorBoard takes the outermost edges for the least and the greatest value there was. Within, buckets without a count
 * are needed: it takes the left edge of a bucket from the one before (`distribution/compressor.py`).
 */
function withoutEmptyEnds(rows: Float64Array): Float64Array {
  let from = 0;
  let to = rows.length;
  while (from < to && rows[from + 2] === 0) from += ROW;
  while (to > from && rows[to - 1] === 0) to -= ROW;
  return rows.subarray(from, to);
}

/** The same counts in at most `MAX_BUCKETS` buckets: each of as many neighbours as the others, or of one more. */
function merged(rows: Float64Array): Float64Array {
  const buckets = rows.length / ROW;
  if (buckets <= MAX_BUCKETS) return rows;
  const result = new Float64Array(ROW * MAX_BUCKETS);
  for (let i = 0; i < MAX_BUCKETS; i++) {
    const from = ROW * Math.floor((i * buckets) / MAX_BUCKETS);
    const to = ROW * Math.floor(((i + 1) * buckets) / MAX_BUCKETS);
    let count = 0;
    for (let at = from; at < to; at += ROW) count += rows[at + 2]!;
    result.set([rows[from]!, rows[to - 2]!, count], ROW * i);
  }
  return result;
}
