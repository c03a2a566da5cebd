/** The keys and row shapes of one run, numbered in the order they were first seen; only ever grows. @module */

import type { RowShape } from '../core/index.ts';

/**
 * What has a shape. `history`: rows of `run.history`; `system`: samples of the machine's metrics; `string` and
 * `json`: values that are no numbers, one key each.
 */
export type ShapeKind = 'history' | 'system' | 'string' | 'json';

export interface ShapeEntry {
  readonly kind: ShapeKind;
  /** Indexes into `keys`, ascending by key text. */
  readonly keys: readonly number[];
}

export class Dictionary {
  readonly keys: string[] = [];
  readonly shapes: ShapeEntry[] = [];
  readonly #keyIds = new Map<string, number>();
  readonly #shapeIds = new Map<string, number>();
  /** Sources hand out one object per shape, so identity answers most look-ups without touching the keys. */
  readonly #known: Readonly<Record<'history' | 'system', WeakMap<RowShape, number>>> = {
    history: new WeakMap(),
    system: new WeakMap(),
  };

  keyId(key: string): number {
    let id = this.#keyIds.get(key);
    if (id === undefined) {
      id = this.keys.push(key) - 1;
      this.#keyIds.set(key, id);
    }
    return id;
  }

  /** The id of a row's shape. */
  shapeId(kind: 'history' | 'system', shape: RowShape): number {
    let id = this.#known[kind].get(shape);
    if (id === undefined) {
      id = this.addShape({ kind, keys: shape.keys.map((key) => this.keyId(key)) });
      this.#known[kind].set(shape, id);
    }
    return id;
  }

  /** The id of the shape of a value that is no number. */
  cellShapeId(kind: 'string' | 'json', key: string): number {
    return this.addShape({ kind, keys: [this.keyId(key)] });
  }

  /** The id of a shape given by key ids, new or known. */
  addShape(entry: ShapeEntry): number {
    const text = `${entry.kind} ${entry.keys.join(' ')}`;
    let id = this.#shapeIds.get(text);
    if (id === undefined) {
      id = this.shapes.push(entry) - 1;
      this.#shapeIds.set(text, id);
    }
    return id;
  }
}
