/** What an exit tells besides the run's state: numbers of its summary, and what TensorBoard does not show. Pure. @module */

import type { Dictionary, WandbDocument } from '../history/index.ts';
import {
  type NotShown,
  notShownCells,
  type SummaryMetric,
  summaryMetricsOf,
  tagTableOf,
} from '../plugins/index.ts';

/** What has been told of both. */
export interface ToldAtExit {
  readonly summary: readonly SummaryMetric[];
  readonly notShown: readonly NotShown[];
}

export const NOTHING_TOLD: ToldAtExit = { summary: [], notShown: [] };

/** History as far as it goes at an exit. */
export interface HistorySoFar {
  readonly dictionary: Dictionary;
  /** Shapes of rows and cells that were logged. */
  readonly shapeIds: readonly number[];
  /** Cells by shape id. */
  readonly cellCounts: readonly (number | undefined)[];
}

/** All there is to tell now. */
export function exitWords(summary: WandbDocument, history: HistorySoFar): ToldAtExit {
  const { dictionary, shapeIds, cellCounts } = history;
  const { keys, shapes } = dictionary;
  const logged = new Set(shapeIds.flatMap((shapeId) => shapes[shapeId]!.keys.map((key) => keys[key]!)));
  return {
    summary: summaryMetricsOf(summary.entries, (key) => logged.has(key)),
    // That null is not shown, nobody misses.
    notShown: notShownCells(dictionary, tagTableOf(dictionary), cellCounts).filter(
      ({ type }) => type !== 'null',
    ),
  };
}

/** What of it was not told yet; an absent member has nothing new. */
export function newWords(words: ToldAtExit, told: ToldAtExit): Partial<ToldAtExit> {
  const before = new Map(told.summary.map(({ key, text }) => [key, text]));
  const summary = words.summary.filter(({ key, text }) => before.get(key) !== text);
  const isSame = JSON.stringify(words.notShown) === JSON.stringify(told.notShown);
  return { ...(summary.length > 0 && { summary }), ...(!isSame && { notShown: words.notShown }) };
}

/** What has been told after some more was. */
export function toldAfter(words: ToldAtExit, told: ToldAtExit): ToldAtExit {
  const summary = new Map([...told.summary, ...words.summary].map((metric) => [metric.key, metric]));
  return { summary: [...summary.values()], notShown: words.notShown };
}
