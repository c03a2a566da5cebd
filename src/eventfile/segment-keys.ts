/** What the segments of one view are called in the cache, each name put together once. @module */

import type { Run } from '../history/index.ts';
import type { EventView } from './event-view.ts';

/** A run with the view of its event file. */
export interface ViewedRun {
  readonly run: Run;
  readonly view: EventView;
}

interface SegmentKey {
  readonly at: number;
  readonly end: number;
  readonly text: string;
}

export class SegmentKeys {
  readonly #viewed: ViewedRun;
  /** `EventView.id` and `succession` that the keys are of. */
  #viewName = '';
  /** By index of the segment. */
  #keys: (SegmentKey | undefined)[] = [];

  constructor(viewed: ViewedRun) {
    this.#viewed = viewed;
  }

  /** By place in the file: where segments are cut depends on how a log was read, the bytes at a place do not. */
  of(index: number): string {
    const { segments } = this.#viewed.view.fold;
    const at = segments.offsetOf(index);
    const end = segments.offsetOf(index + 1);
    const { id, succession } = this.#viewed.view;
    const name = id + succession;
    if (name !== this.#viewName) {
      this.#viewName = name;
      this.#keys = [];
    }
    const known = this.#keys[index];
    if (known !== undefined && known.at === at && known.end === end) return known.text;
    const text = this.#text(at, end);
    this.#keys[index] = { at, end, text };
    return text;
  }

  #text(at: number, end: number): string {
    const { run, view } = this.#viewed;
    const { log, version } = view;
    return `${run.logId.origin} ${run.id} ${log.generation}.${version}${this.#viewName} ${at}-${end}`;
  }
}
