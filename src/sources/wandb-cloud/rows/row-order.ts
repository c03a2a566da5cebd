/** In which order rows of several row groups follow each other, by step or time, and which of equal ones holds. @module */

/** Rows of one row group in a stretch of the order. */
export interface GroupRows {
  readonly group: number;
  /** Rows of the group. */
  readonly rows: Uint32Array;
  /** Parallel: places in the stretch. */
  readonly places: Uint32Array;
}

/** An order as it crosses threads. */
export interface SortedRows {
  /** Axis values of all groups one after another, NaN where a row has none. */
  readonly axis: Float64Array;
  /** Rows among all, by position in the order; null: groups are in order each, and none overlaps another. */
  readonly order: Uint32Array | null;
}

/**
 * Sorts all rows that have an axis value, keeping the last one of each value. Takes as long as sorting does, seconds for
 * millions of rows out of order: not for the main thread. `starts` says where among all rows each group begins, with one
 * more entry for the end.
 */
export function sortRows(axis: Float64Array, starts: readonly number[]): SortedRows {
  if (isInOrder(axis, starts)) return { axis, order: null };
  const order = presentRows(axis).sort((a, b) => axis[a]! - axis[b]! || a - b);
  return { axis, order: withoutRepeats(axis, order) };
}

/**
 * All rows that have an axis value, ascending, one for each value. As exports nearly always are in order, group by
 * group, that costs no memory beyond the axis itself; otherwise it takes four bytes a row more.
 */
export class RowOrder {
  /** Rows in the order. */
  readonly count: number;
  readonly #axis: Float64Array;
  /** By group: its first row among all; one more for the end. */
  readonly #starts: readonly number[];
  /** Rows among all, by position; null: see `#groups`. */
  readonly #order: Uint32Array | null;
  /** Groups one after another, and their first positions. */
  readonly #groups: readonly { readonly group: number; readonly position: number }[];

  /** Where the last row asked for was: the next one is near. */
  #nearGroup = 0;
  #nearPlace = 0;

  /** `starts` as they were sorted with. */
  constructor({ axis, order }: SortedRows, starts: readonly number[]) {
    this.#axis = axis;
    this.#starts = starts;
    this.#order = order;
    this.#groups = order === null ? groupSequence(axis, starts) : [];
    this.count = order?.length ?? axis.length;
  }

  /** The axis value at a position. */
  valueAt(position: number): number {
    return this.#axis[this.#rowAt(position)]!;
  }

  /** The first position whose value is greater. */
  after(value: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.valueAt(middle) > value) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  groupAt(position: number): number {
    return this.#groupOf(this.#rowAt(position));
  }

  /** The rows at positions `from` up to `to`, by group, in the order in which groups first occur. */
  slice(from: number, to: number): readonly GroupRows[] {
    const counts = new Map<number, number>();
    for (let position = from; position < to; position++) {
      const group = this.groupAt(position);
      counts.set(group, (counts.get(group) ?? 0) + 1);
    }
    const parts = new Map<number, GroupRows & { count: number }>();
    for (const [group, count] of counts)
      parts.set(group, { group, rows: new Uint32Array(count), places: new Uint32Array(count), count: 0 });
    for (let position = from; position < to; position++) {
      const row = this.#rowAt(position);
      const part = parts.get(this.#groupOf(row))!;
      part.rows[part.count] = row - this.#starts[part.group]!;
      part.places[part.count++] = position - from;
    }
    return [...parts.values()];
  }

  #rowAt(position: number): number {
    if (this.#order !== null) return this.#order[position]!;
    const near = this.#groups[this.#nearPlace];
    const isNear =
      near !== undefined &&
      near.position <= position &&
      position < (this.#groups[this.#nearPlace + 1]?.position ?? this.count);
    if (!isNear)
      this.#nearPlace = lastAtOrBefore(this.#groups.length, (at) => this.#groups[at]!.position <= position);
    const { group, position: first } = this.#groups[this.#nearPlace]!;
    return this.#starts[group]! + position - first;
  }

  #groupOf(row: number): number {
    const near = this.#nearGroup;
    if (row < this.#starts[near]! || row >= this.#starts[near + 1]!)
      this.#nearGroup = lastAtOrBefore(this.#starts.length - 1, (at) => this.#starts[at]! <= row);
    return this.#nearGroup;
  }
}

/** The last of `count` indices for which `isBefore` holds, as it does for all smaller ones. */
function lastAtOrBefore(count: number, isBefore: (index: number) => boolean): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (isBefore(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Groups that have rows, by their first value, and the position at which each begins. */
function groupSequence(
  axis: Float64Array,
  starts: readonly number[],
): { readonly group: number; readonly position: number }[] {
  const groups = [...starts.keys()].filter((group) => starts[group]! < (starts[group + 1] ?? 0));
  groups.sort((a, b) => axis[starts[a]!]! - axis[starts[b]!]!);
  let position = 0;
  return groups.map((group) => {
    const entry = { group, position };
    position += starts[group + 1]! - starts[group]!;
    return entry;
  });
}

/** Whether each group ascends by itself, and no two of them overlap. */
function isInOrder(axis: Float64Array, starts: readonly number[]): boolean {
  let last = Number.NEGATIVE_INFINITY;
  for (const { group } of groupSequence(axis, starts)) {
    for (let row = starts[group]!; row < starts[group + 1]!; row++) {
      // Also when it is NaN.
      if (!(axis[row]! > last)) return false;
      last = axis[row]!;
    }
  }
  return true;
}

function presentRows(axis: Float64Array): Uint32Array {
  const rows = new Uint32Array(axis.length);
  let count = 0;
  for (let row = 0; row < axis.length; row++) if (!Number.isNaN(axis[row]!)) rows[count++] = row;
  return rows.subarray(0, count);
}

/** The last row of each value, of rows that are sorted. */
function withoutRepeats(axis: Float64Array, sorted: Uint32Array): Uint32Array {
  let count = 0;
  for (const row of sorted) {
    if (count > 0 && axis[sorted[count - 1]!] === axis[row]) count--;
    sorted[count++] = row;
  }
  return sorted.slice(0, count);
}
