/** A run's most telling series, thinned for a sparkline. @module */

import { LRUCache } from 'lru-cache';
import type { RowBlock, Run, RunLog } from '../history/index.ts';
import type { TagTable } from '../plugins/index.ts';
import { downsample, PointBuffer } from '../points/index.ts';
import type { SeriesPreview } from './overview.ts';
import { tellingRank } from './telling-names.ts';

/** Points of a sparkline: about one per pixel or two. */
const POINTS = 64;
/** Blocks looked at per run, spread over its length; a block holds up to 8,192 values. */
const BLOCKS = 12;
/** Runs whose previews are kept: a few KiB each. */
const KEPT_RUNS = 2000;

export class SeriesPreviews {
  readonly #kept = new LRUCache<
    string,
    { readonly version: string; readonly previews: readonly SeriesPreview[] }
  >({
    max: KEPT_RUNS,
  });

  /** Previews of a run, the most telling series first; none for a run without scalars. */
  async of(run: Run, log: RunLog, tags: TagTable, count: number): Promise<readonly SeriesPreview[]> {
    const version = `${log.id.origin} ${log.generation} ${log.ledger.commits} ${count}`;
    const known = this.#kept.get(run.id);
    if (known?.version === version) return known.previews;
    const previews = await this.#read(log, tags, count);
    this.#kept.set(run.id, { version, previews });
    return previews;
  }

  async #read(log: RunLog, tags: TagTable, count: number): Promise<readonly SeriesPreview[]> {
    const chosen = tellingTags(log, tags, count);
    const series = new Map(chosen.map((tag) => [tag, new PointBuffer()]));
    if (chosen.length === 0) return [];
    for (const index of spread(log.ledger.blockCount, BLOCKS)) {
      // Rows that were evicted are not read again for a sparkline.
      const [block] = (await log.readBlocks(index, 1)) ?? [];
      if (block !== undefined) collect(block, log, tags, series);
    }
    return [...series].flatMap(([tag, points]) => {
      if (points.length === 0) return [];
      const { steps, values } = downsample(points.points(), POINTS);
      const shown = Array.from(steps, (step, i) => ({ step, value: values[i]! }));
      return [{ tag, last: values.at(-1)!, points: shown }];
    });
  }
}

/** Tags of the series to show: telling names first, then those with most points. */
function tellingTags({ ledger }: RunLog, tags: TagTable, limit: number): string[] {
  const { shapes, keys } = ledger.dictionary;
  const found = new Map<string, { readonly rank: number; count: number }>();
  shapes.forEach((shape, shapeId) => {
    if (shape.kind !== 'history') return;
    tags.tagsOf(shapeId).forEach((tag, i) => {
      const series = found.get(tag) ?? { rank: tellingRank(keys[shape.keys[i]!]!), count: 0 };
      series.count += ledger.shapeRows[shapeId] ?? 0;
      found.set(tag, series);
    });
  });
  return [...found]
    .sort(([, a], [, b]) => a.rank - b.rank || b.count - a.count)
    .slice(0, limit)
    .map(([tag]) => tag);
}

function collect(
  block: RowBlock,
  { ledger }: RunLog,
  tags: TagTable,
  series: ReadonlyMap<string, PointBuffer>,
): void {
  let valuesAt = 0;
  for (let row = 0; row < block.rowCount; row++) {
    const shapeId = block.shapeIds[row]!;
    const shape = ledger.dictionary.shapes[shapeId]!;
    if (shape.kind === 'history') {
      const tagsOfRow = tags.tagsOf(shapeId);
      for (let i = 0; i < shape.keys.length; i++) {
        const points = series.get(tagsOfRow[i]!);
        points?.push(block.steps[row]!, block.timestamps[row]!, block.values[valuesAt + i]!);
      }
    }
    valuesAt += shape.keys.length;
  }
}

/** Up to `count` of the indexes below `total`, evenly spread, the first and last among them. */
export function spread(total: number, count: number): number[] {
  if (total <= count) return Array.from({ length: total }, (_, i) => i);
  return Array.from({ length: count }, (_, i) => Math.round((i * (total - 1)) / (count - 1)));
}
