/**
 * What is known of each vector, as the projector reads it: a line of tab-separated cells for each, below a line of names where
 * there are two columns or more. Pure.
 *
 * Format: `parseMetadata` in `tensorboard/plugins/projector/vz_projector/data-provider.ts`, which takes the first line for
 * names when it holds a tab, and passes over lines that are blank.
 * @module
 */

import type { TableContent } from '../../plugins/index.ts';
import { compactJson, type JsonValue } from '../../wandb-json/index.ts';
import { cellsOf, type VectorColumn } from './vectors.ts';

/** Names to label and to colour points by; the page lists them all. */
const MAX_COLUMNS = 100;
/** The page shows them on one line. */
const MAX_CELL_CHARACTERS = 1000;
const MAX_NAME_CHARACTERS = 100;
/** Stands where a line would be blank. */
const BLANK = '(empty)';
/** What would end a cell or a line for some reader. */
const BREAKS = /[\p{Cc}\u2028\u2029]+/gu;

/** Lines with their line breaks, the names first; undefined where a table has vectors alone. */
export function metadataLines(
  table: TableContent,
  { rows }: VectorColumn,
  isVector: (column: number) => boolean,
): Iterable<string> | undefined {
  const columns = shownColumns(table, isVector);
  return columns.length === 0 ? undefined : lines(table, rows, columns);
}

function* lines(table: TableContent, rows: readonly number[], columns: readonly number[]): Generator<string> {
  if (columns.length > 1) yield `${columnNames(table, columns).join('\t')}\n`;
  for (const row of rows) {
    const cells = cellsOf(table, row);
    const texts = columns.map((column) => oneLine(cellText(cells[column]), MAX_CELL_CHARACTERS));
    if (texts.every((text) => text.trim() === '')) texts[0] = BLANK;
    yield `${texts.join('\t')}\n`;
  }
}

/** Columns without vectors. */
function shownColumns({ columns }: TableContent, isVector: (column: number) => boolean): number[] {
  const shown: number[] = [];
  for (let column = 0; column < columns.length && shown.length < MAX_COLUMNS; column++) {
    if (!isVector(column)) shown.push(column);
  }
  return shown;
}

/** Each its own: the page keeps one value for each name. */
function columnNames({ columns }: TableContent, shown: readonly number[]): string[] {
  const taken = new Set<string>();
  return shown.map((column) => {
    const text = oneLine(cellText(columns[column]), MAX_NAME_CHARACTERS).trim();
    const plain = text === '' ? `column ${column + 1}` : text;
    let name = plain;
    for (let n = 2; taken.has(name); n++) name = `${plain} (${n})`;
    taken.add(name);
    return name;
  });
}

function oneLine(text: string, maxCharacters: number): string {
  return text.slice(0, maxCharacters).replace(BREAKS, ' ');
}

/** A value as it is read in a table; of media, where their file is. */
function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'object') return String(value);
  const { path } = value as { path?: unknown };
  return typeof path === 'string' ? path : compactJson(value as JsonValue, MAX_CELL_CHARACTERS);
}
