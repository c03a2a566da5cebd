/** The keys and row shapes of one run, numbered in the order they were first seen; only ever grows. @module */

import type { RowShape } from '../../core/index.ts';

/**
 * What has a shape. `history`: rows of `run.history`; `system`: samples of the machine's metrics; `cell`: values of
 * history rows that are not numbers, one key each.
 */
export type ShapeKind = 'history' | 'system' | 'cell';

export interface ShapeEntry {
  readonly kind: ShapeKind;
  /** Indexes into `keys`, ascending by key text. */
  readonly keys: readonly number[];
  /** Of a cell: `string`, `null`, `list`, `object`, or the `_type` W&B gave it; null for rows. */
  readonly type: string | null;
  /** See `RowShape.writer`. */
  readonly writer?: number;
}

/** Keys and shapes by number. */
export class Dictionary {
  readonly keys: string[] = [];
  readonly shapes: ShapeEntry[] = [];
  readonly #keyIds = new Map<string, number>();
  readonly #shapeIds = new Map<string, number>();
  /** Sources hand out one object per shape, so identity answers most look-ups without touching the keys. */
  readonly #byIdentity: Readonly<Record<'history' | 'system', WeakMap<RowShape, number>>> = {
    history: new WeakMap(),
    system: new WeakMap(),
  };

  findKey(key: string): number | undefined {
    return this.#keyIds.get(key);
  }

  findShape(entry: ShapeEntry): number | undefined {
    return this.#shapeIds.get(shapeText(entry));
  }

  /** The id of a row's shape, if it is known. */
  findRowShape(kind: 'history' | 'system', shape: RowShape): number | undefined {
    const known = this.#byIdentity[kind].get(shape);
    if (known !== undefined) return known;
    const keys: number[] = [];
    for (const key of shape.keys) {
      const id = this.#keyIds.get(key);
      if (id === undefined) return undefined;
      keys.push(id);
    }
    const id = this.findShape({ kind, keys, type: null, ...writerOf(shape) });
    if (id !== undefined) this.#byIdentity[kind].set(shape, id);
    return id;
  }

  addKey(key: string): void {
    this.#keyIds.set(key, this.keys.push(key) - 1);
  }

  addShape(entry: ShapeEntry): void {
    this.#shapeIds.set(shapeText(entry), this.shapes.push(entry) - 1);
  }
}

/**
 * New keys and shapes of a commit being prepared, numbered on from a dictionary. The dictionary itself changes only
 * when the commit is applied, so a commit that is never made leaves nothing behind.
 */
export class DictionaryDraft {
  readonly keys: string[] = [];
  readonly shapes: ShapeEntry[] = [];
  readonly #base: Dictionary;
  readonly #keyIds = new Map<string, number>();
  readonly #shapeIds = new Map<string, number>();
  readonly #byIdentity: Readonly<Record<'history' | 'system', Map<RowShape, number>>> = {
    history: new Map(),
    system: new Map(),
  };
  readonly #cellIds = new Map<string, number>();

  constructor(base: Dictionary) {
    this.#base = base;
  }

  /** A shape by its number, of the dictionary or of this draft. */
  shape(id: number): ShapeEntry {
    const { shapes } = this.#base;
    return (id < shapes.length ? shapes[id] : this.shapes[id - shapes.length])!;
  }

  /** The id of a row's shape. */
  rowShapeId(kind: 'history' | 'system', shape: RowShape): number {
    let id = this.#byIdentity[kind].get(shape);
    if (id === undefined) {
      id =
        this.#base.findRowShape(kind, shape) ??
        this.#shapeId({
          kind,
          keys: shape.keys.map((key) => this.#keyId(key)),
          type: null,
          ...writerOf(shape),
        });
      this.#byIdentity[kind].set(shape, id);
    }
    return id;
  }

  /** The id of the shape of a cell in a row of a shape. */
  cellShapeId(type: string, key: string, row: RowShape): number {
    const text = `${row.writer ?? ''} ${type} ${key}`;
    let id = this.#cellIds.get(text);
    if (id === undefined) {
      id = this.#shapeId({ kind: 'cell', keys: [this.#keyId(key)], type, ...writerOf(row) });
      this.#cellIds.set(text, id);
    }
    return id;
  }

  #keyId(key: string): number {
    const known = this.#base.findKey(key) ?? this.#keyIds.get(key);
    if (known !== undefined) return known;
    const id = this.#base.keys.length + this.keys.push(key) - 1;
    this.#keyIds.set(key, id);
    return id;
  }

  #shapeId(entry: ShapeEntry): number {
    const text = shapeText(entry);
    const known = this.#base.findShape(entry) ?? this.#shapeIds.get(text);
    if (known !== undefined) return known;
    const id = this.#base.shapes.length + this.shapes.push(entry) - 1;
    this.#shapeIds.set(text, id);
    return id;
  }
}

function writerOf({ writer }: RowShape): Pick<ShapeEntry, 'writer'> {
  return writer === undefined ? {} : { writer };
}

function shapeText({ kind, keys, type, writer }: ShapeEntry): string {
  return `${writer ?? ''} ${kind} ${keys.join(' ')} ${type ?? ''}`;
}
