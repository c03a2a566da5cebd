/** Rows of one stretch of a run's log, in order, read in windows of bounded size. @module */

import type { RowBlock, Run, RunLog, ShapeEntry } from '../../history/index.ts';
import { isOfView } from './member.ts';
import type { Stretch } from './stretches.ts';

/** Of a row beside its values: step, time and shape, and where it is in the window. */
const ROW_BYTES = 40;

/** Rows that were read, and where reading goes on. */
interface Window {
  readonly block: Pick<RowBlock, 'steps' | 'timestamps' | 'shapeIds' | 'values'>;
  /** Indexes of rows of the view, and where their values begin. */
  readonly rows: readonly number[];
  readonly offsets: readonly number[];
  readonly next: Position;
}

/** A row of a log: a block and a row in it. */
interface Position {
  readonly block: number;
  readonly row: number;
}

const NOTHING: Window['block'] = {
  steps: new Float64Array(),
  timestamps: new Float64Array(),
  shapeIds: new Uint32Array(),
  values: new Float64Array(),
};

export interface StretchRowsOptions {
  readonly run: Run;
  readonly log: RunLog;
  readonly stretch: Stretch;
  /** Number of a key in the view, by its text. */
  readonly numberOf: (key: string) => number;
  /** Bound on rows in memory; one row at least. */
  readonly windowBytes: number;
}

export class StretchRows {
  /** Of the row in hand; infinite after the last. */
  step = Number.POSITIVE_INFINITY;
  readonly #options: StretchRowsOptions;
  /** By shape id: numbers of its keys. */
  readonly #numbers: (readonly number[] | undefined)[] = [];
  #window: Window = { block: NOTHING, rows: [], offsets: [], next: { block: 0, row: 0 } };
  /** Of the row in hand, in the window. */
  #at = 0;

  constructor(options: StretchRowsOptions) {
    this.#options = options;
  }

  get #shapes(): readonly ShapeEntry[] {
    return this.#options.log.ledger.dictionary.shapes;
  }

  /** Unix seconds, of the row in hand. */
  get timestamp(): number {
    return this.#window.block.timestamps[this.#window.rows[this.#at]!]!;
  }

  /** Takes the first row after a step in hand. */
  async begin(after: number): Promise<void> {
    await this.#load({ block: this.#firstBlock(after), row: 0 });
    while (this.step <= after) await this.next();
  }

  /** Takes the next row in hand; a promise where it must be read first. */
  next(): Promise<void> | undefined {
    this.#at++;
    if (this.#at >= this.#window.rows.length) return this.#load(this.#window.next);
    this.step = this.#window.block.steps[this.#window.rows[this.#at]!]!;
    return undefined;
  }

  /** Gives the values of the row in hand that were not taken back, and says whether there were any. */
  give(take: (key: number, value: number) => void): boolean {
    const { block, rows, offsets } = this.#window;
    const { takenBackFrom } = this.#options.stretch;
    const shapeId = block.shapeIds[rows[this.#at]!]!;
    const { keys } = this.#shapes[shapeId]!;
    const numbers = this.#numbersOf(shapeId);
    let isAny = false;
    for (let column = 0; column < keys.length; column++) {
      if (takenBackFrom !== null && (takenBackFrom.get(keys[column]!) ?? Infinity) <= this.step) continue;
      take(numbers[column]!, block.values[offsets[this.#at]! + column]!);
      isAny = true;
    }
    return isAny;
  }

  #numbersOf(shapeId: number): readonly number[] {
    const { log, numberOf } = this.#options;
    const numbers =
      this.#numbers[shapeId] ??
      this.#shapes[shapeId]!.keys.map((key) => numberOf(log.ledger.dictionary.keys[key]!));
    this.#numbers[shapeId] = numbers;
    return numbers;
  }

  /** The first block of the stretch that may have a row after a step. */
  #firstBlock(after: number): number {
    const { log, stretch } = this.#options;
    const { ledger } = log;
    let index = 0;
    for (; index < ledger.blockCount; index++) {
      const { firstRow, rowCount, ends } = ledger.block(index);
      const endRow = firstRow + rowCount;
      if (endRow <= stretch.firstRow) continue;
      // Where a block has rows of other stretches, its ends may be theirs.
      if (firstRow < stretch.firstRow || endRow > stretch.endRow) break;
      if (ends.some(({ shapeId, step }) => step > after && isOfView(this.#shapes[shapeId]!))) break;
    }
    return index;
  }

  async #load(from: Position): Promise<void> {
    const { run, log, stretch } = this.#options;
    const { ledger } = log;
    let { block: index, row } = from;
    this.step = Number.POSITIVE_INFINITY;
    for (; index < ledger.blockCount && ledger.block(index).firstRow < stretch.endRow; index++) {
      const [block] = await run.readBlocks(log, index, 1);
      this.#window = this.#windowOf(block!, { block: index, row });
      this.#at = 0;
      const [first] = this.#window.rows;
      if (first !== undefined) {
        this.step = this.#window.block.steps[first]!;
        return;
      }
      row = 0;
    }
    this.#window = { block: NOTHING, rows: [], offsets: [], next: { block: index, row: 0 } };
  }

  /** Rows of a block from one on, as many as the bound allows. */
  #windowOf(block: RowBlock, from: Position): Window {
    const { stretch, log, windowBytes } = this.#options;
    const { firstRow } = log.ledger.block(from.block);
    const rows: number[] = [];
    const offsets: number[] = [];
    let bytes = 0;
    let offset = 0;
    let row = 0;
    for (; row < block.rowCount && firstRow + row < stretch.endRow; row++) {
      const shape = this.#shapes[block.shapeIds[row]!]!;
      const width = shape.keys.length;
      if (row >= from.row && firstRow + row >= stretch.firstRow && isOfView(shape)) {
        bytes += ROW_BYTES + 8 * width;
        if (bytes > windowBytes && rows.length > 0) break;
        rows.push(row);
        offsets.push(offset);
      }
      offset += width;
    }
    const isWhole = row === block.rowCount;
    const next = isWhole ? { block: from.block + 1, row: 0 } : { block: from.block, row };
    const whole = rows.length === block.rowCount;
    return whole ? { block, rows, offsets, next } : { ...copied(block, rows, offsets, offset), next };
  }
}

/** The same rows without the rest of their block. `end`: where values of the last one end. */
function copied(
  block: RowBlock,
  rows: readonly number[],
  offsets: readonly number[],
  end: number,
): Omit<Window, 'next'> {
  const [first = 0, firstValue = 0] = [rows[0], offsets[0]];
  const last = (rows.at(-1) ?? first) + 1;
  return {
    block: {
      steps: block.steps.slice(first, last),
      timestamps: block.timestamps.slice(first, last),
      shapeIds: block.shapeIds.slice(first, last),
      values: block.values.slice(firstValue, end),
    },
    rows: rows.map((row) => row - first),
    offsets: offsets.map((offset) => offset - firstValue),
  };
}
