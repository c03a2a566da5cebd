/** A stretch of rows in the order they were logged, however they are held. @module */

import type { JsonObject, JsonValue } from './json-value.ts';

export interface RowBlock {
  /** Rows. */
  readonly length: number;
  /** Every key that some row has, in the order of first sight. */
  readonly keys: readonly string[];
  /** `_step` of a row; its place in the block when it has none. */
  step(index: number): number;
  /** `undefined`: the row has no such key. */
  value(index: number, key: string): JsonValue | undefined;
  /** A flat row: keys are dotted names. */
  row(index: number): JsonObject;
  /** The row as the strict JSON text that `Run.history` answers. */
  json(index: number): string;
}

/** Rows `from` up to but not `to` of a block. */
export interface RowSpan {
  readonly block: RowBlock;
  readonly from: number;
  readonly to: number;
}

/** One row of a block. */
export interface RowPlace {
  readonly block: RowBlock;
  readonly index: number;
}

/** Values of one key over spans; `undefined` where a row lacks it. */
export function columnOf(spans: readonly RowSpan[], key: string): (JsonValue | undefined)[] {
  const values: (JsonValue | undefined)[] = [];
  for (const { block, from, to } of spans)
    for (let index = from; index < to; index++) values.push(block.value(index, key));
  return values;
}

/** Keys that some row of the spans has, in the order of first sight. */
export function keysOf(spans: readonly RowSpan[]): readonly string[] {
  return [...new Set(spans.flatMap((span) => span.block.keys.filter((key) => hasKey(span, key))))];
}

function hasKey({ block, from, to }: RowSpan, key: string): boolean {
  for (let index = from; index < to; index++) if (block.value(index, key) !== undefined) return true;
  return false;
}
