/**
 * Which values of a run a later row took back: a key that is logged again at a step it has already has its new values from
 * that step on, writer by writer. Event files find by the same rule (`TagEnds`) which of their rows supersede.
 * @module
 */

import { FIRST_WRITER, type TurnBudget } from '../core/index.ts';
import { CellWalk, TagEnds } from '../eventfile/index.ts';
import type { Dictionary, RowBlock } from '../history/index.ts';

/** A row, or a cell of one, that takes back what its keys have from its step on. */
interface Superseding {
  /** Ordinal of the row in the log. */
  readonly row: number;
  readonly step: number;
  readonly shapeId: number;
}

interface WriterEnds {
  readonly ends: TagEnds;
  lastStep: number;
}

/** Whether a value is taken back by a later row. `row`: index in its block. */
export type IsTakenBack = (shapeId: number, keyId: number, step: number, row: number) => boolean;

/** Kept of a run: as many entries as rows that went back, times the shapes logged from there on. */
export class TakenBack {
  readonly #dictionary: Dictionary;
  /** Ascending by row. */
  readonly #superseding: Superseding[] = [];
  readonly #writers = new Map<number, WriterEnds>();

  constructor(dictionary: Dictionary) {
    this.#dictionary = dictionary;
  }

  /** Takes the next block. `firstRow`: ordinal of its first row in the log. */
  async add(block: RowBlock, firstRow: number, budget: TurnBudget, signal: AbortSignal): Promise<void> {
    const cells = new CellWalk(block, 0);
    for (let row = 0; row < block.rowCount; row++) {
      const step = block.steps[row]!;
      if (Number.isNaN(step)) continue;
      const shapeId = block.shapeIds[row]!;
      const writer = this.#writer(shapeId);
      if (step <= writer.lastStep) writer.ends.goBack(firstRow + row);
      writer.lastStep = step;
      this.#log(writer.ends, { shapeId, step, row: firstRow + row });
      for (const cell of cells.of(row))
        this.#log(writer.ends, { shapeId: cell.shapeId, step, row: firstRow + row });
      if (budget.isSpent) await budget.next(signal);
    }
  }

  /** For the values of a block; null where none of them is taken back. */
  within(block: RowBlock, firstRow: number): IsTakenBack | null {
    let maxStep = Number.NEGATIVE_INFINITY;
    for (const step of block.steps) if (step > maxStep) maxStep = step;
    const byKey = new Map<string, Superseding[]>();
    for (const later of this.#superseding) {
      if (later.row <= firstRow || later.step > maxStep) continue;
      for (const keyId of this.#dictionary.shapes[later.shapeId]!.keys) {
        const name = this.#name(later.shapeId, keyId);
        const known = byKey.get(name);
        if (known === undefined) byKey.set(name, [later]);
        else known.push(later);
      }
    }
    if (byKey.size === 0) return null;
    return (shapeId, keyId, step, row) => {
      const all = byKey.get(this.#name(shapeId, keyId)) ?? [];
      return all.some((later) => later.row > firstRow + row && later.step <= step);
    };
  }

  #log(ends: TagEnds, logged: Superseding): void {
    if (ends.log(logged.shapeId, logged.step, logged.row)) this.#superseding.push(logged);
  }

  #name(shapeId: number, keyId: number): string {
    return `${this.#writerOf(shapeId)} ${keyId}`;
  }

  #writerOf(shapeId: number): number {
    return this.#dictionary.shapes[shapeId]!.writer ?? FIRST_WRITER;
  }

  #writer(shapeId: number): WriterEnds {
    const id = this.#writerOf(shapeId);
    let writer = this.#writers.get(id);
    if (writer === undefined) {
      const keysOf = (shape: number) => this.#dictionary.shapes[shape]!.keys.map(String);
      writer = { ends: new TagEnds(keysOf), lastStep: Number.NEGATIVE_INFINITY };
      this.#writers.set(id, writer);
    }
    return writer;
  }
}
