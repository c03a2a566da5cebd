/** What an exit tells besides the run's state: its summary's numbers and media, and what TensorBoard does not show. Pure. @module */

import type { Dictionary, WandbDocument } from '../history/index.ts';
import {
  type NotShown,
  notShownCells,
  type SummaryMedia,
  type SummaryMetric,
  summaryMediaOf,
  summaryMetricsOf,
  tagTableOf,
} from '../plugins/index.ts';

/** What has been told of each. */
export interface ToldAtExit {
  readonly summary: readonly SummaryMetric[];
  readonly media: readonly SummaryMedia[];
  readonly notShown: readonly NotShown[];
}

export const NOTHING_TOLD: ToldAtExit = { summary: [], media: [], notShown: [] };

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
  const { dictionary, cellCounts } = history;
  let logged: ReadonlySet<string> | undefined;
  const hasKey = (key: string) => {
    logged ??= loggedKeys(history);
    return logged.has(key);
  };
  return {
    summary: summaryMetricsOf(summary.entries, hasKey),
    media: summaryMediaOf(summary.entries, hasKey),
    // That null is not shown, nobody misses.
    notShown: notShownCells(dictionary, tagTableOf(dictionary), cellCounts).filter(
      ({ type }) => type !== 'null',
    ),
  };
}

function loggedKeys({ dictionary: { keys, shapes }, shapeIds }: HistorySoFar): ReadonlySet<string> {
  return new Set(shapeIds.flatMap((shapeId) => shapes[shapeId]!.keys.map((key) => keys[key]!)));
}

/** What of it was not told yet; an absent member has nothing new. */
export function newWords(words: ToldAtExit, told: ToldAtExit): Partial<ToldAtExit> {
  const summary = changed(words.summary, told.summary);
  const media = changed(words.media, told.media);
  const isSame = JSON.stringify(words.notShown) === JSON.stringify(told.notShown);
  return {
    ...(summary.length > 0 && { summary }),
    ...(media.length > 0 && { media }),
    ...(!isSame && { notShown: words.notShown }),
  };
}

interface ToldValue {
  readonly key: string;
  readonly text: string;
}

function changed<T extends ToldValue>(values: readonly T[], told: readonly T[]): readonly T[] {
  const before = new Map(told.map(({ key, text }) => [key, text]));
  return values.filter(({ key, text }) => before.get(key) !== text);
}

function withNews<T extends ToldValue>(told: readonly T[], news: readonly T[]): readonly T[] {
  return [...new Map([...told, ...news].map((value) => [value.key, value])).values()];
}

/** What has been told after some more was. */
export function toldAfter(words: ToldAtExit, told: ToldAtExit): ToldAtExit {
  return {
    summary: withNews(told.summary, words.summary),
    media: withNews(told.media, words.media),
    notShown: words.notShown,
  };
}
