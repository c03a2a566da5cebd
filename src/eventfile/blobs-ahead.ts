/** Fetches the pictures that a reader of an event file comes to next: one by one, each would cost a round trip. @module */

import type { RowBlock, Run } from '../history/index.ts';
import type { Media } from '../media/index.ts';
import { type BlobReference, isBlobReference, NO_CONTENTS } from '../plugins/index.ts';
import { firstCellFrom } from './block-cells.ts';
import type { EventView } from './event-view.ts';
import type { Segment } from './segment-list.ts';

/** Pictures that are fetched together: some ten round trips' worth. */
const BLOBS_AHEAD = 32;
/** And the bytes of them, as they are kept in memory until they are read. */
const BYTES_AHEAD = 16 * 1024 * 1024;
/** Of the memory for event files, half of which is for files: they must not push each other out before they are read. */
const MEMORY_SHARE = 1 / 8;

/** A cell of a log: its block, and its index there. */
interface Place {
  readonly block: number;
  readonly cell: number;
}

/** What was fetched ahead last. */
interface Batch {
  /** Where its reader was, and where it is time for the next. */
  readonly at: Place;
  readonly nextAt: Place;
  /** The first cell that was not looked at. */
  readonly end: Place;
}

interface Found {
  readonly blobs: readonly BlobReference[];
  /** Of the cells that have them. */
  readonly places: readonly Place[];
  readonly end: Place;
  /** Whether there may be more. */
  readonly isFull: boolean;
}

export class BlobsAhead {
  readonly #files: Media;
  readonly #maxBytes: number;
  readonly #batches = new WeakMap<EventView, Batch>();

  /** `memoryMaxBytes`: that event files may take. */
  constructor(files: Media, memoryMaxBytes: number) {
    this.#files = files;
    this.#maxBytes = Math.min(BYTES_AHEAD, memoryMaxBytes * MEMORY_SHARE);
  }

  /** Fetches what comes from a segment on, unless it was when segments before were read. Trouble is met when it is read. */
  async fetchFrom(run: Run, view: EventView, segment: Segment, block: RowBlock): Promise<void> {
    const at = { block: segment.block, cell: firstCellFrom(block, segment.from) };
    const last = this.#batches.get(view);
    const goesOn = last !== undefined && !isBefore(at, last.at);
    if (goesOn && isBefore(at, last.nextAt)) return;
    const start = goesOn && isBefore(at, last.end) ? last.end : at;
    // Others need not look for the same meanwhile.
    this.#batches.set(view, { at, nextAt: { block: Number.POSITIVE_INFINITY, cell: 0 }, end: start });
    const { blobs, places, end, isFull } = await this.#find(run, view, start, {
      index: segment.block,
      block,
    });
    const nextAt = isFull ? places[places.length >> 1]! : end;
    this.#batches.set(view, { at, nextAt, end });
    if (blobs.length > 0) await this.#files.fetchAhead(run, blobs);
  }

  /** `known`: a block that was read already. */
  async #find(
    run: Run,
    view: EventView,
    start: Place,
    known: { readonly index: number; readonly block: RowBlock },
  ): Promise<Found> {
    const blobs: BlobReference[] = [];
    const places: Place[] = [];
    let bytes = 0;
    let end = start;
    for (const index of view.fold.media.blocksFrom(start.block)) {
      const block = index === known.index ? known.block : (await run.readBlocks(view.log, index, 1))[0];
      const count = block?.cells.length ?? 0;
      for (let cell = index === start.block ? start.cell : 0; cell < count; cell++) {
        for (const blob of blobsOf(view, index, cell, block)) {
          const size = blob.size ?? 0;
          if (size > this.#maxBytes) continue;
          blobs.push(blob);
          places.push({ block: index, cell });
          bytes += size;
        }
        end = { block: index, cell: cell + 1 };
        if (blobs.length >= BLOBS_AHEAD || bytes >= this.#maxBytes)
          return { blobs, places, end, isFull: true };
      }
      end = { block: index + 1, cell: 0 };
    }
    return { blobs, places, end, isFull: false };
  }
}

/** The blobs of a cell if it is in the file, as far as reading it alone tells. */
function blobsOf(
  { fold, encoders }: EventView,
  index: number,
  cell: number,
  block: RowBlock | undefined,
): readonly BlobReference[] {
  const found = block?.cells[cell];
  if (found === undefined || !fold.media.isShown(index, cell)) return [];
  return encoders.cellEvents(found, 0, 0, NO_CONTENTS).flatMap((event) => {
    if (event.kind !== 'summary') return [];
    const { tensor } = event.content;
    return 'strings' in tensor ? tensor.strings.filter(isBlobReference) : [];
  });
}

function isBefore(a: Place, b: Place): boolean {
  return a.block < b.block || (a.block === b.block && a.cell < b.cell);
}
