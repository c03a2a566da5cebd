/**
 * W&B's clouds of points, `.pts.json`: a list of points, or a scene whose `points` are one
 * (`wandb/sdk/data_types/object_3d.py`). Boxes and vectors of a scene have no place in a mesh.
 *
 *     [[x, y, z], [x, y, z, category], [x, y, z, red, green, blue], …]
 *     {"type": "lidar/beta", "points": […], "boxes": […], "vectors": […]}
 * @module
 */

import { listOf, membersOf } from '../../wandb-json/index.ts';
import { readJson } from '../media/file-json.ts';
import { type Geometry, GeometryBuilder } from './geometry.ts';

type Color = readonly [red: number, green: number, blue: number];

/** Of categories 1 to 14: Matplotlib's `tab10`, and the lighter of its first four from `tab20`. */
const CATEGORIES: readonly Color[] = [
  [31, 119, 180],
  [255, 127, 14],
  [44, 160, 44],
  [214, 39, 40],
  [148, 103, 189],
  [140, 86, 75],
  [227, 119, 194],
  [127, 127, 127],
  [188, 189, 34],
  [23, 190, 207],
  [174, 199, 232],
  [255, 187, 120],
  [152, 223, 138],
  [255, 152, 150],
];
/** Of any other category. */
const NO_CATEGORY: Color = [160, 160, 160];

/** Null where the bytes are no cloud of points. */
export function readPointCloud(bytes: Uint8Array): Geometry | null {
  const value = readJson(bytes);
  const points = Array.isArray(value) ? value : membersOf(value)['points'];
  if (!Array.isArray(points)) return null;
  const builder = new GeometryBuilder();
  for (const point of points) {
    if (builder.isFull) break;
    const [x, y, z, ...rest] = listOf(point).slice(0, 6).map(numberOf);
    if (x !== undefined && y !== undefined && z !== undefined) builder.addVertex(x, y, z, colorOf(rest));
  }
  return builder.build({ isOf255: true });
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}

function colorOf([first, green, blue]: readonly number[]): Color | null {
  if (first === undefined) return null;
  if (green === undefined || blue === undefined) return CATEGORIES[first - 1] ?? NO_CATEGORY;
  return [first, green, blue];
}
