/** Bytes that are in memory already, in several pieces. @module */

/** In order; together they are what was asked for. Read as any other sequence of pieces, or all at once. */
export class PiecesAtHand implements AsyncIterable<Uint8Array> {
  readonly pieces: readonly Uint8Array[];
  readonly byteLength: number;

  constructor(pieces: readonly Uint8Array[]) {
    this.pieces = pieces;
    this.byteLength = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    yield* this.pieces;
  }
}
