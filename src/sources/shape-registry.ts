/** One object per set of keys, for as long as anybody holds it. @module */

import type { RowShape } from '../core/index.ts';

/**
 * Interns row shapes. Shapes are held weakly: whoever keys on their identity keeps them alive, and a source
 * that has seen millions of shapes keeps none of them.
 */
export class ShapeRegistry {
  readonly #shapes = new Map<number, WeakRef<RowShape>[]>();
  readonly #cleanup = new FinalizationRegistry<number>((hash) => this.#forget(hash));

  /** The shape with these keys, which must be unique and in ascending code-unit order. */
  intern(keys: readonly string[]): RowShape {
    const hash = hashKeys(keys);
    const candidates = this.#shapes.get(hash);
    for (const candidate of candidates ?? []) {
      const shape = candidate.deref();
      if (shape !== undefined && sameKeys(shape.keys, keys)) return shape;
    }
    const shape: RowShape = Object.freeze({ keys: Object.freeze([...keys]) });
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
