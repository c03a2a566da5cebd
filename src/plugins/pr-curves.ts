/**
 * TensorBoard's PR Curves dashboard: the tables that `wandb.plot.pr_curve` logs (`wandb/plot/pr_curve.py`), whose columns
 * are class, precision and recall. Each class is a curve of its own.
 *
 * Summaries as `tensorboard/plugins/pr_curve/summary.py` writes them: a tensor of floats [6, thresholds] with the rows
 * true positives, false positives, true negatives, false negatives, precision, recall, recall descending.
 * @module
 */

import { DATA_CLASS, DATA_TYPE, prCurvePluginDataCodec, type SummaryMetadata } from '../protobuf/index.ts';
import { lenientValue, type Members, membersOf } from '../wandb-json/index.ts';
import { mediaFiles } from './media/media-file.ts';
import type { CellValue, Plugin } from './plugin.ts';
import type { Contents, SavedFileReference } from './saved-content.ts';
import type { NumberTensor } from './summary.ts';

/** Columns of every curve: those of TensorBoard's default. The SDK's default is 21 points. */
const THRESHOLDS = 201;
/** The first by their order in the table: a page draws a chart for each. */
const MAX_CLASSES = 64;
/** A row takes some 30 bytes, and tables have at most 10,000 (`wandb.Table.MAX_ROWS`). */
const MAX_TABLE_BYTES = 2 ** 20;
/** Of a class's name, in a tag. */
const MAX_NAME_CHARACTERS = 100;
const COLUMNS = ['class', 'precision', 'recall'];

const METADATA: SummaryMetadata = {
  pluginData: {
    pluginName: 'pr_curves',
    content: prCurvePluginDataCodec.encode({ version: 0, numThresholds: THRESHOLDS }),
  },
  dataClass: DATA_CLASS.tensor,
};

export const PR_CURVES: Plugin = {
  name: 'pr_curves',
  dataClass: 'tensor',
  typeName: 'pr_curve',
  reservedTags: [],
  cells: [
    {
      accepts: (type) => type === 'table-file',
      // Most tables are no curves, and none of them may keep `<key>/…` from other series.
      tag: (key) => `${key}/pr_curve`,
      metadata: null,
      suffixes: 'open',
      isSampled: true,
      needs: (text) => {
        const file = tableFile(text);
        return file === null ? [] : [{ kind: 'content', file, maxBytes: MAX_TABLE_BYTES }];
      },
      read: curvesOfCell,
    },
  ],
};

function curvesOfCell(text: string, contents: Contents): readonly CellValue[] {
  const file = tableFile(text);
  const bytes = file === null ? null : contents.content(file, MAX_TABLE_BYTES);
  if (!(bytes instanceof Uint8Array)) return [];
  const curves = curvesOf(membersOf(lenientValue(new TextDecoder().decode(bytes))));
  const parts = partsOf(curves.keys());
  return [...curves.values()].map((points, i) => {
    return { suffix: `/${parts[i]}`, metadata: METADATA, tensor: curveTensor(points) };
  });
}

/** The file of a table that may be a curve's; null for others. */
function tableFile(text: string): SavedFileReference | null {
  const file = mediaFiles(text)[0]?.file;
  if (file === undefined || membersOf(lenientValue(text))['ncols'] !== COLUMNS.length) return null;
  return file.size !== null && file.size <= MAX_TABLE_BYTES ? file : null;
}

interface Point {
  readonly precision: number;
  readonly recall: number;
}

/** Points of each class by its label, recall descending; none for a table of something else. */
function curvesOf({ columns, data }: Members): ReadonlyMap<string, readonly Point[]> {
  const curves = new Map<string, Point[]>();
  if (!isColumns(columns) || !Array.isArray(data)) return curves;
  for (const row of data as unknown[]) {
    if (!Array.isArray(row)) continue;
    const [label, precision, recall] = row as unknown[];
    if (!isLabel(label) || !isRatio(precision) || !isRatio(recall)) continue;
    const points = curves.get(String(label)) ?? [];
    if (points.length === 0 && curves.size === MAX_CLASSES) continue;
    points.push({ precision, recall });
    curves.set(String(label), points);
  }
  for (const points of curves.values()) points.sort(byRecallDescending);
  return curves;
}

function isColumns(columns: unknown): boolean {
  if (!Array.isArray(columns) || columns.length !== COLUMNS.length) return false;
  return COLUMNS.every((name, i) => columns[i] === name);
}

/** Labels are texts, or numbers of classes. */
function isLabel(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function isRatio(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1;
}

/** Where recall stays, precision rises: so do curves as the threshold rises. */
function byRecallDescending(a: Point, b: Point): number {
  return b.recall - a.recall || a.precision - b.precision;
}

/** A label as one part of a tag. */
function partOf(label: string): string {
  const cut = [...label.slice(0, 2 * MAX_NAME_CHARACTERS)].slice(0, MAX_NAME_CHARACTERS).join('');
  // Tags have parts between slashes; U+2215 looks like one.
  const part = cut.replaceAll('/', '\u2215').replace(/[\p{Cc}\p{Surrogate}]/gu, '\uFFFD');
  return part === '' ? '(empty)' : part;
}

/** A part for each label; those that come to the same are numbered. */
function partsOf(labels: Iterable<string>): readonly string[] {
  const parts = new Set<string>();
  for (const label of labels) {
    const plain = partOf(label);
    let part = plain;
    for (let n = 2; parts.has(part); n++) part = `${plain} (${n})`;
    parts.add(part);
  }
  return [...parts];
}

/**
 * The points as they are, the last one repeated, or as many as there is room for, evenly chosen. The table has no counts:
 * TensorBoard shows them in tooltips alone, but cuts a curve's end where no positives are predicted, so they are -1.
 */
function curveTensor(points: readonly Point[]): NumberTensor {
  const rows = new Float32Array(6 * THRESHOLDS).fill(-1);
  const last = points.length - 1;
  const stride = Math.max(1, last / (THRESHOLDS - 1));
  for (let i = 0; i < THRESHOLDS; i++) {
    const point = points[Math.min(last, Math.round(i * stride))]!;
    rows[4 * THRESHOLDS + i] = point.precision;
    rows[5 * THRESHOLDS + i] = point.recall;
  }
  return { shape: [6, THRESHOLDS], dtype: DATA_TYPE.float, bytes: new Uint8Array(rows.buffer) };
}
