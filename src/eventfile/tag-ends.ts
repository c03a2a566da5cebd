/**
 * Where every tag of a run was last logged, so that it is known which rows log one again at a step it already has. Pure.
 *
 * Kept by shape, not by tag: a row says by one entry where all of its tags ended. What a single tag's end is matters only
 * after history went back, and then only for the first row of each shape.
 * @module
 */

/** As it is kept. By shape id; -1 where a shape was not met. */
export interface TagEndsRecord {
  readonly steps: readonly number[];
  /** Ordinals of the rows that the steps are of. */
  readonly rows: readonly number[];
  /** Ordinal of the first row since history last went back; 0 where it never did. */
  readonly since: number;
}

export class TagEnds {
  readonly #tagsOf: (shapeId: number) => readonly string[];
  readonly #steps: number[];
  readonly #rows: number[];
  #since: number;
  /** Shapes by tag, of those met so far; made when it is first needed, as history of most runs never goes back. */
  #shapes: Map<string, number[]> | undefined;

  /** `tagsOf`: see `TagTable.tagsOf`. */
  constructor(tagsOf: (shapeId: number) => readonly string[], record?: TagEndsRecord) {
    this.#tagsOf = tagsOf;
    this.#steps = [...(record?.steps ?? [])];
    this.#rows = [...(record?.rows ?? [])];
    this.#since = record?.since ?? 0;
  }

  /** Shapes of which something was logged. */
  get shapeIds(): readonly number[] {
    return this.#rows.flatMap((row, shapeId) => (row < 0 ? [] : [shapeId]));
  }

  /** History goes back: the next row has this ordinal. */
  goBack(row: number): void {
    this.#since = row;
  }

  /** A row or cell of a shape is logged. Says whether one of its tags was logged at this step, or a later one, before. */
  log(shapeId: number, step: number, row: number): boolean {
    const earlier = this.#rows[shapeId] ?? -1;
    // Steps ascend from where history last went back, so tags logged since then are behind.
    const supersedes = earlier < this.#since && this.#since > 0 && this.#endOf(shapeId) >= step;
    if (earlier < 0) this.#meet(shapeId);
    this.#steps[shapeId] = step;
    this.#rows[shapeId] = row;
    return supersedes;
  }

  record(): TagEndsRecord {
    return { steps: [...this.#steps], rows: [...this.#rows], since: this.#since };
  }

  /** The latest step at which one of a shape's tags was last logged. */
  #endOf(shapeId: number): number {
    let end = -1;
    for (const tag of this.#tagsOf(shapeId)) end = Math.max(end, this.#endOfTag(tag));
    return end;
  }

  #endOfTag(tag: string): number {
    let [step, newest] = [-1, -1];
    for (const shapeId of this.#shapesByTag().get(tag) ?? []) {
      if (this.#rows[shapeId]! <= newest) continue;
      newest = this.#rows[shapeId]!;
      step = this.#steps[shapeId]!;
    }
    return step;
  }

  #meet(shapeId: number): void {
    while (this.#rows.length <= shapeId) {
      this.#rows.push(-1);
      this.#steps.push(-1);
    }
    if (this.#shapes !== undefined) this.#index(this.#shapes, shapeId);
  }

  #shapesByTag(): ReadonlyMap<string, readonly number[]> {
    if (this.#shapes === undefined) {
      this.#shapes = new Map();
      for (const shapeId of this.shapeIds) this.#index(this.#shapes, shapeId);
    }
    return this.#shapes;
  }

  #index(shapes: Map<string, number[]>, shapeId: number): void {
    for (const tag of this.#tagsOf(shapeId)) {
      const sharing = shapes.get(tag);
      if (sharing === undefined) shapes.set(tag, [shapeId]);
      else sharing.push(shapeId);
    }
  }
}
