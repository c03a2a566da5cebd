/** Series that were read, kept up to a bound, and the memory of those that had to go. @module */

import { LRUCache } from 'lru-cache';
import type { RunLog } from '../history/index.ts';
import { PointBuffer } from './point-buffer.ts';
import type { ScalarSeries } from './run-series.ts';

/** Memory kept for the next series. One comes for each that goes, so little is ever waiting. */
const SPARE_BYTES = 8 * 1024 * 1024;

/** A series as far as it was read. */
export interface KeptSeries {
  readonly id: string;
  readonly log: RunLog;
  readonly points: PointBuffer;
  /** Blocks before this one are in it. */
  blocksRead: number;
  /** Who looks at it now. */
  users: number;
  isKept: boolean;
}

export class SeriesShelf {
  readonly #kept: LRUCache<string, KeptSeries>;
  /** By capacity. */
  readonly #spare = new Map<number, PointBuffer[]>();
  #spareBytes = 0;

  /** `maxBytes`: bound on series that nobody looks at. */
  constructor(maxBytes: number) {
    this.#kept = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ points }) => points.byteLength,
      dispose: (series) => {
        series.isKept = false;
        this.#recycle(series);
      },
    });
  }

  /** A series of a run, new or known. It is given back when it has been looked at. */
  borrow(log: RunLog, tag: string, series: ScalarSeries): KeptSeries {
    const id = JSON.stringify([log.key, tag]);
    const known = this.#kept.get(id);
    const borrowed = known?.log === log ? known : this.#begin(id, log, series);
    borrowed.users++;
    return borrowed;
  }

  giveBack(series: KeptSeries): void {
    series.users--;
    this.#recycle(series);
  }

  /** It may have grown. */
  weigh(series: KeptSeries): void {
    if (!series.isKept) return;
    this.#kept.set(series.id, series);
    series.isKept = this.#kept.peek(series.id) === series;
  }

  #begin(id: string, log: RunLog, { columns }: ScalarSeries): KeptSeries {
    const expected = columns.reduce((sum, { shapeId }) => sum + (log.ledger.shapeRows[shapeId] ?? 0), 0);
    const points = this.#memory(PointBuffer.capacityFor(expected));
    const begun: KeptSeries = { id, log, points, blocksRead: 0, users: 0, isKept: false };
    this.#kept.set(id, begun);
    begun.isKept = this.#kept.peek(id) === begun;
    return begun;
  }

  #memory(capacity: number): PointBuffer {
    const spare = this.#spare.get(capacity)?.pop();
    if (spare === undefined) return new PointBuffer(capacity);
    this.#spareBytes -= spare.byteLength;
    return spare;
  }

  #recycle({ points, users, isKept }: KeptSeries): void {
    if (users > 0 || isKept || this.#spareBytes + points.byteLength > SPARE_BYTES) return;
    points.clear();
    const spare = this.#spare.get(points.capacity) ?? [];
    this.#spare.set(points.capacity, spare);
    spare.push(points);
    this.#spareBytes += points.byteLength;
  }
}
