/**
 * Comma-separated values (RFC 4180): a header, lines that end in CRLF, quotes where they are needed. Nothing stands for a value
 * that was not logged, and "" for the empty string. Numbers that are not finite are NaN, inf and -inf, which pandas and DuckDB
 * read as floats.
 * @module
 */

import { type Column, JsonCell, type TableRow, type TableValue } from './columns.ts';
import type { TableFormat } from './format.ts';
import { NO_TAIL, TextPiece } from './text-piece.ts';
import { isNull, jsonText, numberText } from './value-text.ts';

const LINE_END = '\r\n';

export const CSV: TableFormat<null> = {
  contentType: 'text/csv; charset=utf-8',
  head: (columns) => Buffer.from(columns.map(({ name }) => stringText(name)).join(',') + LINE_END, 'utf8'),
  piece: (columns) => new TextPiece((row) => line(row, columns)),
  tail: () => NO_TAIL,
};

function line({ columns, values }: TableRow, all: readonly Column[]): string {
  let text = '';
  let at = 0;
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i]!;
    if (column > at) text += ','.repeat(column - at);
    at = column;
    text += field(values[i]!, all[column]!);
  }
  return text + ','.repeat(all.length - 1 - at) + LINE_END;
}

function field(value: TableValue, { kind }: Column): string {
  if (kind === 'json') return quoted(jsonText(value));
  if (typeof value === 'number') return numberText(value);
  if (isNull(value)) return '';
  return stringText(value instanceof JsonCell ? value.text : value);
}

/** The empty string is quoted, as nothing at all is no value. */
function stringText(text: string): string {
  return text === '' ? '""' : quoted(text);
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
