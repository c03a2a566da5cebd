/** Where the nodes of a glTF scene stand: matrices of 16 numbers, column by column (glTF 2.0, section 3.5.3). @module */

import type { Members } from '../../wandb-json/index.ts';

export type Matrix = readonly number[];

export const IDENTITY: Matrix = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];

/** `matrix` of a node, or else its `translation`, `rotation` (a quaternion) and `scale`. */
export function matrixOf(node: Members): Matrix {
  const matrix = numbersOf(node['matrix'], 16);
  if (matrix !== null) return matrix;
  const [x = 0, y = 0, z = 0, w = 1] = numbersOf(node['rotation'], 4) ?? [];
  const [sx = 1, sy = 1, sz = 1] = numbersOf(node['scale'], 3) ?? [];
  const [tx = 0, ty = 0, tz = 0] = numbersOf(node['translation'], 3) ?? [];
  return [
    ...[(1 - 2 * (y * y + z * z)) * sx, 2 * (x * y + z * w) * sx, 2 * (x * z - y * w) * sx, 0],
    ...[2 * (x * y - z * w) * sy, (1 - 2 * (x * x + z * z)) * sy, 2 * (y * z + x * w) * sy, 0],
    ...[2 * (x * z + y * w) * sz, 2 * (y * z - x * w) * sz, (1 - 2 * (x * x + y * y)) * sz, 0],
    ...[tx, ty, tz, 1],
  ];
}

/** First `inner`, then `outer`. */
export function product(outer: Matrix, inner: Matrix): Matrix {
  return IDENTITY.map((_, i) => {
    const [column, row] = [i - (i % 4), i % 4];
    return [0, 1, 2, 3].reduce((sum, k) => sum + outer[4 * k + row]! * inner[column + k]!, 0);
  });
}

/** One coordinate of a point moved: 0 for x, 1 for y, 2 for z. */
export function moved(matrix: Matrix, axis: 0 | 1 | 2, x: number, y: number, z: number): number {
  return matrix[axis]! * x + matrix[4 + axis]! * y + matrix[8 + axis]! * z + matrix[12 + axis]!;
}

function numbersOf(value: unknown, count: number): readonly number[] | null {
  if (!Array.isArray(value) || value.length !== count) return null;
  return value.every((part) => typeof part === 'number') ? value : null;
}
