/** The tables of a run that its projector shows: of each key the one logged last, read whole. @module */

import { createHash } from 'node:crypto';
import { NEVER_ABORTED, toLogdirError } from '../../core/index.ts';
import type { Run, RunLedger, RunLog } from '../../history/index.ts';
import { mediaFiles, type SavedFileReference, tableContent } from '../../plugins/index.ts';
import type { LoggedTable } from '../projector/index.ts';

/** `wandb.Table` as it is logged; other types of tables have their rows elsewhere, or a part of them. */
const TABLE_TYPE = 'table-file';
/** Keys whose tables are looked at. */
const MAX_TABLES = 100;
const SHA256_LENGTH = 64;

/** Where a table stands in the log. */
export interface NewestTable {
  readonly key: string;
  readonly shapeId: number;
  readonly block: number;
  /** Index of its row in the block. */
  readonly row: number;
  /** Unix milliseconds. */
  readonly loggedAtMs: number;
}

export interface ReadTable extends LoggedTable {
  readonly loggedAtMs: number;
}

/** By key, ascending. Of several writers of a key, whoever wrote last. */
export function newestTables(ledger: RunLedger): readonly NewestTable[] {
  const tables = new Map<string, NewestTable>();
  for (const [shapeId, { type, keys }] of ledger.dictionary.shapes.entries()) {
    const newest = type === TABLE_TYPE ? ledger.newest(shapeId) : undefined;
    const key = ledger.dictionary.keys[keys[0] ?? -1];
    if (newest === undefined || key === undefined) continue;
    const { block, end } = newest;
    const table = { key, shapeId, block, row: end.row, loggedAtMs: Math.floor(1000 * end.timestamp) };
    const known = tables.get(key);
    if (known === undefined || isLater(table, known)) tables.set(key, table);
  }
  return [...tables.values()].sort((a, b) => (a.key < b.key ? -1 : 1)).slice(0, MAX_TABLES);
}

function isLater(a: NewestTable, b: NewestTable): boolean {
  return a.block > b.block || (a.block === b.block && a.row > b.row);
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
    read.push({ key: table.key, content, loggedAtMs: table.loggedAtMs });
  }
  return read;
}

async function fileOf(run: Run, log: RunLog, table: NewestTable): Promise<SavedFileReference | undefined> {
  const [block] = await run.readBlocks(log, table.block, 1);
  const cell = block?.cells.find(({ row, shapeId }) => row === table.row && shapeId === table.shapeId);
  return cell && mediaFiles(cell.text)[0]?.file;
}

/** Undefined for a file that is gone, is longer than there is room for, or is another than was logged. */
async function bytesOf(
  run: Run,
  { file, size, digest }: SavedFileReference,
  room: number,
): Promise<Uint8Array | undefined> {
  try {
    await using opened = await run.openFile(file, { signal: NEVER_ABORTED });
    const found = opened.file.size;
    if (found > room || (size !== null && size !== found)) return undefined;
    const pieces: Uint8Array[] = [];
    for await (const piece of opened.read({ start: 0, end: found }, { signal: NEVER_ABORTED }))
      pieces.push(piece);
    const bytes = Buffer.concat(pieces);
    return bytes.length === found && isAsLogged(bytes, digest) ? bytes : undefined;
  } catch (error) {
    const failure = toLogdirError(error, `table ${file}`);
    if (failure.code === 'not-found') return undefined;
    throw failure;
  }
}

function isAsLogged(bytes: Uint8Array, digest: string | null): boolean {
  if (digest?.length !== SHA256_LENGTH) return true;
  return createHash('sha256').update(bytes).digest('hex') === digest;
}
