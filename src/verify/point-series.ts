/**
 * Points by tag as TensorBoard keeps them: a later point of a tag takes back those at its step and above, and the metadata of a
 * tag's first value is that of all (`tensorboard/data/server/run.rs`). Pure.
 * @module
 */

import { PointBuffer } from '../points/index.ts';

/** A number, as float32; of other values, what tells them apart (`value-text.ts`). */
export type PointValue = number | string;

export interface SeriesPoint {
  readonly step: number;
  /** Unix seconds. */
  readonly wallTime: number;
  readonly value: PointValue;
}

/** `scalar`: all values are numbers; `text`: none is. */
export type SeriesKind = 'scalar' | 'text';

export class PointSeries {
  readonly kind: SeriesKind;
  /** Of its first value, by which TensorBoard goes: see `metadataText`. */
  readonly metadata: string;
  /** Of its newest value. */
  newestMetadata: string;
  readonly #numbers = new PointBuffer();
  readonly #texts: SeriesPoint[] = [];
  #taken = 0;

  constructor(kind: SeriesKind, metadata: string) {
    this.kind = kind;
    this.metadata = metadata;
    this.newestMetadata = metadata;
  }

  /** Points it was given. */
  get taken(): number {
    return this.#taken;
  }

  /** Those that are left. */
  get length(): number {
    return this.kind === 'scalar' ? this.#numbers.length : this.#texts.length;
  }

  pushNumber(step: number, wallTime: number, value: number): void {
    this.#taken++;
    this.#numbers.push(step, wallTime, value);
  }

  pushText(step: number, wallTime: number, value: string): void {
    this.#taken++;
    while ((this.#texts.at(-1)?.step ?? Number.NEGATIVE_INFINITY) >= step) this.#texts.pop();
    this.#texts.push({ step, wallTime, value });
  }

  /** Ascending by step, each step once. */
  *points(): Generator<SeriesPoint> {
    if (this.kind === 'text') return yield* this.#texts;
    const { steps, wallTimes, values } = this.#numbers.points();
    for (let i = 0; i < steps.length; i++)
      yield { step: steps[i]!, wallTime: wallTimes[i]!, value: values[i]! };
  }
}

/** Series by tag. */
export class SeriesSet {
  readonly byTag = new Map<string, PointSeries>();

  /** That of a tag, begun with this metadata where there is none. */
  of(tag: string, kind: SeriesKind, metadata: string): PointSeries {
    const known = this.byTag.get(tag);
    if (known !== undefined) {
      known.newestMetadata = metadata;
      return known;
    }
    const series = new PointSeries(kind, metadata);
    this.byTag.set(tag, series);
    return series;
  }

  /** Points that are left. */
  get length(): number {
    let length = 0;
    for (const series of this.byTag.values()) length += series.length;
    return length;
  }

  /** Points that later ones took back. */
  get superseded(): number {
    let superseded = 0;
    for (const series of this.byTag.values()) superseded += series.taken - series.length;
    return superseded;
  }
}
