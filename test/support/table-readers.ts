/** Tables read back: rows by column, of each format, by readers that share nothing with what wrote them. @module */

import { parquetReadObjects } from 'hyparquet';

/** By column: numbers, strings, and JSON as text; what a row has not is absent. */
export type ReadRow = Readonly<Record<string, unknown>>;

/** Fields as text; undefined where there is nothing at all, which the empty string is not. */
export function readCsv(text: string): (Record<string, string> | undefined)[] {
  const records = csvRecords(text);
  const header = records.shift() ?? [];
  return records.map((fields) => {
    if (fields.length !== header.length)
      throw new Error(`${fields.length} fields for ${header.length} columns`);
    const present = fields.flatMap((field, i) => (field === undefined ? [] : [[header[i]!, field] as const]));
    return Object.fromEntries(present);
  });
}

/** RFC 4180, lines ending in CRLF. */
export function csvRecords(text: string): (string | undefined)[][] {
  const records: (string | undefined)[][] = [];
  let record: (string | undefined)[] = [];
  for (let at = 0; at < text.length; ) {
    let field: string | undefined;
    if (text[at] === '"') {
      let end = at + 1;
      while (text[end] !== '"' || text[end + 1] === '"') end += text[end] === '"' ? 2 : 1;
      field = text.slice(at + 1, end).replaceAll('""', '"');
      at = end + 1;
    } else {
      const end = /,|\r\n/.exec(text.slice(at))!.index + at;
      field = end === at ? undefined : text.slice(at, end);
      at = end;
    }
    record.push(field);
    if (text[at] === ',') {
      at++;
      // A line that ends behind a comma ends with a field of nothing.
      continue;
    }
    if (text.slice(at, at + 2) !== '\r\n') throw new Error(`neither comma nor line end at ${at}`);
    at += 2;
    records.push(record);
    record = [];
  }
  if (record.length > 0) throw new Error('the last line has no end');
  return records;
}

export function readJsonLines(text: string): ReadRow[] {
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line has no end');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as ReadRow);
}

export async function readParquet(bytes: Buffer): Promise<ReadRow[]> {
  const file = Uint8Array.from(bytes).buffer;
  const rows = await parquetReadObjects({ file });
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).flatMap(([name, value]) => {
        if (value === null || value === undefined) return [];
        return [[name, typeof value === 'bigint' ? Number(value) : value] as const];
      }),
    ),
  );
}
