/**
 * JSON lines: an object of strict JSON for each row, in which what was not logged is absent. Numbers that are not finite are
 * the strings "NaN", "Infinity" and "-Infinity", as JSON has no other way and W&B's own answers have them: pandas takes these
 * for floats by itself, DuckDB where the column is said to be a DOUBLE.
 * @module
 */

import type { Column, TableRow } from './columns.ts';
import type { TableFormat } from './format.ts';
import { NO_TAIL, TextPiece } from './text-piece.ts';
import { jsonText } from './value-text.ts';

export const JSONL: TableFormat<null> = {
  // Registered by nobody; the name that servers and browsers know (https://jsonlines.org, https://github.com/ndjson/ndjson-spec).
  contentType: 'application/x-ndjson; charset=utf-8',
  head: () => new Uint8Array(0),
  piece: (columns) => {
    const names = columns.map(({ name }: Column) => `${JSON.stringify(name)}:`);
    return new TextPiece((row) => line(row, names));
  },
  tail: () => NO_TAIL,
};

/** `names`: of the columns, as JSON with a colon. */
function line({ columns, values }: TableRow, names: readonly string[]): string {
  let text = '{';
  for (let i = 0; i < columns.length; i++) {
    if (i > 0) text += ',';
    text += names[columns[i]!]! + jsonText(values[i]!);
  }
  return `${text}}\n`;
}
