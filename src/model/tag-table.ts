/** Which TensorBoard tag each series of a run is shown under. @module */

/** Tag of the text that sums up a run. */
export const OVERVIEW_TAG = 'wandb/overview';
/** Tag of the text that shows a run's config. */
export const CONFIG_TAG = 'wandb/config';
/** Tags by which TensorBoard's HParams plugin knows its summaries. */
export const SESSION_START_TAG = '_hparams_/session_start_info';
export const SESSION_END_TAG = '_hparams_/session_end_info';
/** Never written; a metric of this name would be taken for one. */
const EXPERIMENT_TAG = '_hparams_/experiment';

/** Tags that no series of a run gets. */
const RESERVED_TAGS = [OVERVIEW_TAG, CONFIG_TAG, SESSION_START_TAG, SESSION_END_TAG, EXPERIMENT_TAG];

/** The keys and shapes of a run in the order they were first seen; may grow at the end, never changes before. */
export interface SeriesDictionary {
  readonly keys: readonly string[];
  readonly shapes: readonly {
    readonly kind: 'history' | 'system' | 'string' | 'json';
    readonly keys: readonly number[];
  }[];
}

type SeriesKind = SeriesDictionary['shapes'][number]['kind'];

/**
 * Gives every series a tag of its own: TensorBoard takes a tag's type from its first value and drops values of
 * another type, and W&B lets one key hold numbers now and strings then. A history key keeps its name and a
 * system metric gets `system/` before it; where that name is taken by an earlier series, the newcomer gets
 * `<key>/scalar` or `<key>/text`, and ` (2)`, ` (3)` … after it if that is taken too. Names depend only on the
 * order of first appearance, so they never change while a run grows.
 */
export class TagTable {
  readonly #dictionary: SeriesDictionary;
  readonly #tags = new Map<string, string>();
  readonly #taken = new Set(RESERVED_TAGS);
  readonly #byShape: (readonly string[])[] = [];

  constructor(dictionary: SeriesDictionary) {
    this.#dictionary = dictionary;
  }

  /** Tags parallel to the keys of a shape; none for `json`, which is not shown. */
  tagsOf(shapeId: number): readonly string[] {
    while (this.#byShape.length <= shapeId) this.#nameNextShape();
    return this.#byShape[shapeId]!;
  }

  #nameNextShape(): void {
    const shape = this.#dictionary.shapes[this.#byShape.length];
    if (shape === undefined) throw new RangeError(`shape: expected below ${this.#byShape.length}`);
    const tags = shape.kind === 'json' ? [] : shape.keys.map((key) => this.#tag(shape.kind, key));
    this.#byShape.push(tags);
  }

  #tag(kind: SeriesKind, keyId: number): string {
    const series = `${kind} ${keyId}`;
    let tag = this.#tags.get(series);
    if (tag === undefined) {
      tag = this.#freeTag(kind, this.#dictionary.keys[keyId]!);
      this.#tags.set(series, tag);
      this.#taken.add(tag);
    }
    return tag;
  }

  #freeTag(kind: SeriesKind, key: string): string {
    const plain = kind === 'system' ? `system/${key}` : key;
    if (!this.#taken.has(plain)) return plain;
    const typed = kind === 'string' ? `${plain}/text` : `${plain}/scalar`;
    let tag = typed;
    for (let n = 2; this.#taken.has(tag); n++) tag = `${typed} (${n})`;
    return tag;
  }
}
