/**
 * Steps of samples of the machine, to which W&B gives none: whole seconds since the start of the run, pushed on where
 * samples of one writer tie. Each writer of a run has its own, as their machines are sampled side by side. Pure.
 * @module
 */

import type { RowBlock } from '../history/index.ts';

/** As it is kept. */
export interface SampleStepsRecord {
  /** By writer, the first one first: step of the newest sample; -1 before it. */
  readonly newest: readonly number[];
  /** The same before each block. */
  readonly blocks: readonly (readonly number[])[];
  /** By shape: step of the newest sample. */
  readonly ends: readonly (readonly [shapeId: number, step: number])[];
}

export class SampleSteps {
  /** From 0 for the first. */
  readonly #writerOf: (shapeId: number) => number;
  readonly #blocks: (readonly number[])[];
  readonly #ends: Map<number, number>;
  #newest: number[];

  /** `writerOf`: of a shape, counted from 0. */
  constructor(writerOf: (shapeId: number) => number, record?: SampleStepsRecord) {
    this.#writerOf = writerOf;
    this.#blocks = [...(record?.blocks ?? [])];
    this.#newest = [...(record?.newest ?? [])];
    this.#ends = new Map(record?.ends);
  }

  get blockCount(): number {
    return this.#blocks.length;
  }

  /** Rows of another block follow. */
  beginBlock(): void {
    this.#blocks.push([...this.#newest]);
  }

  /** The step of the next sample. `seconds`: since the start of the run. */
  add(shapeId: number, seconds: number): number {
    const step = pushed(this.#newest, this.#writerOf(shapeId), seconds);
    this.#ends.set(shapeId, step);
    return step;
  }

  /** Step of the newest sample of a shape; -1 before the first. */
  endOf(shapeId: number): number {
    return this.#ends.get(shapeId) ?? -1;
  }

  /** The steps of a block's rows as TensorBoard has them. `startTime`: of the run, in Unix seconds. */
  stepsOf(
    index: number,
    { rowCount, steps, timestamps, shapeIds }: RowBlock,
    startTime: number,
  ): Float64Array {
    if (this.#ends.size === 0) return steps;
    let all = steps;
    const newest = [...(this.#blocks[index] ?? this.#newest)];
    for (let row = 0; row < rowCount; row++) {
      if (!Number.isNaN(steps[row]!)) continue;
      if (all === steps) all = steps.slice();
      all[row] = pushed(newest, this.#writerOf(shapeIds[row]!), timestamps[row]! - startTime);
    }
    return all;
  }

  record(): SampleStepsRecord {
    return { newest: [...this.#newest], blocks: this.#blocks, ends: [...this.#ends] };
  }

  /** What takes back all that comes from now on. */
  checkpoint(): () => void {
    const [newest, ends, blocks] = [[...this.#newest], [...this.#ends], this.#blocks.length];
    return () => {
      this.#newest = newest;
      this.#blocks.length = blocks;
      this.#ends.clear();
      for (const [shapeId, step] of ends) this.#ends.set(shapeId, step);
    };
  }
}

/** Moves a writer's newest step on, and gives it. */
function pushed(newest: number[], writer: number, seconds: number): number {
  while (newest.length <= writer) newest.push(-1);
  const step = Math.max(Math.floor(seconds), newest[writer]! + 1);
  newest[writer] = step;
  return step;
}
