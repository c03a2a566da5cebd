/**
 * Which tags an event file has of values that only reading them tells: a video may be a picture that moves or be named in a
 * text, a table may have curves, a file may be no mesh at all. Pure.
 * @module
 */

/** Points of a tag in the file, of cells of a shape. */
export interface WrittenTag {
  readonly tag: string;
  readonly shapeId: number;
  readonly points: number;
}

/** As it is kept. */
export interface WrittenTagsRecord {
  readonly tags: readonly WrittenTag[];
  /** Values that came to nothing, by shape. */
  readonly empty: readonly (readonly [shapeId: number, values: number])[];
}

export class WrittenTags {
  #tags: Map<string, WrittenTag>;
  #empty: Map<number, number>;

  constructor(record?: WrittenTagsRecord) {
    this.#tags = new Map((record?.tags ?? []).map((written) => [idOf(written), written]));
    this.#empty = new Map(record?.empty ?? []);
  }

  get tags(): Iterable<WrittenTag> {
    return this.#tags.values();
  }

  get empty(): ReadonlyMap<number, number> {
    return this.#empty;
  }

  /** Takes note of what a value of a shape came to. `isInFile`: whether all that it comes to is in the file. */
  add(shapeId: number, tags: readonly string[], isInFile: boolean): void {
    for (const tag of tags) {
      const points = (this.#tags.get(idOf({ tag, shapeId }))?.points ?? 0) + 1;
      this.#tags.set(idOf({ tag, shapeId }), { tag, shapeId, points });
    }
    if (isInFile && tags.length === 0) this.#empty.set(shapeId, (this.#empty.get(shapeId) ?? 0) + 1);
  }

  record(): WrittenTagsRecord {
    return { tags: [...this.#tags.values()], empty: [...this.#empty] };
  }

  /** What takes back all that is added from now on. */
  checkpoint(): () => void {
    const [tags, empty] = [new Map(this.#tags), new Map(this.#empty)];
    return () => {
      this.#tags = tags;
      this.#empty = empty;
    };
  }
}

function idOf({ tag, shapeId }: Pick<WrittenTag, 'tag' | 'shapeId'>): string {
  return `${shapeId} ${tag}`;
}
