/** What the projector is given of a table: vectors, what is known of each, and the config that names them. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tableContent } from '../../../src/plugins/index.ts';
import {
  type Embedding,
  embeddingsOf,
  type LoggedTable,
  projectorConfig,
} from '../../../src/tree/projector/index.ts';

function table(key: string, columns: readonly unknown[], data: readonly unknown[]): LoggedTable {
  return { key, content: { columns, data } };
}

function only(logged: LoggedTable): Embedding {
  const [embedding, ...others] = embeddingsOf([logged]);
  expect(others).toEqual([]);
  return embedding!;
}

const tensors = ({ tensors: { lines } }: Embedding) => [...lines].join('');
const metadata = (embedding: Embedding) => embedding.metadata && [...embedding.metadata.lines].join('');

describe('a table with a column of vectors', () => {
  it('is a line of numbers and a line of cells for each row, names first', () => {
    const found = only(
      table(
        'emb',
        ['name', 'vec', 'score'],
        [
          ['a', [0.1, -2], 1],
          ['b', [3, 1e-20], null],
        ],
      ),
    );
    expect(found).toMatchObject({ name: 'emb', rows: 2, dimensions: 2 });
    expect(tensors(found)).toBe('0.1\t-2\n3\t1e-20\n');
    expect(metadata(found)).toBe('name\tscore\na\t1\nb\t\n');
  });

  it('has no names above a single column of cells, and no blank line: TensorBoard would pass it over', () => {
    const found = only(
      table(
        'emb',
        ['label', 'vec'],
        [
          ['', [1, 2]],
          ['b', [3, 4]],
        ],
      ),
    );
    expect(metadata(found)).toBe('(empty)\nb\n');
  });

  it('has no metadata where it has nothing but vectors', () => {
    expect(only(table('emb', ['vec'], [[[1, 2]], [[3, 4]]])).metadata).toBeUndefined();
  });

  it('keeps cells on their line, and names apart', () => {
    const rows = [['a\tb', 'c\nd', { _type: 'image-file', path: 'media/x.png' }, ['x'], [1, 2]]];
    const columns = ['n', 'n', '', 'list', 'vec'];
    const found = only(table('emb', columns, [...rows, ['', '', '', '', [3, 4]]]));
    expect(metadata(found)).toBe('n\tn (2)\tcolumn 3\tlist\na b\tc d\tmedia/x.png\t["x"]\n(empty)\t\t\t\n');
  });

  it('leaves out rows without a vector, and those the page cannot draw', () => {
    const rows = [
      ['a', [1, 2]],
      ['b', null],
      ['c', [Number.NaN, 1]],
      ['d', [1e39, 1]],
      ['e', [5, 6]],
      'no row',
    ];
    const found = only(table('emb', ['name', 'vec'], rows));
    expect([tensors(found), metadata(found)]).toEqual(['1\t2\n5\t6\n', 'a\ne\n']);
  });

  it('is shown once for each such column', () => {
    const found = embeddingsOf([
      table(
        'emb',
        ['a', 'b', 'n'],
        [
          [[1, 2], [1, 2, 3], 7],
          [[3, 4], [4, 5, 6], 8],
        ],
      ),
    ]);
    expect(found.map(({ name, dimensions }) => [name, dimensions])).toEqual([
      ['emb a', 2],
      ['emb b', 3],
    ]);
    expect(metadata(found[0]!)).toBe('7\n8\n');
  });
});

describe('no vectors are', () => {
  it.each([
    ['lists of unequal length', [[[1, 2]], [[1, 2, 3]]]],
    ['lists of anything but numbers', [[[1, '2']], [[3, 4]]]],
    ['lists and other values', [[[1, 2]], [[3, 4]], ['x']]],
    ['single numbers', [[[1]], [[2]]]],
    ['vectors of one row', [[[1, 2]]]],
    ['more numbers than are shown', [0, 1].map(() => [Array.from({ length: 4097 }, () => 0)])],
  ])('%s', (_, rows) => {
    expect(embeddingsOf([table('emb', ['vec'], rows)])).toEqual([]);
  });
});

describe('of a table that is larger than the projector shows', () => {
  const shapeIn = (embeddings: readonly Embedding[]) =>
    [...projectorConfig(embeddings).matchAll(/tensor_shape: (\d+)/g)].map(([, size]) => Number(size));

  it('the first 10,000 rows of a million are shown, and the config says how many they are', () => {
    const data = Array.from({ length: 1e6 }, (_, i) => [`row ${i}`, [i, 1]]);
    const found = only(table('emb', ['name', 'vec'], data));
    expect(shapeIn([found])).toEqual([10_000, 2]);
    const [lines, about] = [tensors(found).trimEnd().split('\n'), metadata(found)!.trimEnd().split('\n')];
    expect([lines.length, lines[0], lines.at(-1)]).toEqual([10_000, '0\t1', '9999\t1']);
    expect([about.length, about[0], about.at(-1)]).toEqual([10_000, 'row 0', 'row 9999']);
  });

  it('the first 100 of other columns are shown, and 1,000 characters of a cell', () => {
    const columns = ['vec', ...Array.from({ length: 150 }, (_, i) => `c${i}`)];
    const rows = [
      [1, 2],
      [3, 4],
    ].map((vector) => [vector, ...columns.slice(1).map(() => 'x'.repeat(1500))]);
    const [names, ...lines] = metadata(only(table('emb', columns, rows)))!
      .trimEnd()
      .split('\n');
    expect(names?.split('\t')).toEqual(columns.slice(1, 101));
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(new Set(line.split('\t'))).toEqual(new Set(['x'.repeat(1000)]));
  });

  it('the first 20 columns of vectors of a run are shown; of 4,096 numbers each at most', () => {
    const vector = (length: number) => Array.from({ length }, (_, i) => i);
    const many = Array.from({ length: 15 }, () => vector(2));
    const tables = ['a', 'b'].map((key) => table(key, [], [many, many]));
    const found = embeddingsOf(tables);
    expect(found.map(({ name }) => name)).toEqual([
      ...Array.from({ length: 15 }, (_, i) => `a column ${i + 1}`),
      ...Array.from({ length: 5 }, (_, i) => `b column ${i + 1}`),
    ]);
    const longest = only(table('long', ['v'], [[vector(4096)], [vector(4096)]]));
    expect(shapeIn([longest])).toEqual([2, 4096]);
  });
});

describe('the config', () => {
  it('names the files beside it, whatever a key is called', () => {
    const rows = [[[1, 2]], [[3, 4]]];
    const keys = ['a/b', '~root', 'x&y#z:0', 'x_y_z_0', '"\\\n', '', '@files'];
    const found = embeddingsOf(keys.map((key) => table(key, ['v'], rows)));
    expect(projectorConfig(found.slice(0, 1))).toBe(
      'embeddings {\n  tensor_name: "a/b"\n  tensor_shape: 2\n  tensor_shape: 2\n  tensor_path: "./a∕b.tensors.tsv"\n}\n',
    );
    expect(found.map(({ name, tensors: { name: file } }) => [name, file]).slice(1)).toEqual([
      ['~root', '~root.tensors.tsv'],
      ['x_y_z_0', 'x_y_z_0.tensors.tsv'],
      ['x_y_z_0 (2)', 'x_y_z_0 (2).tensors.tsv'],
      ['___', '___.tensors.tsv'],
      ['table', 'table.tensors.tsv'],
      ['@files', '%40files.tensors.tsv'],
    ]);
  });

  it('has names of their own for files whose names are cut', () => {
    const rows = [[[1, 2]], [[3, 4]]];
    const files = ['a', 'b'].map((end) => table(`${'/'.repeat(99)}${end}`, ['v'], rows));
    const names = embeddingsOf(files).map(({ tensors: { name } }) => name);
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
  });
});

describe('whatever a table holds', () => {
  it('there is a line of metadata for each vector, and as many numbers as were told', () => {
    const cell = fc.oneof(fc.array(fc.double(), { minLength: 2, maxLength: 2 }), fc.jsonValue());
    const tables = fc.record({
      columns: fc.array(fc.jsonValue()),
      data: fc.array(fc.oneof(fc.array(cell), fc.jsonValue())),
    });
    fc.assert(
      fc.property(fc.string(), tables, (key, content) => {
        for (const found of embeddingsOf([{ key, content }])) {
          const lines = tensors(found).trimEnd().split('\n');
          expect(lines).toHaveLength(found.rows);
          for (const line of lines) expect(line.split('\t')).toHaveLength(found.dimensions);
          const told =
            metadata(found)
              ?.split('\n')
              .filter((line) => line.trim() !== '') ?? [];
          const names = told[0]?.includes('\t') ? 1 : 0;
          if (found.metadata !== undefined) expect(told).toHaveLength(found.rows + names);
        }
      }),
    );
  });

  it('costs no more than its cells: rows without cells are many, columns without cells more', () => {
    const wide = `{"columns": [], "data": [[${'null,'.repeat(20_000)}[1,2]]${',[]'.repeat(200_000)}]}`;
    expect(embeddingsOf([{ key: 'emb', content: tableContent(Buffer.from(wide))! }])).toEqual([]);
  });
});
