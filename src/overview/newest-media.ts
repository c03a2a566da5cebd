/**
 * The newest values of a run that are files: pictures, sounds, tables and so on, for the run's own page. What the values
 * say of their files is read from the history; the files themselves are not looked at.
 * @module
 */

import { cutText, LogdirError } from '../core/index.ts';
import { isAfter, type NewestRow, type RowBlock, type Run, type RunLog } from '../history/index.ts';
import { extensionOf, type MediaFile, mediaFiles } from '../plugins/index.ts';
import { lenientValue, membersOf } from '../wandb-json/index.ts';
import { kindOf, rankOf } from './media-kind.ts';
import type { LoggedFile, LoggedMedia, RunMedia } from './overview.ts';

/** A page of more is no overview. */
const MAX_KEYS = 24;
/** Files of one value: a row of pictures on a wide screen. */
const MAX_FILES = 8;
/** Of a caption: some lines below a picture. */
const MAX_CAPTION_CHARACTERS = 300;

/** Types of which no value has a file. */
const WITHOUT_FILES: ReadonlySet<string> = new Set(['string', 'null', 'list', 'object', 'histogram']);

/** What browsers show, by the extension of a file; all of them since 2020. */
const SHOWN_AS: ReadonlyMap<string, LoggedFile['shownAs']> = new Map([
  ...['png', 'jpg', 'jpeg', 'gif', 'bmp', 'webp'].map((extension) => [extension, 'picture'] as const),
  ...['mp4', 'webm'].map((extension) => [extension, 'video'] as const),
  ...['wav', 'mp3', 'ogg', 'flac'].map((extension) => [extension, 'sound'] as const),
]);

/** A key whose values are files. */
interface KeyOfMedia {
  readonly key: string;
  readonly type: string;
  readonly shapeId: number;
  readonly newest: NewestRow;
  /** Values of all types. */
  readonly count: number;
}

/** The newest value of each key, as far as one page goes: pictures first, and each kind in the order it was first logged. */
export async function newestMedia(run: Run, log: RunLog): Promise<RunMedia> {
  const keys = keysOfMedia(log);
  const shown = keys.slice(0, MAX_KEYS);
  const blocks = new Map<number, RowBlock | undefined>();
  for (const index of new Set(shown.map(({ newest }) => newest.block)))
    blocks.set(index, await blockAtHand(run, log, index));
  const read = shown.flatMap((media) => {
    const text = textOf(media, blocks.get(media.newest.block));
    return text === undefined ? [] : [loggedMedia(media, text)];
  });
  return {
    values: read.filter(({ files }) => files.length > 0),
    moreKeys: keys.length - read.length,
    isElsewhere: run.policy.reading === 'on-demand',
  };
}

function keysOfMedia({ ledger }: RunLog): readonly KeyOfMedia[] {
  const { keys, shapes } = ledger.dictionary;
  const found = new Map<number, KeyOfMedia>();
  shapes.forEach(({ kind, keys: [keyId = -1], type }, shapeId) => {
    const newest = ledger.newest(shapeId);
    if (kind !== 'cell' || type === null || WITHOUT_FILES.has(type) || newest === undefined) return;
    const known = found.get(keyId);
    const count = (known?.count ?? 0) + (ledger.shapeRows[shapeId] ?? 0);
    const isNewer = known === undefined || isAfter(newest, known.newest);
    found.set(
      keyId,
      isNewer ? { key: keys[keyId] ?? '', type, shapeId, newest, count } : { ...known, count },
    );
  });
  return [...found.values()].sort((a, b) => rankOf(kindOf(a.type).kind) - rankOf(kindOf(b.type).kind));
}

/** Rows that were evicted are read again where that asks nobody's server. */
async function blockAtHand(run: Run, log: RunLog, index: number): Promise<RowBlock | undefined> {
  if (run.policy.reading === 'on-demand') return (await log.readBlocks(index, 1))?.[0];
  try {
    return (await run.readBlocks(log, index, 1))[0];
  } catch (error) {
    if (error instanceof LogdirError) return undefined;
    throw error;
  }
}

function textOf({ shapeId, newest }: KeyOfMedia, block: RowBlock | undefined): string | undefined {
  return block?.cells.findLast((cell) => cell.shapeId === shapeId && cell.row === newest.end.row)?.text;
}

function loggedMedia({ key, type, newest, count }: KeyOfMedia, text: string): LoggedMedia {
  const files = mediaFiles(text);
  return {
    ...{ key, type, count, step: newest.end.step },
    files: files.slice(0, MAX_FILES).map(loggedFile),
    moreFiles: Math.max(0, files.length - MAX_FILES),
    extent: kindOf(type).kind === 'table' ? extentOf(text) : null,
  };
}

function loggedFile({ file, width, height, caption, boxes, masks }: MediaFile): LoggedFile {
  return {
    ...{ file: file.file, size: file.size, width, height },
    caption: caption === null ? null : cutText(caption, MAX_CAPTION_CHARACTERS),
    shownAs: SHOWN_AS.get(extensionOf(file.file)) ?? 'link',
    hasLayers: boxes.length + masks.length > 0,
  };
}

/** What W&B counts of a table; null where it does not say. */
function extentOf(text: string): LoggedMedia['extent'] {
  const { nrows: rows, ncols: columns } = membersOf(lenientValue(text));
  return isCount(rows) && isCount(columns) ? { rows, columns } : null;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
