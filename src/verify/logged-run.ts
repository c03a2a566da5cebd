/** A run's history as far as a reader saw it, and what its values of media are made of. @module */

import type { EventView, Marker } from '../eventfile/index.ts';
import type { Run, RunLog } from '../history/index.ts';
import type { Media } from '../media/index.ts';
import {
  type BlobReference,
  type ContentNeed,
  type Contents,
  isBlobReference,
  NO_CONTENTS,
  placeholderFor,
  placeholderOf,
  type TagTable,
  tagTableOf,
} from '../plugins/index.ts';

/** How much of a view is in the bytes that were read: it may have grown since. */
export interface SeenPart {
  /** Blocks of the log. */
  readonly blocks: number;
  readonly markers: readonly Marker[];
}

export interface LoggedRun {
  readonly run: Run;
  readonly log: RunLog;
  readonly view: EventView;
  readonly tags: TagTable;
  readonly seen: SeenPart;
  readonly media: MediaAccess;
}

/** Where values of media come from: as they are decided for event files, or as they are now. */
export interface MediaAccess {
  /** Whether a value of a sampled series is shown. */
  isShown(block: number, cell: number): boolean;
  contents(needs: readonly ContentNeed[]): Promise<Contents>;
  blob(blob: BlobReference): Promise<Uint8Array>;
}

export function tagsOf(log: RunLog): TagTable {
  return tagTableOf(log.ledger.dictionary);
}

/** Those of the run's event file. */
export function fileMedia(
  files: Media,
  run: Run,
  { log, fold }: EventView,
  signal: AbortSignal,
): MediaAccess {
  const target = { run, log };
  const waiting = { maxWaitMs: Number.POSITIVE_INFINITY, signal };
  return {
    isShown: (block, cell) => fold.media.isShown(block, cell),
    contents: async (needs) =>
      needs.length === 0 ? NO_CONTENTS : await files.decide(target, needs, waiting),
    blob: (blob) => files.blob(target, blob),
  };
}

/** Those of a data provider, which shows all of them. */
export function currentMedia(files: Media, run: Run, { log }: EventView): MediaAccess {
  const target = { run, log };
  return {
    isShown: () => true,
    contents: async (needs) => (needs.length === 0 ? NO_CONTENTS : await files.look(target, needs)),
    blob: (blob) => files.lookAtBlob(target, blob),
  };
}

/** What stands for files that are lost, where their lengths do not matter, or nobody knows them. */
const PLACEHOLDERS = ['lost.png', 'lost.wav'].map(placeholderFor);

/** Whether bytes only stand for a blob that is lost. */
export function isPlaceholder(part: BlobReference | Uint8Array, bytes: Uint8Array): boolean {
  const isSame = (placeholder: Uint8Array) => Buffer.compare(placeholder, bytes) === 0;
  if (PLACEHOLDERS.some(isSame)) return true;
  return isBlobReference(part) && part.size === bytes.length && isSame(placeholderOf(part.file, part.size));
}

/** All of a view, or what of it lies within the first `size` bytes of its file. */
export function seenPart({ fold, blockCount, size: viewSize }: EventView, size: number): SeenPart {
  if (size >= viewSize) return { blocks: blockCount, markers: [...fold.markers] };
  let [blocks, markers] = [0, 0];
  for (let i = 0; i < fold.segments.length; i++) {
    const segment = fold.segments.get(i);
    if (segment.at + segment.bytes > size) break;
    if (segment.kind === 'markers') markers = segment.to;
    else blocks = segment.block + 1;
  }
  return { blocks, markers: fold.markers.slice(0, markers) };
}
