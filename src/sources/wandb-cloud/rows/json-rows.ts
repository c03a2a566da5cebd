/** Rows that come as JSON: lines of `history` and `events` pages, objects of `sampledHistory`. @module */

import { type HistoryRow, LogdirError, type SystemRow } from '../../../core/index.ts';
import { parseLenientJson } from '../../../wandb-json/index.ts';
import type { ShapeRegistry } from '../../shape-registry.ts';
import { historyRules, type KeyRules, SYSTEM_RULES } from './key-rules.ts';
import type { KeyTypes } from './key-types.ts';
import { RowBuilder, type RowDraft } from './row-builder.ts';
import {
  type HistoryOptions,
  historySequence,
  type SequenceOptions,
  systemSequence,
} from './row-sequence.ts';

export interface RowOptions extends HistoryOptions {
  readonly registry: ShapeRegistry;
  readonly keyTypes: KeyTypes;
}

export interface SystemRowOptions extends SequenceOptions {
  readonly registry: ShapeRegistry;
  /** Unix seconds; samples up to and at it are left out. */
  readonly afterTimestamp: number;
}

/** How much of a bad line an error shows. */
const SHOWN = 80;

/**
 * Rows of one page of `history(...)`, each line the JSON text of a row, NaN bare or a string, in any order. Ascending
 * by step, one row per step: the last of them. @throws LogdirError `unavailable` for a line that is no row.
 */
export function rowsOfLines(lines: readonly string[], options: RowOptions): HistoryRow[] {
  return historySequence(draftsOf(lines, options.registry, historyRules(options.keyTypes)), options);
}

/** Rows of `events` or `eventsTail`, as `rowsOfLines` makes them of `history`. */
export function systemRowsOfLines(lines: readonly string[], options: SystemRowOptions): SystemRow[] {
  return systemSequence(draftsOf(lines, options.registry, SYSTEM_RULES), options.afterTimestamp, options);
}

/**
 * Rows of `sampledHistory`: objects with dotted keys, of all specs one after another. Objects of one step are one row;
 * of values under one key the last holds. Ascending by step.
 */
export function rowsOfObjects(
  objects: readonly Readonly<Record<string, unknown>>[],
  options: RowOptions,
): HistoryRow[] {
  const steps = Float64Array.from(objects, ({ _step }) =>
    Math.trunc(typeof _step === 'number' ? _step : Number.NaN),
  );
  const order = [...objects.keys()].filter((index) => Number.isFinite(steps[index]));
  order.sort((a, b) => steps[a]! - steps[b]!);
  const builder = new RowBuilder(options.registry, historyRules(options.keyTypes));
  const drafts: RowDraft[] = [];
  for (let next = 0; next < order.length; ) {
    const step = steps[order[next]!]!;
    builder.begin();
    for (; next < order.length && steps[order[next]!] === step; next++)
      builder.addAll(objects[order[next]!]!);
    drafts.push(builder.finish());
  }
  if (order.length < objects.length) options.onDropped?.(objects.length - order.length, 'no-step');
  return historySequence(drafts, options);
}

function draftsOf(lines: readonly string[], registry: ShapeRegistry, rules: KeyRules): RowDraft[] {
  const builder = new RowBuilder(registry, rules);
  return lines.map((line, index) => {
    builder.begin();
    builder.addAll(parseLine(line, index));
    return builder.finish();
  });
}

function parseLine(line: string, index: number): Readonly<Record<string, unknown>> {
  try {
    const value = parseLenientJson(line);
    if (isObject(value)) return value;
    throw new SyntaxError('not an object');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const shown = JSON.stringify(line.slice(0, SHOWN));
    const message = `line ${index + 1} of a page of history is no row (${reason}): ${shown}; asking again may help`;
    throw new LogdirError('unavailable', message, { cause: error });
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
