/** What a rewind takes back of a log before it: rows above a step, and what they made of the summary. @module */

import type { HistoryRow } from '../../../core/index.ts';
import { wandbRecordCodec } from '../../../protobuf/index.ts';

/**
 * W&B cuts the history off after the step and makes the summary anew from what is left. A row's own summary stands
 * beside it in the log, before or after it, and holds its step; what a script adds to the summary stands after the rows.
 */
export class RewoundSegment {
  readonly #maxStep: number;
  #isAbove: boolean;

  /** `lastStep`: step of the row before the first record. */
  constructor(maxStep: number, lastStep: number) {
    this.#maxStep = maxStep;
    this.#isAbove = lastStep > maxStep;
  }

  takesBack({ step }: HistoryRow): boolean {
    this.#isAbove = step > this.#maxStep;
    return this.#isAbove;
  }

  /** Of the bytes of a Record that holds a summary. Malformed ones are left to whoever reads them. */
  takesBackSummary(record: Uint8Array): boolean {
    const step = stepIn(record);
    if (step !== undefined) this.#isAbove = step > this.#maxStep;
    return this.#isAbove;
  }
}

function stepIn(record: Uint8Array): number | undefined {
  try {
    const items = wandbRecordCodec.decode(record).summary?.update ?? [];
    const own = items.find(
      ({ key, nestedKey }) => (nestedKey?.length ? nestedKey.join('.') : key) === '_step',
    );
    return own === undefined ? undefined : Number(own.valueJson);
  } catch {
    return undefined;
  }
}
