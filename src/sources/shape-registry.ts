/** One object per set of keys and writer, for as long as anybody holds it. @module */

import { FIRST_WRITER, type RowShape } from '../core/index.ts';

/** Finds the shape of a row. */
export interface ShapeInterner {
  /** The shape with these keys, which must be unique and in ascending code-unit order. */
  intern(keys: readonly string[]): RowShape;
}

/**
 * Interns row shapes. Shapes are held weakly: whoever keys on their identity keeps them alive, and a source
 * that has seen millions of shapes keeps none of them.
 */
export class ShapeRegistry implements ShapeInterner {
  readonly #shapes = new Map<number, WeakRef<RowShape>[]>();
  readonly #cleanup = new FinalizationRegistry<number>((hash) => this.#forget(hash));

  /** Interns the shapes of what one of several writers logs. */
  ofWriter(writer: number): ShapeInterner {
    return writer === FIRST_WRITER ? this : { intern: (keys) => this.intern(keys, writer) };
  }

  intern(keys: readonly string[], writer = FIRST_WRITER): RowShape {
    const hash = hashKeys(keys) ^ (writer - FIRST_WRITER);
    const candidates = this.#shapes.get(hash);
    for (const candidate of candidates ?? []) {
      const shape = candidate.deref();
      if (shape !== undefined && writerOf(shape) === writer && sameKeys(shape.keys, keys)) return shape;
    }
    const shape: RowShape = Object.freeze({
      keys: Object.freeze([...keys]),
      ...(writer !== FIRST_WRITER && { writer }),
    });
    this.#shapes.set(hash, [...(candidates ?? []), new WeakRef(shape)]);
    this.#cleanup.register(shape, hash);
    return shape;
  }

  #forget(hash: number): void {
    const alive = this.#shapes.get(hash)?.filter((shape) => shape.deref() !== undefined) ?? [];
    if (alive.length === 0) this.#shapes.delete(hash);
    else this.#shapes.set(hash, alive);
  }
}

function writerOf({ writer = FIRST_WRITER }: RowShape): number {
  return writer;
}

function hashKeys(keys: readonly string[]): number {
  let hash = keys.length;
  for (const key of keys) {
    for (let at = 0; at < key.length; at++) hash = (Math.imul(hash, 31) + key.charCodeAt(at)) | 0;
    hash = Math.imul(hash, 31);
  }
  return hash;
}

function sameKeys(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((key, index) => key === b[index]);
}
