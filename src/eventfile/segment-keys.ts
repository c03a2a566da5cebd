/** What the segments of one view are called in the cache, each name put together once. @module */

import type { Run } from '../history/index.ts';
import type { EventView } from './event-view.ts';

interface SegmentKey {
  readonly at: number;
  readonly end: number;
  readonly text: string;
}

export class SegmentKeys {
  readonly #run: Run;
  readonly #view: EventView;
  /** `EventView.id` and `succession` that the keys are of. */
  #viewName = '';
  /** By index of the segment. */
  #keys: (SegmentKey | undefined)[] = [];

  constructor(run: Run, view: EventView) {
    this.#run = run;
    this.#view = view;
  }

  /** By place in the file: where segments are cut depends on how a log was read, the bytes at a place do not. */
  of(index: number): string {
    const { segments } = this.#view.fold;
    const at = segments.offsetOf(index);
    const end = segments.offsetOf(index + 1);
    const { id, succession } = this.#view;
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
    const { logId, id } = this.#run;
    const { log, version } = this.#view;
    return `${logId.origin} ${id} ${log.generation}.${version}${this.#viewName} ${at}-${end}`;
  }
}
