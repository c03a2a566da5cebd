/** Where the pieces of a table lie in its file, and which rows they are made of. @module */

import { LogdirError, TurnBudget } from '../core/index.ts';
import type { EncodedPiece, TableFormat } from './format.ts';
import { findTakenBack, type RowPlace, rowsFrom, type TableContent } from './table-rows.ts';

export interface Piece {
  readonly from: RowPlace;
  readonly rows: number;
  /** Offset in the file. */
  readonly at: number;
  readonly bytes: number;
}

/** All of a table but its bytes. */
export interface MeasuredTable {
  readonly content: TableContent;
  readonly head: Uint8Array;
  readonly pieces: readonly Piece[];
  readonly tail: Uint8Array;
  /** Bytes. */
  readonly size: number;
  readonly rows: number;
}

/** What makes some rows of a table into a piece. */
export interface EncodeOptions {
  readonly format: TableFormat;
  readonly signal: AbortSignal;
}

/**
 * Makes every piece once, and keeps how long it is. `earlier`: of the same runs and columns, before the runs went on.
 * @throws LogdirError as `rowsFrom`
 */
export async function measureTable(
  given: Omit<TableContent, 'takenBack'>,
  { format, signal }: EncodeOptions,
  earlier?: MeasuredTable,
): Promise<MeasuredTable> {
  const budget = new TurnBudget();
  const takenBack = [];
  for (const run of given.runs) takenBack.push(await findTakenBack(run, budget, signal));
  const content = { ...given, takenBack };
  const columns = content.columns.all;
  const [head, tail] = [format.head(columns), format.tail(columns)];
  const known = earlier === undefined ? [] : piecesKeptOf(earlier, content);
  const pieces: Piece[] = known.slice(0, -1);
  const start = known.at(-1) ?? { from: START, at: head.length };
  let at = start.at;
  let rows = pieces.reduce((sum, piece) => sum + piece.rows, 0);
  for await (const made of encodePieces(content, start.from, { format, signal })) {
    tail.place(made.piece, at);
    const bytes = made.piece.bytes.length;
    pieces.push({ from: made.from, rows: made.rows, at, bytes });
    at += bytes;
    rows += made.rows;
  }
  const end = tail.encode();
  return { content, head, pieces, tail: end, size: at + end.length, rows };
}

/**
 * Pieces that stay when the run of a table goes on; the last of them may get more rows. None where history went back, where
 * there are several runs, and where the end of the file says more of pieces than where they lie.
 */
function piecesKeptOf(earlier: MeasuredTable, { runs, takenBack }: TableContent): readonly Piece[] {
  const [before, now] = [earlier.content.runs[0], runs[0]];
  if (runs.length !== 1 || before === undefined || now === undefined) return [];
  const hasGoneOn = before.generation === now.generation && before.blockCount <= now.blockCount;
  return hasGoneOn && takenBack[0] === null && earlier.tail.length === 0 ? earlier.pieces : [];
}

/**
 * The bytes of a piece, again.
 * @throws LogdirError as `rowsFrom`; `internal` where they are not as many as were measured
 */
export async function encodePiece(
  content: TableContent,
  { from, rows, bytes }: Piece,
  options: EncodeOptions,
): Promise<Uint8Array> {
  for await (const made of encodePieces(content, from, options)) {
    if (made.rows === rows && made.piece.bytes.length === bytes) return made.piece.bytes;
    break;
  }
  throw new LogdirError('internal', `rows of a table came to other bytes than before; please report this`);
}

interface MadePiece {
  readonly from: RowPlace;
  readonly rows: number;
  readonly piece: EncodedPiece;
}

const START: RowPlace = { run: 0, block: 0, row: 0 };

/** Where pieces end depends on their own rows alone, so that one can be made again by itself. */
async function* encodePieces(
  content: TableContent,
  start: RowPlace,
  { format, signal }: EncodeOptions,
): AsyncGenerator<MadePiece> {
  const budget = new TurnBudget();
  const columns = content.columns.all;
  let encoder = format.piece(columns);
  let [from, count] = [start, 0];
  for await (const { run, block, rows } of rowsFrom(content, start, signal)) {
    for (const row of rows) {
      if (count === 0) from = { run, block, row: row.at };
      encoder.add(row);
      count++;
      if (encoder.isFull) {
        yield { from, rows: count, piece: await encoder.encode({ signal }) };
        [encoder, count] = [format.piece(columns), 0];
      }
      if (budget.isSpent) await budget.next(signal);
    }
  }
  if (count > 0) yield { from, rows: count, piece: await encoder.encode({ signal }) };
}
