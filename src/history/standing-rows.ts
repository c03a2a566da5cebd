/** What outlives a restart of history: samples of the machine, and notes about the run itself. @module */

import type { ShapeEntry } from './dictionary.ts';
import { isStanding, type Note, type RowBlock } from './row-block.ts';

export interface StandingRow {
  readonly step: number;
  readonly timestamp: number;
  readonly shapeId: number;
  readonly values: Float64Array;
}

/** Collects from blocks what stands from a step on. Steps are unique here, so what was repeated counts once. */
export class StandingRows {
  readonly #fromStep: number;
  readonly #rows = new Map<number, StandingRow>();
  readonly #notes = new Map<number, Note>();

  constructor(fromStep: number) {
    this.#fromStep = fromStep;
  }

  /** Ascending by step. */
  get rows(): readonly StandingRow[] {
    return [...this.#rows.values()].sort((a, b) => a.step - b.step);
  }

  /** Ascending by step. */
  get notes(): readonly Note[] {
    return [...this.#notes.values()].sort((a, b) => a.step - b.step);
  }

  collect(block: RowBlock, shapes: readonly ShapeEntry[]): void {
    let valuesAt = 0;
    for (let row = 0; row < block.rowCount; row++) {
      const shapeId = block.shapeIds[row]!;
      const { kind, keys } = shapes[shapeId]!;
      const step = block.steps[row]!;
      if (kind === 'system' && step >= this.#fromStep) {
        const values = block.values.slice(valuesAt, valuesAt + keys.length);
        this.#rows.set(step, { step, timestamp: block.timestamps[row]!, shapeId, values });
      }
      valuesAt += keys.length;
    }
    for (const note of block.notes) {
      if (isStanding(note.kind) && note.step >= this.#fromStep) this.#notes.set(note.step, note);
    }
  }
}
