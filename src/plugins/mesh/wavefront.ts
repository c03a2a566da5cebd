/**
 * Wavefront `.obj` files: vertices and faces of them; everything else in such a file is passed over.
 *
 *     v x y z            v x y z w           v x y z red green blue
 *     f 1 2 3 …          f 1/4 2/5 3/6       f 1/4/7 2/5/8 3/6/9      f -3//-3 -2//-2 -1//-1
 *
 * Faces name vertices from 1 on, or from the newest one back; of more than three corners they are cut into triangles
 * around the first (http://www.paulbourke.net/dataformats/obj/).
 * @module
 */

import { type Geometry, GeometryBuilder } from './geometry.ts';

/** Longer lines are passed over: a face of thousands of corners. */
const MAX_LINE_CHARACTERS = 65_536;
const UTF8 = new TextDecoder();

export function readWavefront(bytes: Uint8Array): Geometry {
  const text = UTF8.decode(bytes);
  const builder = new GeometryBuilder();
  for (let start = 0; start < text.length && !builder.isFull; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    // Most lines of other kinds are not even cut out.
    const isRead = text.startsWith('v ', start) || text.startsWith('f ', start);
    if (isRead && end - start <= MAX_LINE_CHARACTERS) readLine(text.slice(start, end), builder);
    start = end + 1;
  }
  return builder.build();
}

function readLine(line: string, builder: GeometryBuilder): void {
  const [keyword, ...words] = line.trim().split(/\s+/);
  if (keyword === 'v') readVertex(words.map(Number), builder);
  if (keyword === 'f') readFace(words, builder);
}

function readVertex(numbers: readonly number[], builder: GeometryBuilder): void {
  const [x = Number.NaN, y = Number.NaN, z = Number.NaN] = numbers;
  // Also where it is of no use: it counts.
  const [red, green, blue] = numbers.slice(numbers.length === 7 ? 4 : 3);
  const hasColor = red !== undefined && green !== undefined && blue !== undefined;
  builder.addVertex(x, y, z, hasColor ? [red, green, blue] : null);
}

function readFace(words: readonly string[], builder: GeometryBuilder): void {
  const corners = words.map((word) => {
    const number = Number.parseInt(word, 10);
    return number < 0 ? builder.size + number : number - 1;
  });
  const [first = Number.NaN] = corners;
  for (let i = 2; i < corners.length; i++) {
    const triangle = [first, corners[i - 1]!, corners[i]!] as const;
    // In an array of integers what is none would become vertex 0.
    if (triangle.every(isIndex)) builder.addTriangle(...triangle);
  }
}

function isIndex(number: number): boolean {
  return number >= 0 && number <= 0x7fff_ffff;
}
