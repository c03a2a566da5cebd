/** The marks of a run while it is read on. @module */

import type { SegmentMark } from './cursor.ts';

/** One mark for each segment, in the order in which they are read: a new one comes last. */
export class MarkTable {
  readonly #marks: SegmentMark[];

  constructor(marks: readonly SegmentMark[]) {
    this.#marks = [...marks];
  }

  get marks(): readonly SegmentMark[] {
    return this.#marks;
  }

  get(segmentId: string): SegmentMark | undefined {
    return this.#marks.find((mark) => mark.segmentId === segmentId);
  }

  /** The marks before that of a segment, nearest first; all of them while it has none. */
  before(segmentId: string): readonly SegmentMark[] {
    const at = this.#marks.findIndex((mark) => mark.segmentId === segmentId);
    return this.#marks.slice(0, at < 0 ? this.#marks.length : at).toReversed();
  }

  set(mark: SegmentMark): void {
    const at = this.#marks.findIndex(({ segmentId }) => segmentId === mark.segmentId);
    if (at < 0) this.#marks.push(mark);
    else this.#marks[at] = mark;
  }
}
