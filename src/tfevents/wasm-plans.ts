/** What rows are encoded by in WebAssembly: templates and advance maps, in the form that assembly/encode-rows.ts describes. @module */

import { advanceMap, type Layout } from './scalar-layout.ts';
import type { ScalarRowEncoder } from './scalar-rows.ts';

const MAP_WORDS = 1024;
const MAP_BYTES = 4 * MAP_WORDS + 8 * 4 * 16;
const PLAN_WORDS = 6;
const LAYOUT_WORDS = 8;
const WORDS_PER_VALUE = 3;
/** Vectors begin at multiples of this. */
const ALIGNMENT = 16;

/** Plans in a stretch of memory. When it is full all are forgotten, and made again as they are needed. */
export class WasmPlans {
  readonly #bytes: Uint8Array;
  readonly #words: Uint32Array;
  readonly #start: number;
  readonly #end: number;
  readonly #maps = new Map<number, number>();
  #free: number;
  #epoch = 1;

  constructor(memory: ArrayBuffer, start: number, end: number) {
    this.#bytes = new Uint8Array(memory);
    this.#words = new Uint32Array(memory);
    this.#start = start;
    this.#end = end;
    this.#free = start;
  }

  /** Counts how often all plans were forgotten. */
  get epoch(): number {
    return this.#epoch;
  }

  /** The address of an encoder's plan, which may have no layouts yet. */
  of({ place, tags }: ScalarRowEncoder): number {
    if (place.epoch === this.#epoch) return place.at;
    const at = this.#allocate(4 * PLAN_WORDS);
    this.#words.fill(0, at / 4, at / 4 + PLAN_WORDS);
    this.#words[at / 4 + PLAN_WORDS - 1] = tags.length;
    place.at = at;
    place.epoch = this.#epoch;
    return at;
  }

  /** Gives a plan the layout for a step; false where it has that, or where its rows are too long to be kept here. */
  complete(encoder: ScalarRowEncoder, step: number): boolean {
    const layout = encoder.layoutFor(step);
    const needed = bytesOf(layout);
    if (needed > (this.#end - this.#start) / 2) return false;
    if (this.#free + needed > this.#end) this.#forget();
    const slot = this.of(encoder) / 4 + layout.stepLength;
    if (this.#words[slot] !== 0) return false;
    this.#words[slot] = this.#put(layout);
    return true;
  }

  #put(layout: Layout): number {
    const { template, valueAt, advance, constant } = layout;
    const templateAt = this.#allocate(template.length);
    this.#bytes.set(template, templateAt);
    const at = this.#allocate(4 * (LAYOUT_WORDS + WORDS_PER_VALUE * valueAt.length));
    const head = [template.length, valueAt.length, templateAt, layout.stepLength, layout.headConstant];
    const maps = [layout.wallLowAdvance, layout.wallHighAdvance, layout.stepAdvance];
    this.#words.set([...head, ...maps.map((map) => this.#map(map))], at / 4);
    valueAt.forEach((place, i) => {
      const value = [place, this.#map(advance[i]!), constant[i]!];
      this.#words.set(value, at / 4 + LAYOUT_WORDS + WORDS_PER_VALUE * i);
    });
    return at;
  }

  /** `from`: where the map begins in `ADVANCE.maps`. */
  #map(from: number): number {
    const known = this.#maps.get(from);
    if (known !== undefined) return known;
    const map = advanceMap(from);
    const at = this.#allocate(MAP_BYTES);
    this.#words.set(map, at / 4);
    this.#bytes.set(nibbleTables(map), at + 4 * MAP_WORDS);
    this.#maps.set(from, at);
    return at;
  }

  #allocate(bytes: number): number {
    if (this.#free + bytes > this.#end) this.#forget();
    const at = this.#free;
    this.#free = Math.ceil((at + bytes) / ALIGNMENT) * ALIGNMENT;
    return at;
  }

  #forget(): void {
    this.#maps.clear();
    this.#free = this.#start;
    this.#epoch++;
  }
}

/** Of all that a layout may need: with its maps, with the plan, and what alignment takes. */
function bytesOf({ template, valueAt }: Layout): number {
  const words = PLAN_WORDS + LAYOUT_WORDS + WORDS_PER_VALUE * valueAt.length;
  return template.length + 4 * words + 3 * ALIGNMENT + MAP_BYTES * (valueAt.length + 3);
}

/** A map as tables of sixteen bytes: for each nibble of the register, from the lowest, those of each byte of its image. */
function nibbleTables(map: Int32Array): Uint8Array {
  const tables = new Uint8Array(8 * 4 * 16);
  for (let nibble = 0; nibble < 8; nibble++) {
    for (let value = 0; value < 16; value++) {
      const image = map[(nibble >> 1) * 256 + (value << (4 * (nibble & 1)))]!;
      for (let byte = 0; byte < 4; byte++) tables[64 * nibble + 16 * byte + value] = image >>> (8 * byte);
    }
  }
  return tables;
}
