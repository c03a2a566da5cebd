/** Tags of a run that logs any keys with any kinds of values: each series has one of its own, for good. @module */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PLUGINS, type SeriesShape, TagTable } from '../../src/plugins/index.ts';

const KEYS = [
  'a',
  'a/writer-2',
  'a/text',
  'a/scalar',
  'a/text (2)',
  'a_VERTEX',
  'a/captions',
  'a/pr_curve',
  'a/pr_curve/cat',
  'system/a',
  'wandb/config',
  '_hparams_/experiment',
  '',
];
const keyId = fc.nat(KEYS.length - 1);
const unwritten: fc.Arbitrary<SeriesShape> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('history' as const, 'system' as const),
    keys: fc.uniqueArray(keyId, { maxLength: 4 }),
    type: fc.constant(null),
  }),
  fc.record({
    kind: fc.constant('cell' as const),
    keys: keyId.map((id) => [id]),
    type: fc.constantFrom('string', 'null', 'list', 'image-file', 'table-file', 'object3D-file', 'html-file'),
  }),
);
const shape = fc
  .tuple(unwritten, fc.constantFrom(1, 1, 2, 3))
  .map(([own, writer]): SeriesShape => (writer === 1 ? own : { ...own, writer }));
const shapes = fc.array(shape, { maxLength: 30 });

/** What a tag stands for: the writer, the series and its key. */
function seriesOf(
  table: TagTable,
  { kind, type, keys, writer }: SeriesShape,
  shapeId: number,
): [string, string][] {
  const cells = table.cellsOf(shapeId).map(({ plugin, series }) => {
    return `${plugin.name} ${plugin.cells?.indexOf(series)}`;
  });
  return table
    .tagsOf(shapeId)
    .map((tag, i) => [tag, `${writer ?? 1} ${cells[i] ?? kind} ${keys[type === null ? i : 0]}`]);
}

/** Tags that points of a shape's cells may have, where these stand below the tag of their series. */
function tagsBelow(table: TagTable, shapeId: number): string[] {
  return table.cellsOf(shapeId).flatMap(({ series: { suffixes = [] }, tag }) => {
    return (suffixes === 'open' ? ['/cat', '/dog/x'] : suffixes).map((suffix) => tag + suffix);
  });
}

describe('tags', () => {
  it('stand for one series each, one series has one tag, and none is a reserved one', () => {
    fc.assert(
      fc.property(shapes, (drawn) => {
        const table = new TagTable({ keys: KEYS, shapes: drawn });
        const pairs = drawn.flatMap((shape, id) => seriesOf(table, shape, id));
        const byTag = new Map(pairs);
        const bySeries = new Map(pairs.map(([tag, series]) => [series, tag]));
        for (const [tag, series] of pairs)
          expect([byTag.get(tag), bySeries.get(series)]).toEqual([series, tag]);
        for (const { reservedTags } of PLUGINS)
          for (const tag of reservedTags) expect(byTag.has(tag)).toBe(false);
      }),
    );
  });

  it('that stand below another are no series of their own', () => {
    fc.assert(
      fc.property(shapes, (drawn) => {
        const table = new TagTable({ keys: KEYS, shapes: drawn });
        const tags = new Set(drawn.flatMap((_, id) => table.tagsOf(id)));
        for (const tag of drawn.flatMap((_, id) => tagsBelow(table, id))) expect(tags.has(tag)).toBe(false);
      }),
    );
  });

  it('stay as they are while shapes are added, whenever they are asked for', () => {
    fc.assert(
      fc.property(shapes, fc.nat(), (drawn, cut) => {
        const growing = drawn.slice(0, cut % (drawn.length + 1));
        const table = new TagTable({ keys: KEYS, shapes: growing });
        const before = growing.map((_, id) => table.tagsOf(id));
        for (const shape of drawn.slice(growing.length)) growing.push(shape);
        const after = drawn.map((_, id) => table.tagsOf(drawn.length - 1 - id)).reverse();
        expect(after.slice(0, before.length)).toEqual(before);
        const anew = new TagTable({ keys: KEYS, shapes: drawn });
        expect(after).toEqual(drawn.map((_, id) => anew.tagsOf(id)));
      }),
    );
  });
});
