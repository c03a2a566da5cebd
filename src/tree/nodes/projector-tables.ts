/** The tables of a run that its projector shows: of each key the one logged last, read whole. @module */

import { toLogdirError } from '../../core/index.ts';
import { isAfter, type NewestRow, type Run, type RunLedger, type RunLog } from '../../history/index.ts';
import { fetchSavedFile } from '../../media/index.ts';
import { mediaFiles, type SavedFileReference, tableContent } from '../../plugins/index.ts';
import type { LoggedTable } from '../projector/index.ts';

/** `wandb.Table` as it is logged; other types of tables have their rows elsewhere, or a part of them. */
const TABLE_TYPE = 'table-file';
/** Keys whose tables are looked at. */
const MAX_TABLES = 100;

/** Where a table stands in the log. */
export interface NewestTable {
  readonly key: string;
  readonly shapeId: number;
  readonly newest: NewestRow;
}

export interface ReadTable extends LoggedTable {
  /** Unix milliseconds. */
  readonly loggedAtMs: number;
}

/** By key, ascending. Of several writers of a key, whoever wrote last. */
export function newestTables(ledger: RunLedger): readonly NewestTable[] {
  const tables = new Map<string, NewestTable>();
  for (const [shapeId, { type, keys }] of ledger.dictionary.shapes.entries()) {
    const newest = type === TABLE_TYPE ? ledger.newest(shapeId) : undefined;
    const key = ledger.dictionary.keys[keys[0] ?? -1];
    if (newest === undefined || key === undefined) continue;
    const known = tables.get(key);
    if (known === undefined || isAfter(newest, known.newest)) tables.set(key, { key, shapeId, newest });
  }
  return [...tables.values()].sort((a, b) => (a.key < b.key ? -1 : 1)).slice(0, MAX_TABLES);
}

/**
 * Those whose files are there, are what was logged, and have `maxBytes` together at most, in their order.
 * @throws LogdirError for trouble that may pass
 */
export async function readTables(
  run: Run,
  log: RunLog,
  tables: readonly NewestTable[],
  maxBytes: number,
): Promise<readonly ReadTable[]> {
  const read: ReadTable[] = [];
  let room = maxBytes;
  for (const table of tables) {
    const file = await fileOf(run, log, table);
    const bytes = file && (await bytesOf(run, file, room));
    const content = bytes && tableContent(bytes);
    if (content === undefined) continue;
    room -= bytes?.length ?? 0;
    read.push({ key: table.key, content, loggedAtMs: Math.floor(1000 * table.newest.end.timestamp) });
  }
  return read;
}

async function fileOf(
  run: Run,
  log: RunLog,
  { shapeId, newest }: NewestTable,
): Promise<SavedFileReference | undefined> {
  const [block] = await run.readBlocks(log, newest.block, 1);
  const cell = block?.cells.find((found) => found.row === newest.end.row && found.shapeId === shapeId);
  return cell && mediaFiles(cell.text)[0]?.file;
}

/** Undefined for a file that is gone, is longer than there is room for, or is another than was logged. */
async function bytesOf(run: Run, file: SavedFileReference, room: number): Promise<Uint8Array | undefined> {
  try {
    const bytes = await fetchSavedFile(run, file, room);
    return bytes === 'too-large' ? undefined : bytes;
  } catch (error) {
    const failure = toLogdirError(error, `table ${file.file}`);
    if (failure.code === 'not-found' || failure.code === 'corrupt') return undefined;
    throw failure;
  }
}
