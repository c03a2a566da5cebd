/** Gathers the numbers of one row and finds the shape they have. @module */

import type { RowShape } from '../core/index.ts';
import type { ShapeInterner } from './shape-registry.ts';

/** A shape together with the name ids of its keys, in the order of the keys. */
interface KnownShape {
  readonly shape: RowShape;
  readonly nameIds: Int32Array;
}

/**
 * Values by name id, stamped with the serial number of their row: clearing is free, and a shape is found by
 * an order-independent hash, because wandb-core writes the items of a row in random order.
 */
export class RowAssembler {
  /** Where the value of a name id goes before `mark` is called for it. */
  values = new Float64Array(64);

  readonly #shapes: ShapeInterner;
  readonly #known = new Map<number, KnownShape[]>();
  #stamps = new Int32Array(64);
  /** The name ids of this row, as they came. */
  #nameIds = new Int32Array(64);
  #serial = 0;
  #count = 0;
  #last: KnownShape | null = null;

  constructor(shapes: ShapeInterner) {
    this.#shapes = shapes;
  }

  /** Starts a row whose name ids are all below `nameCount`. */
  begin(nameCount: number): void {
    if (nameCount > this.#stamps.length) this.reserve(nameCount);
    this.#serial++;
    this.#count = 0;
  }

  /** Makes room for name ids below `nameCount`, also amid a row. */
  reserve(nameCount: number): void {
    if (nameCount <= this.#stamps.length) return;
    const stamps = new Int32Array(nameCount * 2);
    const values = new Float64Array(nameCount * 2);
    const nameIds = new Int32Array(nameCount * 2);
    stamps.set(this.#stamps);
    values.set(this.values);
    nameIds.set(this.#nameIds);
    this.#stamps = stamps;
    this.values = values;
    this.#nameIds = nameIds;
  }

  /** Says that `values[nameId]` belongs to this row; false when it already did. */
  mark(nameId: number): boolean {
    if (this.#stamps[nameId] === this.#serial) return false;
    this.#stamps[nameId] = this.#serial;
    this.#nameIds[this.#count++] = nameId;
    return true;
  }

  /** Whether `values[nameId]` belongs to this row. */
  has(nameId: number): boolean {
    return this.#stamps[nameId] === this.#serial;
  }

  /** Takes a value out of this row again. */
  drop(nameId: number): void {
    if (!this.has(nameId)) return;
    this.#stamps[nameId] = this.#serial - 1;
    const place = this.#ids().indexOf(nameId);
    this.#nameIds[place] = this.#nameIds[--this.#count]!;
  }

  /** The row's shape and its values in the order of the shape's keys; `name` tells a key by its id. */
  finish(name: (nameId: number) => string): { readonly shape: RowShape; readonly values: number[] } {
    const known = this.#find() ?? this.#learn(name);
    this.#last = known;
    const { nameIds } = known;
    const values = new Array<number>(nameIds.length);
    for (let index = 0; index < nameIds.length; index++) values[index] = this.values[nameIds[index]!]!;
    return { shape: known.shape, values };
  }

  #find(): KnownShape | undefined {
    if (this.#last !== null && this.#fits(this.#last)) return this.#last;
    return this.#known.get(this.#hash())?.find((known) => this.#fits(known));
  }

  /** A sum, because it does not depend on the order; of scrambled ids, so that few sets share one. */
  #hash(): number {
    let hash = 0;
    for (const nameId of this.#ids()) {
      const spread = Math.imul(nameId + 1, 0x9e3779b1);
      hash = (hash + Math.imul(spread ^ (spread >>> 15), 0x85ebca6b)) | 0;
    }
    return hash;
  }

  #ids(): Int32Array {
    return this.#nameIds.subarray(0, this.#count);
  }

  #fits(known: KnownShape): boolean {
    const { nameIds } = known;
    if (nameIds.length !== this.#count) return false;
    for (let index = 0; index < nameIds.length; index++) {
      if (this.#stamps[nameIds[index]!] !== this.#serial) return false;
    }
    return true;
  }

  #learn(name: (nameId: number) => string): KnownShape {
    const named = Array.from(this.#ids(), (id) => ({ id, key: name(id) }));
    named.sort((a, b) => (a.key < b.key ? -1 : 1));
    const known = {
      shape: this.#shapes.intern(named.map((entry) => entry.key)),
      nameIds: Int32Array.from(named, (entry) => entry.id),
    };
    const hash = this.#hash();
    this.#known.set(hash, [...(this.#known.get(hash) ?? []), known]);
    return known;
  }
}
