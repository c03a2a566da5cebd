/** The table of rooms, read from docs/ARCHITECTURE.md so that page and test cannot disagree. @module */

import { readFileSync } from 'node:fs';

export interface Room {
  /** Folder or file under src, without a slash at its end. */
  readonly name: string;
  readonly mayImport: readonly string[];
  readonly packages: readonly string[];
}

/** Rows of the Markdown table whose first column is headed `room`. */
export function readRoomTable(): readonly Room[] {
  const page = readFileSync(new URL('../../docs/ARCHITECTURE.md', import.meta.url), 'utf8');
  const table = /^\| room \|.*\n\|[-|]+\|\n((?:\|.*\n)+)/m.exec(page)?.[1] ?? '';
  return table
    .trim()
    .split('\n')
    .map((line) => {
      const [, name = '', , mayImport = '', packages = ''] = line.split('|').map((cell) => cell.trim());
      return { name, mayImport: words(mayImport), packages: words(packages) };
    });
}

function words(cell: string): string[] {
  return cell === '—' ? [] : cell.split(', ');
}
