/**
 * The beginning of a table as a Markdown table. Its file is what `wandb.Table` writes (`_to_table_json` in
 * `wandb/sdk/data_types/table.py`): `{"columns": [...], "data": [[...], ...]}`, NaN and infinities bare.
 * @module
 */

import { countText } from '../../core/index.ts';
import { compactJson, type JsonValue, lenientValue, listOf, membersOf } from '../../wandb-json/index.ts';
import { escapedCut } from './markdown.ts';

const MAX_ROWS = 50;
const MAX_COLUMNS = 20;
const MAX_CELL_CHARACTERS = 200;
/** Shorter than cells, so that a head and one row always have room: an escaped character takes up to six bytes. */
const MAX_HEAD_CHARACTERS = 50;
/** Of the Markdown of the grid, in UTF-8; the lines below it are bounded themselves. Together 32 KiB. */
const MAX_BYTES = 30 * 1024;

/** Of lists that may hold anything. */
export interface TableContent {
  readonly columns: readonly unknown[];
  readonly data: readonly unknown[];
}

export interface TableGrid {
  /** '' for a table without columns. */
  readonly markdown: string;
  /** Sentences that say which part of the table it is; none where it is all. */
  readonly omissions: readonly string[];
}

const UTF8 = new TextDecoder();
/** Strings, to be passed over, and integers that doubles can't hold for sure: ids, mostly. */
const STRING_OR_LONG_INTEGER = /"[^"\\]*(?:\\.[^"\\]*)*"?|(?<![\w.+-])-?\d{16,}(?![\d.eE])/g;

/** The content of a table's file, long integers as strings; undefined where it holds no table. */
export function tableContent(bytes: Uint8Array): TableContent | undefined {
  const json = UTF8.decode(bytes).replace(STRING_OR_LONG_INTEGER, (token) =>
    token.startsWith('"') ? token : `"${token}"`,
  );
  const { columns, data } = membersOf(lenientValue(json));
  if (!Array.isArray(columns) && !Array.isArray(data)) return undefined;
  return { columns: listOf(columns), data: listOf(data) };
}

/** As many rows from the beginning as there is room for. */
export function tableGrid({ columns, data }: TableContent): TableGrid {
  const rows = data.slice(0, MAX_ROWS).map((row) => (Array.isArray(row) ? (row as unknown[]) : [row]));
  const columnCount = rows.reduce((most, row) => Math.max(most, row.length), columns.length);
  const width = Math.min(columnCount, MAX_COLUMNS);
  if (width === 0) return { markdown: '', omissions: [] };

  const names = columns.slice(0, width).map(cellText);
  const lines = [line(names, width, MAX_HEAD_CHARACTERS), `|${'---|'.repeat(width)}`];
  let room = MAX_BYTES - Buffer.byteLength(lines.join('\n'));
  let isCut = names.some((name) => name.length > MAX_HEAD_CHARACTERS);
  for (const row of rows) {
    const texts = row.slice(0, width).map(cellText);
    const text = line(texts, width, MAX_CELL_CHARACTERS);
    room -= Buffer.byteLength(text) + 1;
    if (room < 0) break;
    lines.push(text);
    isCut ||= texts.some((cell) => cell.length > MAX_CELL_CHARACTERS);
  }
  const shown = { rows: lines.length - 2, columns: width };
  return {
    markdown: lines.join('\n'),
    omissions: omissionTexts(shown, { rows: data.length, columns: columnCount }, isCut),
  };
}

function line(texts: readonly string[], width: number, maxCharacters: number): string {
  const cells = Array.from({ length: width }, (_, i) => ` ${escapedCut(texts[i] ?? '', maxCharacters)} |`);
  return `|${cells.join('')}`;
}

interface Extent {
  readonly rows: number;
  readonly columns: number;
}

function omissionTexts(shown: Extent, all: Extent, isCut: boolean): string[] {
  const parts = [partOf('row', shown.rows, all.rows), partOf('column', shown.columns, all.columns)].filter(
    (part) => part !== '',
  );
  const sentence = parts.join(' and ');
  return [
    ...(sentence === '' ? [] : [`${sentence[0]?.toUpperCase()}${sentence.slice(1)}.`]),
    ...(isCut ? ['Texts that end with … are longer.'] : []),
  ];
}

function partOf(noun: string, shown: number, all: number): string {
  if (shown === all) return '';
  return `${noun}${shown === 1 ? ' 1' : `s 1-${shown}`} of ${countText(all)}`;
}

/** A value as it is read in a table: bare, except for what only JSON can tell. */
function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'object') return String(value);
  const { _type: type, path } = value as { _type?: unknown; path?: unknown };
  if (typeof type === 'string' && typeof path === 'string') return `${type} ${path}`;
  return compactJson(value as JsonValue, MAX_CELL_CHARACTERS);
}
