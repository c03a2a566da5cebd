/** What a run holds and TensorBoard does not show, as far as rows have it: which keys, how many values. Pure. @module */

import type { NotShown } from './plugin.ts';
import type { SeriesDictionary, TagTable } from './tag-table.ts';

/** In the order of first appearance. `counts`: of cells, by shape id. */
export function notShownCells(
  { keys, shapes }: SeriesDictionary,
  tags: TagTable,
  counts: readonly (number | undefined)[],
): readonly NotShown[] {
  return shapes.flatMap((shape, shapeId) => {
    const count = counts[shapeId] ?? 0;
    if (shape.kind !== 'cell' || count === 0 || tags.pluginOf(shapeId) !== null) return [];
    return [{ key: keys[shape.keys[0] ?? -1] ?? '', type: shape.type ?? '', count }];
  });
}
