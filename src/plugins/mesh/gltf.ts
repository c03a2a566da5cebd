/**
 * Binary glTF files, `.glb`: the triangles and points of a scene where its nodes put them, with the colors of vertices or
 * of plain materials (https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html). Textures, skins and animations are
 * passed over; parts whose numbers are compressed (Draco, meshopt, quantized) or in other files are missing.
 *
 *     "glTF", u32 version 2, u32 length, then chunks { u32 length, u32 type, bytes }: JSON first, then BIN
 * @module
 */

import { listOf, type Members, membersOf } from '../../wandb-json/index.ts';
import { readJson } from '../media/file-json.ts';
import { type Geometry, GeometryBuilder } from './geometry.ts';
import { type Accessor, accessorOf, type Gltf, memberAt } from './gltf-accessor.ts';
import { IDENTITY, type Matrix, matrixOf, moved, product } from './gltf-transform.ts';

const MAGIC = 0x46546c67;
const JSON_CHUNK = 0x4e4f534a;
const BINARY_CHUNK = 0x004e4942;
const HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;
/** `mode` of primitives; the others are lines, and strips of triangles, which hardly any program writes. */
const POINTS = 0;
const TRIANGLES = 4;
/** Nodes, and parts of meshes, each as often as nodes show it: a file may repeat them without end. */
const MAX_PLACED = 100_000;

interface Placed {
  readonly primitive: Members;
  readonly matrix: Matrix;
}

/** Null where the bytes are no such file. */
export function readGltf(bytes: Uint8Array): Geometry | null {
  const gltf = chunksOf(bytes);
  if (gltf === null) return null;
  const builder = new GeometryBuilder();
  let count = 0;
  for (const placed of placedPrimitives(gltf.json)) {
    if (builder.isFull || ++count > MAX_PLACED) break;
    addPrimitive(gltf, placed, builder);
  }
  return builder.build();
}

function chunksOf(bytes: Uint8Array): Gltf | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < HEADER_BYTES || view.getUint32(0, true) !== MAGIC || view.getUint32(4, true) !== 2)
    return null;
  const chunks = new Map<number, Uint8Array>();
  for (let at = HEADER_BYTES; at + CHUNK_HEADER_BYTES <= bytes.length; ) {
    const type = view.getUint32(at + 4, true);
    const start = at + CHUNK_HEADER_BYTES;
    at = start + view.getUint32(at, true);
    if (!chunks.has(type)) chunks.set(type, bytes.subarray(start, at));
  }
  const json = chunks.get(JSON_CHUNK);
  if (json === undefined) return null;
  return { json: membersOf(readJson(json)), binary: chunks.get(BINARY_CHUNK) ?? new Uint8Array() };
}

/** Of the file's scene, in the order of its nodes. */
function* placedPrimitives(json: Members): Generator<Placed> {
  const seen = new Set<unknown>();
  const open = rootsOf(json).map((node) => ({ node, outer: IDENTITY }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    // A node stands at one place; a file may say otherwise.
    if (seen.has(next.node)) continue;
    if (seen.size >= MAX_PLACED) return;
    seen.add(next.node);
    const node = memberAt(json['nodes'], next.node);
    const matrix = product(next.outer, matrixOf(node));
    for (const primitive of listOf(memberAt(json['meshes'], node['mesh'])['primitives']))
      yield { primitive: membersOf(primitive), matrix };
    for (const child of listOf(node['children']).toReversed()) open.push({ node: child, outer: matrix });
  }
}

/** Indexes of nodes, last first. A file without a scene is shown with all its nodes that are nobody's child. */
function rootsOf(json: Members): unknown[] {
  const scenes = listOf(json['scenes']);
  if (scenes.length > 0) return listOf(memberAt(scenes, json['scene'] ?? 0)['nodes']).toReversed();
  const nodes = listOf(json['nodes']);
  const children = new Set(nodes.flatMap((node) => listOf(membersOf(node)['children'])));
  return nodes.flatMap((_, i) => (children.has(i) ? [] : [i])).toReversed();
}

function addPrimitive(gltf: Gltf, { primitive, matrix }: Placed, builder: GeometryBuilder): void {
  const { mode = TRIANGLES, attributes, indices } = primitive;
  const positions = accessorOf(gltf, membersOf(attributes)['POSITION']);
  const corners = indices === undefined ? null : accessorOf(gltf, indices);
  if (mode !== TRIANGLES && mode !== POINTS) return;
  if (positions?.width !== 3 || !positions.isFloat || (indices !== undefined && corners === null)) return;
  const first = builder.size;
  addVertices(builder, positions, matrix, colorsOf(gltf, primitive, positions.count));
  if (mode === POINTS) return;
  const count = corners?.count ?? positions.count;
  for (let i = 0; i + 2 < count && !builder.isFull; i += 3) {
    const [a, b, c] = [0, 1, 2].map((k) => first + (corners === null ? i + k : corners.at(i + k, 0)));
    builder.addTriangle(a!, b!, c!);
  }
}

type Colors = (vertex: number) => readonly [number, number, number];

function addVertices(
  builder: GeometryBuilder,
  positions: Accessor,
  matrix: Matrix,
  colors: Colors | null,
): void {
  for (let i = 0; i < positions.count && !builder.isFull; i++) {
    const [x, y, z] = [positions.at(i, 0), positions.at(i, 1), positions.at(i, 2)];
    const place = [moved(matrix, 0, x, y, z), moved(matrix, 1, x, y, z), moved(matrix, 2, x, y, z)] as const;
    builder.addVertex(...place, colors?.(i) ?? null);
  }
}

/** Of a primitive's vertices, or else the color of its material, as fractions of 1. */
function colorsOf(gltf: Gltf, { attributes, material }: Members, vertices: number): Colors | null {
  const colors = accessorOf(gltf, membersOf(attributes)['COLOR_0']);
  if (colors !== null && colors.width >= 3 && colors.count >= vertices)
    return (vertex) => [colors.at(vertex, 0), colors.at(vertex, 1), colors.at(vertex, 2)];
  const plain = membersOf(memberAt(gltf.json['materials'], material)['pbrMetallicRoughness']);
  const [red, green, blue] = listOf(plain['baseColorFactor']);
  if (typeof red !== 'number' || typeof green !== 'number' || typeof blue !== 'number') return null;
  return () => [red, green, blue];
}
