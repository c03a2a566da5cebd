/**
 * Names of nodes as TensorBoard's Graphs page needs them: unique, with a slash where a node is part of another, and none
 * of the characters that have a meaning there (`^` and `:` in inputs, `--` between the ends of an edge).
 * @module
 */

/** Longer ones are cut. */
const MAX_CHARACTERS = 200;
/** The page keeps nodes as members of plain objects, which have these already. */
const OBJECT_NAMES = new Set(Object.getOwnPropertyNames(Object.prototype));

/** Gives each node a name of its own. */
export class NodeNames {
  readonly #taken = new Set<string>();
  /** By wanted name: what was tried after it last. */
  readonly #numbers = new Map<string, number>();

  /** `wanted`: such as `encoder.layers.0`. */
  nameFor(wanted: string): string {
    const plain = pathOf(wanted);
    let name = plain;
    while (this.#taken.has(name)) {
      const number = (this.#numbers.get(plain) ?? 1) + 1;
      this.#numbers.set(plain, number);
      name = `${plain}_${number}`;
    }
    this.#taken.add(name);
    return name;
  }
}

function pathOf(wanted: string): string {
  const parts = wanted.slice(0, MAX_CHARACTERS).split(/[./]+/).map(word);
  return parts.filter((part) => part !== '').join('/') || 'node';
}

/** A text without anything but letters, digits and underscores. */
export function word(text: string): string {
  const plain = text.replace(/[^\p{L}\p{N}_]+/gu, '_');
  return OBJECT_NAMES.has(plain) ? `${plain}_` : plain;
}
