/** Which files of 3D objects are read, and how. @module */

import type { Geometry } from './geometry.ts';
import { readGltf } from './gltf.ts';
import { readPointCloud } from './point-cloud.ts';
import { readWavefront } from './wavefront.ts';

/** Null where the bytes are no such file. */
type GeometryReader = (bytes: Uint8Array) => Geometry | null;

/** By how the name of a file ends. W&B takes `.gltf`, `.babylon` and `.stl` too; those are not read. */
const READERS: readonly [suffix: string, read: GeometryReader][] = [
  ['.pts.json', readPointCloud],
  ['.obj', readWavefront],
  ['.glb', readGltf],
];

/** Undefined for files of other kinds. */
export function readerOf(file: string): GeometryReader | undefined {
  return READERS.find(([suffix]) => file.toLowerCase().endsWith(suffix))?.[1];
}
