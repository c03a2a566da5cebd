/**
 * What of a geometry is shown: no more than TensorBoard's page can draw.
 *
 * The page keeps the corners of triangles as 16-bit indexes (`new Uint16Array(faces.flat())` in its mesh viewer), so that a
 * mesh of more vertices would be a tangle. Clouds of points have no such limit.
 * @module
 */

import type { Geometry } from './geometry.ts';

/** What W&B itself shows of a cloud. */
export const MAX_POINTS = 300_000;
/** As many as 16 bits tell apart. */
export const MAX_MESH_VERTICES = 65_536;
/** Cells along the longest side that are tried first: a finer grid never leaves too few vertices for a surface. */
const FINEST_GRID = 1024;
/** Steps from one grid to the next coarser one: the last leaves half of the vertices it could, at worst. */
const COARSER = 0.8;

/** Null where nothing is left: vertices with coordinates that are no numbers are left out, and triangles with them. */
export function shownGeometry(geometry: Geometry): Geometry | null {
  const triangles = drawnTriangles(geometry);
  const shown = triangles.length > 0 ? mesh({ ...geometry, triangles }) : cloud(geometry);
  return shown.positions.length === 0 ? null : shown;
}

function isDrawn(positions: Float32Array, vertex: number): boolean {
  const at = 3 * vertex;
  return (
    Number.isFinite(positions[at]) && Number.isFinite(positions[at + 1]) && Number.isFinite(positions[at + 2])
  );
}

function drawnTriangles({ positions, triangles }: Geometry): Int32Array {
  return keptTriangles(triangles, (a, b, c) => {
    // Of an index outside there is no coordinate, hence no number.
    return isDrawn(positions, a) && isDrawn(positions, b) && isDrawn(positions, c);
  });
}

function keptTriangles(
  triangles: Int32Array,
  isKept: (a: number, b: number, c: number) => boolean,
): Int32Array {
  const kept = new Int32Array(triangles.length);
  let length = 0;
  for (let i = 0; i + 2 < triangles.length; i += 3) {
    const [a, b, c] = [triangles[i]!, triangles[i + 1]!, triangles[i + 2]!];
    if (!isKept(a, b, c)) continue;
    kept[length++] = a;
    kept[length++] = b;
    kept[length++] = c;
  }
  return kept.slice(0, length);
}

/** Of too many points, every so many-th. */
function cloud(geometry: Geometry): Geometry {
  const count = geometry.positions.length / 3;
  const drawn = new Int32Array(count);
  let length = 0;
  for (let i = 0; i < count; i++) if (isDrawn(geometry.positions, i)) drawn[length++] = i;
  const shown = Math.min(length, MAX_POINTS);
  const kept = Int32Array.from({ length: shown }, (_, i) => drawn[Math.floor((i * length) / shown)]!);
  return { ...picked(geometry, kept), triangles: new Int32Array() };
}

/** Vertices that are no corner are left out. Of too many, those that are close together become one. */
function mesh(geometry: Geometry): Geometry {
  const used = cornersOf(geometry.triangles);
  if (used.length <= MAX_MESH_VERTICES)
    return renumbered(
      geometry,
      used,
      Int32Array.from(used, (_, i) => i),
    );
  for (let cells = FINEST_GRID; ; cells = Math.floor(cells * COARSER)) {
    const grid = gridOf(geometry.positions, used, cells);
    if (grid !== null) return renumbered(geometry, used, grid);
  }
}

/** Ascending, each once. */
function cornersOf(triangles: Int32Array): Int32Array {
  const sorted = triangles.slice().sort();
  return sorted.filter((vertex, i) => i === 0 || sorted[i - 1] !== vertex);
}

/** By place in `used`: the number of its cell, in order of appearance. Null if more cells are taken than a mesh may have. */
function gridOf(positions: Float32Array, used: Int32Array, cells: number): Int32Array | null {
  const { low, side } = boxOf(positions, used);
  const along = (vertex: number, axis: number) => {
    const place = ((positions[3 * vertex + axis]! - low[axis]!) / side) * cells;
    return Math.min(Math.floor(place), cells - 1);
  };
  const numbers = new Map<number, number>();
  const grid = new Int32Array(used.length);
  for (let i = 0; i < used.length; i++) {
    const vertex = used[i]!;
    const cell = (along(vertex, 0) * cells + along(vertex, 1)) * cells + along(vertex, 2);
    let number = numbers.get(cell);
    if (number === undefined) {
      if (numbers.size === MAX_MESH_VERTICES) return null;
      number = numbers.size;
      numbers.set(cell, number);
    }
    grid[i] = number;
  }
  return grid;
}

/** The lowest corner of the cube around some vertices, and its side. */
function boxOf(positions: Float32Array, vertices: Int32Array): { low: number[]; side: number } {
  const low = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const high = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const vertex of vertices) {
    for (let axis = 0; axis < 3; axis++) {
      const at = positions[3 * vertex + axis]!;
      low[axis] = Math.min(low[axis]!, at);
      high[axis] = Math.max(high[axis]!, at);
    }
  }
  // 1 where all vertices are at one place.
  return { low, side: Math.max(...high.map((top, axis) => top - low[axis]!)) || 1 };
}

/** `numbers`: by place in `used`, the new number of that vertex; the first of those with one number stands for all. */
function renumbered(geometry: Geometry, used: Int32Array, numbers: Int32Array): Geometry {
  const kept: number[] = [];
  const numberOf = new Int32Array(geometry.positions.length / 3);
  for (let i = 0; i < used.length; i++) {
    const number = numbers[i]!;
    numberOf[used[i]!] = number;
    if (number === kept.length) kept.push(used[i]!);
  }
  const corners = geometry.triangles.map((vertex) => numberOf[vertex]!);
  const triangles = keptTriangles(corners, (a, b, c) => a !== b && b !== c && c !== a);
  return { ...picked(geometry, Int32Array.from(kept)), triangles };
}

function picked({ positions, colors }: Geometry, kept: Int32Array): Omit<Geometry, 'triangles'> {
  const pickedPositions = new Float32Array(3 * kept.length);
  const pickedColors = colors === null ? null : new Uint8Array(3 * kept.length);
  for (let i = 0; i < pickedPositions.length; i++) {
    const from = 3 * kept[Math.floor(i / 3)]! + (i % 3);
    pickedPositions[i] = positions[from]!;
    if (pickedColors !== null) pickedColors[i] = colors![from]!;
  }
  return { positions: pickedPositions, colors: pickedColors };
}

/** The longest side of the box around all vertices; 1 where they are at one place. */
export function longestSide({ positions }: Geometry): number {
  return boxOf(
    positions,
    Int32Array.from({ length: positions.length / 3 }, (_, i) => i),
  ).side;
}
