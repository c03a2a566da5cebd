/** Where every byte of an event file comes from: stretches of it, each made from a piece of history. @module */

/**
 * What a segment is made from. `rows`: rows of a block and their cells. `superseding`: the same, where they take back what
 * their tags have from their steps on. `markers`: markers of the fold.
 */
export type SegmentKind = 'rows' | 'superseding' | 'markers';

const KINDS: readonly SegmentKind[] = ['rows', 'superseding', 'markers'];

export interface Segment {
  readonly kind: SegmentKind;
  /** The block that has the rows; 0 for markers. */
  readonly block: number;
  /** Rows of the block, or markers: `[from, to)`. */
  readonly from: number;
  readonly to: number;
  /** Offset in the event file. */
  readonly at: number;
  readonly bytes: number;
}

/** Numbers kept per segment: kind, block, from, to, end in the file. */
const WIDTH = 5;

/**
 * Segments in the order of the file. A hundred million points have some ten thousand of them, so they are kept as plain
 * numbers, `WIDTH` for each.
 */
export class SegmentList {
  readonly #numbers: number[];

  /** `numbers`: what `toJSON` gave. */
  constructor(numbers: readonly number[] = []) {
    this.#numbers = [...numbers];
  }

  get length(): number {
    return this.#numbers.length / WIDTH;
  }

  /** Bytes of the event file. */
  get size(): number {
    return this.#numbers.at(-1) ?? 0;
  }

  add({ kind, block, from, to, bytes }: Omit<Segment, 'at'>): void {
    this.#numbers.push(KINDS.indexOf(kind), block, from, to, this.size + bytes);
  }

  /** Forgets all but the first `length`. */
  truncate(length: number): void {
    this.#numbers.length = length * WIDTH;
  }

  /** @throws RangeError when there is no such segment. */
  get(index: number): Segment {
    const first = index * WIDTH;
    const end = this.#numbers[first + 4];
    if (end === undefined) throw new RangeError(`segment: expected below ${this.length}, got ${index}`);
    const at = index === 0 ? 0 : this.#numbers[first - 1]!;
    return {
      kind: KINDS[this.#numbers[first]!]!,
      block: this.#numbers[first + 1]!,
      from: this.#numbers[first + 2]!,
      to: this.#numbers[first + 3]!,
      at,
      bytes: end - at,
    };
  }

  /** Offset in the file of a segment, or of the end. */
  offsetOf(index: number): number {
    return index === 0 ? 0 : this.#numbers[index * WIDTH - 1]!;
  }

  /** Index of the segment that holds an offset of the file below `size`. */
  indexAt(offset: number): number {
    let low = 0;
    let high = this.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#numbers[middle * WIDTH + 4]! > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  toJSON(): readonly number[] {
    return this.#numbers;
  }
}
