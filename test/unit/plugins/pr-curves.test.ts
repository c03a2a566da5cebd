import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PR_CURVES } from '../../../src/plugins/pr-curves.ts';
import { type Contents, NO_CONTENTS } from '../../../src/plugins/saved-content.ts';
import { DATA_TYPE, prCurvePluginDataCodec } from '../../../src/protobuf/index.ts';

const [SERIES] = PR_CURVES.cells ?? [];
const THRESHOLDS = 201;
const FILE = { _type: 'table-file', path: 'media/table/pr_table_0.table.json', ncols: 3, nrows: 2, size: 9 };
const COLUMNS = ['class', 'precision', 'recall'];

interface Curve {
  readonly suffix: string;
  readonly rows: readonly (readonly number[])[];
}

function curvesOf(file: string, cell: object = FILE): Curve[] {
  const contents: Contents = { ...NO_CONTENTS, content: () => new TextEncoder().encode(file) };
  return (SERIES?.read(JSON.stringify(cell), contents, 'pr_table/pr_curve') ?? []).map(
    ({ suffix, metadata, tensor }) => {
      if (!('bytes' in tensor)) throw new Error('expected numbers');
      expect(tensor).toMatchObject({ shape: [6, THRESHOLDS], dtype: DATA_TYPE.float });
      const content = metadata.pluginData?.content ?? new Uint8Array();
      expect(prCurvePluginDataCodec.decode(content)).toEqual({ numThresholds: THRESHOLDS });
      const view = new DataView(tensor.bytes.buffer, tensor.bytes.byteOffset, tensor.bytes.byteLength);
      expect(view.byteLength).toBe(4 * 6 * THRESHOLDS);
      const row = (r: number) =>
        Array.from({ length: THRESHOLDS }, (_, i) => view.getFloat32(4 * (r * THRESHOLDS + i), true));
      return { suffix, rows: Array.from({ length: 6 }, (_, r) => row(r)) };
    },
  );
}

/** Points as (recall, precision), repeated ones once. */
function pointsOf({ rows: [, , , , precision = [], recall = []] }: Curve): [number, number][] {
  const points = recall.map((x, i): [number, number] => [x, precision[i] ?? Number.NaN]);
  return points.filter(([x, y], i) => i === 0 || x !== points[i - 1]?.[0] || y !== points[i - 1]?.[1]);
}

function table(data: readonly unknown[], columns: unknown = COLUMNS): string {
  return JSON.stringify({ columns, data });
}

describe('a table of wandb.plot.pr_curve', () => {
  it('is fetched, and others are not', () => {
    const needs = (cell: unknown) => SERIES?.needs?.(JSON.stringify(cell));
    const { path, size } = FILE;
    expect(needs({ ...FILE, sha256: 'ab'.repeat(32) })).toEqual([
      { kind: 'content', file: { file: path, size, digest: 'ab'.repeat(32) }, maxBytes: 2 ** 20 },
    ]);
    const others = [
      { ncols: 4 },
      { size: 2 ** 20 + 1 },
      { size: null },
      { size: -1 },
      { path: 3 },
      { path: '' },
    ];
    for (const other of others) expect(needs({ ...FILE, ...other })).toEqual([]);
    for (const other of [null, 'x', [], 5]) expect(needs(other)).toEqual([]);
    expect(SERIES?.needs?.('{')).toEqual([]);
  });

  it('has a curve for each class, through exactly its points, recall descending', () => {
    const data = [
      ['cat', 0.25, 1],
      ['cat', 0.5, 0.5],
      ['cat', 1, 0],
      ['dog', 0.75, 1],
      ['dog', 0.875, 0],
    ];
    const curves = curvesOf(table(data));
    expect(curves.map(({ suffix }) => suffix)).toEqual(['/cat', '/dog']);
    expect(curves.map(pointsOf)).toEqual([
      [
        [1, 0.25],
        [0.5, 0.5],
        [0, 1],
      ],
      [
        [1, 0.75],
        [0, 0.875],
      ],
    ]);
  });

  it('has -1 for the counts, as TensorBoard cuts off what has none', () => {
    for (const row of curvesOf(table([[0, 1, 1]]))[0]?.rows.slice(0, 4) ?? [])
      expect(new Set(row)).toEqual(new Set([-1]));
  });

  it('has its points evenly chosen where it has too many, both ends among them', () => {
    const data = Array.from({ length: 1000 }, (_, i) => [true, 0.5, i / 999]);
    const [curve] = curvesOf(table(data));
    const recalls = curve?.rows[5] ?? [];
    expect(curve?.suffix).toBe('/true');
    expect([recalls[0], recalls.at(-1)]).toEqual([1, 0]);
    const steps = recalls.slice(1).map((recall, i) => (recalls[i] ?? 0) - recall);
    expect(Math.max(...steps)).toBeLessThan(6.5 / 999);
    expect(Math.min(...steps)).toBeGreaterThan(3.5 / 999);
  });

  it('has points in order of recall, then precision, however its rows are', () => {
    const data = [
      ['a', 1, 0],
      ['a', 0.75, 0.5],
      ['a', 0.25, 1],
      ['a', 0.5, 0.5],
    ];
    expect(curvesOf(table(data)).map(pointsOf)).toEqual([
      [
        [1, 0.25],
        [0.5, 0.5],
        [0.5, 0.75],
        [0, 1],
      ],
    ]);
  });

  it('has no points that are no ratios or of no class', () => {
    const rows =
      '["a",NaN,1],["a",0.5,Infinity],["a",2,1],["a","1",1],[null,1,1],[[],1,1],["b",1],7,null,["c",1,1]';
    expect(
      curvesOf(`{"columns":["class","precision","recall"],"data":[${rows}]}`).map((curve) => curve.suffix),
    ).toEqual(['/c']);
  });

  it('has names of classes that are one part of a tag, each once', () => {
    const labels = [
      'a/b',
      'a\u2215b',
      '',
      'x\n\u0000',
      '\ud800',
      '😀'.repeat(150),
      `${'😀'.repeat(100)}x`,
      1,
      '1',
    ];
    const suffixes = curvesOf(table(labels.map((label) => [label, 1, 1]))).map(({ suffix }) => suffix);
    expect(suffixes).toEqual([
      '/a\u2215b',
      '/a\u2215b (2)',
      '/(empty)',
      '/x\ufffd\ufffd',
      '/\ufffd',
      `/${'😀'.repeat(100)}`,
      `/${'😀'.repeat(100)} (2)`,
      '/1',
    ]);
  });

  it('has the first 64 classes', () => {
    const data = Array.from({ length: 1000 }, (_, i) => [i % 100, 1, 1]);
    expect(curvesOf(table(data)).map(({ suffix }) => suffix)).toEqual(
      Array.from({ length: 64 }, (_, i) => `/${i}`),
    );
  });

  it('is told by its columns', () => {
    const data = [['a', 1, 1]];
    expect(curvesOf(table(data, ['class', 'recall', 'precision']))).toEqual([]);
    expect(curvesOf(table(data, ['class', 'precision', 'recall', 'x']))).toEqual([]);
    expect(curvesOf(table(data, 'class'))).toEqual([]);
    expect(curvesOf(table(data), { ...FILE, ncols: 4 })).toEqual([]);
  });

  it.each(['lost', 'too-large', 'unknown'] as const)('has no curves where its file is %s', (state) => {
    expect(SERIES?.read(JSON.stringify(FILE), { ...NO_CONTENTS, content: () => state }, 'pr')).toEqual([]);
  });

  it('has curves within bounds, whatever its file says', () => {
    const ratio = fc.double({ min: 0, max: 1, noNaN: true });
    const row = fc.tuple(fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.jsonValue()), ratio, ratio);
    const rows = fc.array(fc.oneof({ weight: 9, arbitrary: row }, fc.jsonValue()), { maxLength: 400 });
    const likely = fc.record({
      columns: fc.constant(COLUMNS),
      data: fc.oneof({ weight: 9, arbitrary: rows }, fc.jsonValue()),
    });
    const file = fc
      .oneof({ weight: 5, arbitrary: likely }, fc.jsonValue())
      .map((value) => JSON.stringify(value));
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: file }, fc.string()), (text) => {
        const curves = curvesOf(text);
        expect(curves.length).toBeLessThanOrEqual(64);
        expect(new Set(curves.map(({ suffix }) => suffix)).size).toBe(curves.length);
        for (const curve of curves) {
          expect(curve.suffix).toMatch(/^\/[^/\p{Cc}\p{Surrogate}]{1,120}$/u);
          const recalls = curve.rows[5] ?? [];
          expect(recalls.every((recall, i) => recall <= (recalls[i - 1] ?? 1))).toBe(true);
        }
      }),
    );
  });
});
