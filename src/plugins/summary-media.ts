/**
 * Media of a run's summary that its history does not have: the graph that `wandb.watch(log_graph=True)` keeps there, and what
 * a script sets itself (`run.summary["samples"] = wandb.Image(...)`). Of every key of history W&B keeps the newest value in
 * the summary, and these are left out. Pure.
 * @module
 */

import { cellText, isMembers, objectOfPaths, type PathValue } from '../wandb-json/index.ts';
import type { CellSeries, Plugin, SummaryMedia, TaggedSummary } from './plugin.ts';
import type { ContentNeed, Contents } from './saved-content.ts';
import { summaryTag } from './scalars.ts';
import { PLUGINS } from './table.ts';

/** A summary of more is no summary. */
const MAX_VALUES = 100;
/** Of the JSON of one, which names files. */
const MAX_CHARACTERS = 16 * 1024;

/** By key, the first `MAX_VALUES`. `hasKey`: whether history has a key. */
export function summaryMediaOf(
  summary: readonly PathValue[],
  hasKey: (key: string) => boolean,
): readonly SummaryMedia[] {
  const found: SummaryMedia[] = [];
  let level: readonly (readonly [string, unknown])[] = Object.entries(
    objectOfPaths(summary.filter(({ path }) => path[0] !== '_wandb')),
  );
  while (level.length > 0 && found.length < MAX_VALUES) {
    const below: [string, unknown][] = [];
    for (const [key, value] of level) {
      if (!isMembers(value)) continue;
      const type = value['_type'];
      if (typeof type !== 'string') {
        below.push(
          ...Object.entries(value).map(([name, member]): [string, unknown] => [`${key}.${name}`, member]),
        );
        continue;
      }
      const text = cellText(value);
      if (!hasKey(key) && text.length <= MAX_CHARACTERS) found.push({ key, type, text });
    }
    level = below;
  }
  return found.sort((a, b) => (a.key < b.key ? -1 : 1)).slice(0, MAX_VALUES);
}

/** What of which files such values are made of. */
export function needsOfSummaryMedia(values: readonly SummaryMedia[]): readonly ContentNeed[] {
  return values.flatMap((value) => seriesOf(value).flatMap(({ series }) => series.needs?.(value.text) ?? []));
}

/** Their summaries, under tags that no key of history has. */
export function summariesOfSummaryMedia(
  values: readonly SummaryMedia[],
  contents: Contents,
): readonly TaggedSummary[] {
  return values.flatMap((value) =>
    seriesOf(value).flatMap(({ series, tag }) =>
      series.read(value.text, contents, tag).map(({ suffix, metadata, tensor }) => {
        return { tag: tag + suffix, content: { metadata, tensor } };
      }),
    ),
  );
}

interface NamedSeries {
  readonly plugin: Plugin;
  readonly series: CellSeries;
  readonly tag: string;
}

/** The first series has the plain tag, others the name of their type after it. */
function seriesOf({ key, type }: SummaryMedia): readonly NamedSeries[] {
  const taken = new Set<string>();
  return PLUGINS.flatMap((plugin) =>
    (plugin.cells ?? []).flatMap((series) => {
      if (!series.accepts(type)) return [];
      const plain = summaryTag(series.tag(key));
      const tag = taken.has(plain) ? `${plain}/${plugin.typeName}` : plain;
      taken.add(tag);
      return [{ plugin, series, tag }];
    }),
  );
}
