/** Tables of numbers in the binary part of a glTF file (glTF 2.0, section 3.6.2); none of sparse or compressed ones. @module */

import { listOf, type Members, membersOf } from '../../wandb-json/index.ts';

export interface Gltf {
  readonly json: Members;
  /** Its buffer 0; other buffers would be other files. */
  readonly binary: Uint8Array;
}

export interface Accessor {
  readonly count: number;
  readonly isFloat: boolean;
  /** Numbers in each element. */
  readonly width: number;
  /** A number of an element; integers that stand for fractions as these. */
  at(element: number, part: number): number;
}

interface NumberType {
  readonly bytes: number;
  /** What stands for 1 if its numbers are fractions. */
  readonly one: number;
  read(view: DataView, at: number): number;
}

/** By `componentType`. Signed integers hold nothing that is read. */
const NUMBER_TYPES: ReadonlyMap<unknown, NumberType> = new Map([
  [5121, { bytes: 1, one: 255, read: (view: DataView, at: number) => view.getUint8(at) }],
  [5123, { bytes: 2, one: 65_535, read: (view: DataView, at: number) => view.getUint16(at, true) }],
  [5125, { bytes: 4, one: 1, read: (view: DataView, at: number) => view.getUint32(at, true) }],
  [5126, { bytes: 4, one: 1, read: (view: DataView, at: number) => view.getFloat32(at, true) }],
]);
const FLOAT = 5126;

const WIDTHS: ReadonlyMap<unknown, number> = new Map([
  ['SCALAR', 1],
  ['VEC3', 3],
  ['VEC4', 4],
]);

/** Null where there is no such table, or it can't be read. */
export function accessorOf({ json, binary }: Gltf, index: unknown): Accessor | null {
  const accessor = memberAt(json['accessors'], index);
  const view = memberAt(json['bufferViews'], accessor['bufferView']);
  const type = NUMBER_TYPES.get(accessor['componentType']);
  const width = WIDTHS.get(accessor['type']);
  const isOwn = view['buffer'] === 0 && accessor['sparse'] === undefined;
  if (type === undefined || width === undefined || !isOwn) return null;
  const count = whole(accessor['count']);
  const offset = whole(accessor['byteOffset'] ?? 0) + whole(view['byteOffset'] ?? 0);
  const size = width * type.bytes;
  const stride = whole(view['byteStride'] ?? size);
  const end = offset + (count - 1) * stride + size;
  if (!(count > 0 && stride >= size && end <= binary.length)) return null;
  const data = new DataView(binary.buffer, binary.byteOffset, binary.length);
  const one = accessor['normalized'] === true ? type.one : 1;
  return {
    count,
    isFloat: accessor['componentType'] === FLOAT,
    width,
    at: (element, part) => type.read(data, offset + element * stride + part * type.bytes) / one,
  };
}

/** A member of a list of objects; one without members where there is none. */
export function memberAt(list: unknown, index: unknown): Members {
  return typeof index === 'number' ? membersOf(listOf(list)[index]) : {};
}

/** NaN for what is no whole number of 0 or more. */
function whole(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : Number.NaN;
}
