/**
 * Tags of a run in groups that are read one after the other, so that a run of any length is compared in bounded memory. The
 * tags of numbers make up the groups; everything else is in the first one.
 * @module
 */

import type { RunLedger } from '../history/index.ts';
import type { TagTable } from '../plugins/index.ts';

export class TagGroups {
  readonly #groups = new Map<string, number>();
  readonly count: number;

  /** `maxPoints`: of a group, unless a single tag has more. */
  constructor({ dictionary, shapeRows }: RunLedger, tags: TagTable, maxPoints: number) {
    const points = new Map<string, number>();
    for (const [shapeId, { kind }] of dictionary.shapes.entries()) {
      if (kind === 'cell') continue;
      const rows = shapeRows[shapeId] ?? 0;
      for (const tag of tags.tagsOf(shapeId)) points.set(tag, (points.get(tag) ?? 0) + rows);
    }
    let [group, filled] = [0, 0];
    for (const [tag, count] of points) {
      if (filled > 0 && filled + count > maxPoints) [group, filled] = [group + 1, 0];
      filled += count;
      this.#groups.set(tag, group);
    }
    this.count = group + 1;
  }

  /** The group of a tag, whoever has it. */
  of(tag: string): number {
    return this.#groups.get(tag) ?? 0;
  }
}
