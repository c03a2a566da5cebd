/** What files of 3D objects are read into: vertices, triangles between them, and their colors. @module */

export interface Geometry {
  /** x, y, z of each vertex. */
  readonly positions: Float32Array;
  /** Indexes of three vertices for each triangle; none for a cloud of points. */
  readonly triangles: Int32Array;
  /** Red, green, blue of each vertex, 0 to 255; null where the file has no colors. */
  readonly colors: Uint8Array | null;
}

/** As many as a file of 32 MiB can hold in binary, at 12 bytes each, and no more where it repeats them. */
const MAX_READ_VERTICES = 3_000_000;
/** 12 MB of a tensor. */
export const MAX_TRIANGLES = 1_000_000;
/** Of vertices that have no color where others have one: TensorBoard's own for meshes, `#a0a0a0`. */
const NO_COLOR = 160 / 255;

type Color = readonly [red: number, green: number, blue: number];

/** Collects a geometry; what is beyond its limits is left out. */
export class GeometryBuilder {
  readonly #positions = new GrowingNumbers(new Float32Array(1024), 3 * MAX_READ_VERTICES);
  readonly #triangles = new GrowingNumbers(new Int32Array(1024), 3 * MAX_TRIANGLES);
  readonly #colors = new GrowingNumbers(new Float32Array(1024), 3 * MAX_READ_VERTICES);
  #hasColors = false;

  /** Vertices so far. */
  get size(): number {
    return this.#positions.length / 3;
  }

  get isFull(): boolean {
    return this.#positions.isFull || this.#triangles.isFull;
  }

  /** `color`: all of a file are fractions of 1, or all of 255; null for none. */
  addVertex(x: number, y: number, z: number, color: Color | null): void {
    this.#positions.add(x, y, z);
    this.#hasColors ||= color !== null;
    if (color === null) this.#colors.add(Number.NaN, Number.NaN, Number.NaN);
    else this.#colors.add(color[0], color[1], color[2]);
  }

  /** Vertices that do not exist, or not yet, may be named. */
  addTriangle(a: number, b: number, c: number): void {
    this.#triangles.add(a, b, c);
  }

  /** `isOf255`: whether colors of this kind of file go from 0 to 255, where they may be either. */
  build({ isOf255 = false } = {}): Geometry {
    const colors = this.#hasColors ? bytesOf(this.#colors.array as Float32Array, isOf255) : null;
    return {
      positions: this.#positions.array as Float32Array,
      triangles: this.#triangles.array as Int32Array,
      colors,
    };
  }
}

/**
 * Files of most kinds have colors of 0 to 1, W&B's clouds of points such of 0 to 255; some of each kind have the other. Whole
 * numbers are taken for what their kind has.
 */
function bytesOf(colors: Float32Array, isOf255: boolean): Uint8Array {
  const areFractions = colors.some((part) => part > 0 && part < 1);
  const scale = colors.some((part) => part > 1) || (isOf255 && !areFractions) ? 1 : 255;
  const bytes = new Uint8ClampedArray(colors.length);
  for (let i = 0; i < colors.length; i++) {
    const part = colors[i]!;
    bytes[i] = Number.isNaN(part) ? NO_COLOR * 255 : part * scale;
  }
  return new Uint8Array(bytes.buffer);
}

/** Triples of numbers in a typed array that doubles. */
class GrowingNumbers {
  readonly #max: number;
  #numbers: Float32Array | Int32Array;
  #length = 0;

  constructor(start: Float32Array | Int32Array, max: number) {
    this.#numbers = start;
    this.#max = max;
  }

  get length(): number {
    return this.#length;
  }

  get isFull(): boolean {
    return this.#length >= this.#max;
  }

  get array(): Float32Array | Int32Array {
    return this.#numbers.slice(0, this.#length);
  }

  add(a: number, b: number, c: number): void {
    if (this.isFull) return;
    if (this.#length + 3 > this.#numbers.length) this.#grow();
    this.#numbers[this.#length++] = a;
    this.#numbers[this.#length++] = b;
    this.#numbers[this.#length++] = c;
  }

  #grow(): void {
    const Numbers = this.#numbers.constructor as Float32ArrayConstructor | Int32ArrayConstructor;
    const longer = new Numbers(this.#numbers.length * 2);
    longer.set(this.#numbers);
    this.#numbers = longer;
  }
}
