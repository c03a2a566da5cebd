/**
 * Which values of media an event file holds. TensorBoard reads a file whole and keeps ten pictures of a tag, so a file has the
 * first ones and then ever rarer ones; the data provider has them all. Pure.
 *
 * What is in a file is decided by what came before alone, and never again: by the place of a value among those of its shape,
 * by how large it is, and by what the file holds already.
 * @module
 */

import { createHash } from 'node:crypto';
import type { LeftOutValues } from '../plugins/index.ts';

/** `sampled`: values as above. `none`: none that are sampled. `all`: all. Each within the bounds on bytes. */
export type MediaMode = 'sampled' | 'all' | 'none';

export interface MediaPolicy {
  readonly mode: MediaMode;
  /** Values of a shape that come first, and as many again each time that twice as many were logged. */
  readonly samples: number;
  /** Bytes of a single value. */
  readonly maxValueBytes: number;
  /** Bytes of all such values of one file. */
  readonly maxFileBytes: number;
}

export const DEFAULT_MEDIA: MediaPolicy = {
  mode: 'sampled',
  // As many as TensorBoard keeps.
  samples: 10,
  maxValueBytes: 10 * 1024 * 1024,
  // TensorBoard reads as much in a tenth of a second or two, and has the scalars after it then.
  maxFileBytes: 32 * 1024 * 1024,
};

/** Room is kept for values until a thousand times as many were logged as come first. */
const DOUBLINGS_WITH_ROOM = 10;

/** No value that is sampled. */
export const NO_MEDIA: MediaPolicy = { ...DEFAULT_MEDIA, mode: 'none' };

/** Tells event files apart that hold other values for the same history; '' for the usual ones. */
export function mediaId(policy: MediaPolicy): string {
  const text = policyText(policy);
  if (text === policyText(DEFAULT_MEDIA)) return '';
  return createHash('sha256').update(text).digest('hex').slice(0, 6);
}

function policyText({ mode, samples, maxValueBytes, maxFileBytes }: MediaPolicy): string {
  return JSON.stringify([mode, samples, maxValueBytes, maxFileBytes]);
}

/** As it is kept. */
export interface CellSamplesRecord {
  /** By shape id: values so far, and those left out for either reason. */
  readonly counts: readonly (readonly [seen: number, sampled: number, tooLarge: number])[];
  /** Bytes of values in the file. */
  readonly bytes: number;
  /** By block: indexes of the cells in the file. */
  readonly shown: readonly (readonly [block: number, cells: readonly number[]])[];
}

export class CellSamples {
  readonly #policy: MediaPolicy;
  readonly #counts: [seen: number, sampled: number, tooLarge: number][];
  readonly #shown: Map<number, Set<number>>;
  #bytes: number;

  constructor(policy: MediaPolicy, record?: CellSamplesRecord) {
    this.#policy = policy;
    this.#counts = (record?.counts ?? []).map(([seen, sampled, tooLarge]) => [seen, sampled, tooLarge]);
    this.#shown = new Map((record?.shown ?? []).map(([block, cells]) => [block, new Set(cells)]));
    this.#bytes = record?.bytes ?? 0;
  }

  /** Values of a shape that were logged so far. */
  seen(shapeId: number): number {
    return this.#counts[shapeId]?.[0] ?? 0;
  }

  /** Whether the value of a shape with this ordinal may be in the file. */
  isDue(ordinal: number): boolean {
    const { mode, samples } = this.#policy;
    if (mode !== 'sampled') return mode === 'all';
    if (ordinal < samples) return true;
    const rarity = 2 ** Math.floor(Math.log2(ordinal / samples));
    return ordinal % rarity === 0;
  }

  /** The next value of a shape; `bytesOf` tells how long its events are. Says whether it is in the file. */
  add(shapeId: number, block: number, cell: number, bytesOf: () => number): boolean {
    const counts = this.#countsOf(shapeId);
    if (!this.isDue(counts[0]++)) {
      counts[1]++;
      return false;
    }
    const bytes = bytesOf();
    if (bytes > this.#policy.maxValueBytes || this.#bytes + bytes > this.#roomAt(counts[0] - 1)) {
      counts[2]++;
      return false;
    }
    this.#bytes += bytes;
    const cells = this.#shown.get(block);
    if (cells === undefined) this.#shown.set(block, new Set([cell]));
    else cells.add(cell);
    return true;
  }

  /**
   * Bytes that a file may hold when the value with an ordinal is added: half of all for the first samples, and more each time
   * that twice as many were logged, so that large pictures of a run's start leave room for later ones.
   */
  #roomAt(ordinal: number): number {
    const { mode, samples, maxFileBytes } = this.#policy;
    if (mode !== 'sampled') return maxFileBytes;
    const doublings = ordinal < samples ? 0 : Math.floor(Math.log2(ordinal / samples)) + 1;
    return maxFileBytes * Math.min(1, (DOUBLINGS_WITH_ROOM + doublings) / (2 * DOUBLINGS_WITH_ROOM));
  }

  isShown(block: number, cell: number): boolean {
    return this.#shown.get(block)?.has(cell) ?? false;
  }

  /** Blocks from one on that have cells in the file, ascending. */
  *blocksFrom(first: number): Generator<number> {
    for (const block of this.#shown.keys()) if (block >= first) yield block;
  }

  /** Values that the file leaves out. */
  leftOut(): readonly LeftOutValues[] {
    return this.#counts.flatMap(([, sampled, tooLarge], shapeId) =>
      sampled + tooLarge === 0 ? [] : [{ shapeId, sampled, tooLarge }],
    );
  }

  record(): CellSamplesRecord {
    return {
      counts: this.#counts.map(([seen, sampled, tooLarge]) => [seen, sampled, tooLarge]),
      bytes: this.#bytes,
      shown: [...this.#shown].map(([block, cells]) => [block, [...cells]]),
    };
  }

  /** What takes back all that is added from now on to blocks from one on. */
  checkpoint(firstBlock: number): () => void {
    const counts = this.#counts.map((count) => [...count] as [number, number, number]);
    const bytes = this.#bytes;
    return () => {
      this.#counts.splice(0, this.#counts.length, ...counts);
      this.#bytes = bytes;
      for (const block of this.#shown.keys()) if (block >= firstBlock) this.#shown.delete(block);
    };
  }

  #countsOf(shapeId: number): [number, number, number] {
    while (this.#counts.length <= shapeId) this.#counts.push([0, 0, 0]);
    return this.#counts[shapeId]!;
  }
}
