/** The keys and row shapes of one run, numbered in the order they were first seen; only ever grows. @module */

import { createHash } from 'node:crypto';
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

/** What a dictionary holds. Grows at its end as long as one dictionary alone has it. */
class Content {
  readonly keys: string[];
  readonly shapes: ShapeEntry[];
  readonly keyIds: Map<string, number>;
  readonly shapeIds: Map<string, number>;
  /** Sources hand out one object per shape, so identity answers most look-ups without touching the keys. */
  readonly byIdentity: Readonly<Record<'history' | 'system', WeakMap<RowShape, number>>> = {
    history: new WeakMap(),
    system: new WeakMap(),
  };

  constructor(from?: Content) {
    this.keys = [...(from?.keys ?? [])];
    this.shapes = [...(from?.shapes ?? [])];
    this.keyIds = new Map(from?.keyIds);
    this.shapeIds = new Map(from?.shapeIds);
  }
}

/** Equal for equal content. */
function fingerprintOf(keys: readonly string[], shapes: readonly ShapeEntry[]): string {
  return createHash('sha256')
    .update(JSON.stringify([keys, shapes.map(shapeText)]))
    .digest('base64');
}

/** Content that dictionaries have in common, as long as any has it, by its fingerprint. */
const SHARED = new Map<string, WeakRef<Content>>();
const unused = new FinalizationRegistry<string>((fingerprint) => {
  if (SHARED.get(fingerprint)?.deref() === undefined) SHARED.delete(fingerprint);
});

/** Keys and shapes by number. */
export class Dictionary {
  #content = new Content();
  #isShared = false;
  #hasCompany = false;

  get keys(): readonly string[] {
    return this.#content.keys;
  }

  get shapes(): readonly ShapeEntry[] {
    return this.#content.shapes;
  }

  /** Whether it has its content in common with others that hold the same. */
  get hasCompany(): boolean {
    return this.#hasCompany;
  }

  /** What tables of keys and shapes are to be kept by: dictionaries that share their content share those too. */
  get content(): { readonly keys: readonly string[]; readonly shapes: readonly ShapeEntry[] } {
    return this.#content;
  }

  findKey(key: string): number | undefined {
    return this.#content.keyIds.get(key);
  }

  findShape(entry: ShapeEntry): number | undefined {
    return this.#content.shapeIds.get(shapeText(entry));
  }

  /** The id of a row's shape, if it is known. */
  findRowShape(kind: 'history' | 'system', shape: RowShape): number | undefined {
    const { byIdentity, keyIds } = this.#content;
    const known = byIdentity[kind].get(shape);
    if (known !== undefined) return known;
    const keys: number[] = [];
    for (const key of shape.keys) {
      const id = keyIds.get(key);
      if (id === undefined) return undefined;
      keys.push(id);
    }
    const id = this.findShape({ kind, keys, type: null, ...writerOf(shape) });
    if (id !== undefined) byIdentity[kind].set(shape, id);
    return id;
  }

  /**
   * Adds keys and shapes at the end. Where they are all there is, and others hold the same, nothing is made anew: see
   * `share`.
   */
  add(keys: readonly string[], shapes: readonly ShapeEntry[]): void {
    if (keys.length + shapes.length === 0 || this.#joins(keys, shapes)) return;
    const content = this.#own();
    for (const key of keys) content.keyIds.set(key, content.keys.push(key) - 1);
    for (const entry of shapes) content.shapeIds.set(shapeText(entry), content.shapes.push(entry) - 1);
  }

  #joins(keys: readonly string[], shapes: readonly ShapeEntry[]): boolean {
    const isEmpty = this.#content.keys.length + this.#content.shapes.length === 0;
    if (!isEmpty || shapes.length === 0) return false;
    const known = SHARED.get(fingerprintOf(keys, shapes))?.deref();
    if (known === undefined) return false;
    this.#content = known;
    this.#isShared = true;
    this.#hasCompany = true;
    return true;
  }

  /**
   * Has its content in common with dictionaries that hold the same: runs of one script log the same keys, and there may be
   * ten thousand of them. One that grows afterwards goes on with a copy.
   */
  share(): void {
    if (this.#isShared || this.#content.shapes.length === 0) return;
    const fingerprint = fingerprintOf(this.#content.keys, this.#content.shapes);
    const known = SHARED.get(fingerprint)?.deref();
    if (known === undefined) {
      SHARED.set(fingerprint, new WeakRef(this.#content));
      unused.register(this.#content, fingerprint);
    } else this.#content = known;
    this.#isShared = true;
    this.#hasCompany = known !== undefined;
  }

  #own(): Content {
    if (this.#isShared) this.#content = new Content(this.#content);
    this.#isShared = false;
    this.#hasCompany = false;
    return this.#content;
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
