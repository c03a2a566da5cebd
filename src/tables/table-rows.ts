/** The rows of a table, from the blocks of its runs' logs: in the order of the runs, and of each as they were logged. @module */

import { FIRST_WRITER, type TurnBudget } from '../core/index.ts';
import { CellWalk } from '../eventfile/index.ts';
import type { BlockCell, Dictionary, RowBlock, RunLog } from '../history/index.ts';
import { JsonCell, type TableColumns, type TableRow, type TableValue } from './columns.ts';
import { logOf, type TableRun } from './table-run.ts';
import { type IsTakenBack, TakenBack } from './taken-back.ts';

/** Blocks read in one go: some 400 KiB. */
const BLOCKS_PER_READ = 4;

/** Where a row stands in the logs of a table's runs. */
export interface RowPlace {
  /** Index of the run. */
  readonly run: number;
  readonly block: number;
  /** Index of the row in its block. */
  readonly row: number;
}

/** Rows of one block. They are made one by one as they are asked for. */
export interface BlockRows {
  readonly run: number;
  readonly block: number;
  readonly rows: Iterable<TableRow>;
}

/** What is needed to make any row of a table. */
export interface TableContent {
  readonly columns: TableColumns;
  readonly runs: readonly TableRun[];
  /** By run; null where nothing of it was taken back. */
  readonly takenBack: readonly (TakenBack | null)[];
}

/**
 * What later rows of a run take back; null where none went back.
 * @throws LogdirError as `Run.readBlocks` and `logOf`
 */
export async function findTakenBack(
  run: TableRun,
  budget: TurnBudget,
  signal: AbortSignal,
): Promise<TakenBack | null> {
  if (!run.wentBack) return null;
  const log = await logOf(run);
  const takenBack = new TakenBack(log.ledger.dictionary);
  for await (const { index, block } of blocksOf(run, log, 0, signal))
    await takenBack.add(block, log.ledger.block(index).firstRow, budget, signal);
  return takenBack;
}

/** All rows from one on, block by block. @throws LogdirError as `Run.readBlocks` and `logOf` */
export async function* rowsFrom(
  { columns, runs, takenBack }: TableContent,
  start: RowPlace,
  signal: AbortSignal,
): AsyncGenerator<BlockRows> {
  for (let run = start.run; run < runs.length; run++) {
    const from = run === start.run ? start : { block: 0, row: 0 };
    const tableRun = runs[run]!;
    const log = await logOf(tableRun);
    const maker = new RowMaker(columns, log.ledger.dictionary, tableRun.name);
    for await (const { index, block } of blocksOf(tableRun, log, from.block, signal)) {
      const isTakenBack = takenBack[run]?.within(block, log.ledger.block(index).firstRow) ?? null;
      const rows = maker.rowsOf(block, index === from.block ? from.row : 0, isTakenBack);
      yield { run, block: index, rows };
    }
  }
}

async function* blocksOf(
  { run, blockCount }: TableRun,
  log: RunLog,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<{ readonly index: number; readonly block: RowBlock }> {
  for (let first = from; first < blockCount; first += BLOCKS_PER_READ) {
    signal.throwIfAborted();
    const blocks = await run.readBlocks(log, first, Math.min(BLOCKS_PER_READ, blockCount - first));
    for (const [i, block] of blocks.entries()) yield { index: first + i, block };
  }
}

/** Which columns the values of a shape go to. */
interface ShapeColumns {
  /** Parallel to the shape's keys; -1: in none. */
  readonly columns: readonly number[];
  readonly keys: readonly number[];
  readonly writer: number;
}

class RowMaker {
  readonly #columns: TableColumns;
  readonly #dictionary: Dictionary;
  readonly #name: string;
  readonly #shapes: ShapeColumns[] = [];

  /** `name`: of the run. */
  constructor(columns: TableColumns, dictionary: Dictionary, name: string) {
    this.#columns = columns;
    this.#dictionary = dictionary;
    this.#name = name;
  }

  /** Rows of a block that are in the table, from one on. */
  *rowsOf(block: RowBlock, from: number, isTakenBack: IsTakenBack | null): Generator<TableRow> {
    const cells = new CellWalk(block, from);
    let valuesAt = 0;
    for (let at = 0; at < block.rowCount; at++) {
      const { keys } = this.#shape(block.shapeIds[at]!);
      const isSample = Number.isNaN(block.steps[at]!);
      if (at >= from && !isSample) {
        const row = this.#row(block, at, { valuesAt, cells: cells.of(at), isTakenBack });
        if (row !== null) yield row;
      }
      valuesAt += keys.length;
    }
  }

  /** Null where it has something, and none of it is in the table. */
  #row(
    { steps, timestamps, shapeIds, values }: RowBlock,
    at: number,
    own: {
      readonly valuesAt: number;
      readonly cells: readonly BlockCell[];
      readonly isTakenBack: IsTakenBack | null;
    },
  ): TableRow | null {
    const { cells, valuesAt, isTakenBack } = own;
    const [shapeId, step] = [shapeIds[at]!, steps[at]!];
    const shape = this.#shape(shapeId);
    const row = this.#leading(step, timestamps[at]!, shape.writer);
    const leading = row.columns.length;
    const later = this.#cells(cells, step, at, isTakenBack);
    let next = 0;
    for (let i = 0; i < shape.keys.length; i++) {
      const column = shape.columns[i]!;
      if (column < 0 || isTakenBack?.(shapeId, shape.keys[i]!, step, at)) continue;
      for (; next < later.length && later[next]!.column < column; next++) push(row, later[next]!);
      push(row, { column, value: values[valuesAt + i]! });
    }
    for (; next < later.length; next++) push(row, later[next]!);
    const isEmpty = shape.keys.length === 0 && cells.length === 0;
    return row.columns.length > leading || isEmpty ? { at, ...row } : null;
  }

  /** Of the values that are not numbers, those in the table: ascending by column. */
  #cells(
    cells: readonly BlockCell[],
    step: number,
    at: number,
    isTakenBack: IsTakenBack | null,
  ): readonly Placed[] {
    if (cells.length === 0) return [];
    const placed: Placed[] = [];
    for (const { shapeId, text } of cells) {
      const { columns, keys } = this.#shape(shapeId);
      const column = columns[0]!;
      if (column < 0 || isTakenBack?.(shapeId, keys[0]!, step, at)) continue;
      const isString = this.#dictionary.shapes[shapeId]!.type === 'string';
      placed.push({ column, value: isString ? text : new JsonCell(text) });
    }
    return placed.sort((a, b) => a.column - b.column);
  }

  #leading(step: number, timestamp: number, writer: number): GatheredRow {
    const { hasRuns, hasWriters } = this.#columns;
    const values: TableValue[] = hasRuns ? [this.#name, step, timestamp] : [step, timestamp];
    if (hasWriters) values.push(writer);
    return { columns: values.map((_, i) => i), values };
  }

  #shape(shapeId: number): ShapeColumns {
    const known = this.#shapes[shapeId];
    if (known !== undefined) return known;
    const { kind, keys, writer = FIRST_WRITER } = this.#dictionary.shapes[shapeId]!;
    const columns = kind === 'system' ? [] : keys.map((key) => this.#columns.of(this.#dictionary.keys[key]!));
    const shape = { columns, keys, writer };
    this.#shapes[shapeId] = shape;
    return shape;
  }
}

interface Placed {
  readonly column: number;
  readonly value: TableValue;
}

interface GatheredRow {
  readonly columns: number[];
  readonly values: TableValue[];
}

function push(row: GatheredRow, { column, value }: Placed): void {
  row.columns.push(column);
  row.values.push(value);
}
