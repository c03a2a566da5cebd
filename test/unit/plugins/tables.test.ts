import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Contents, NO_CONTENTS } from '../../../src/plugins/saved-content.ts';
import { isBlobReference } from '../../../src/plugins/summary.ts';
import { tableContent } from '../../../src/plugins/text/table-grid.ts';
import { TABLES } from '../../../src/plugins/text/tables.ts';

const PATH = 'media/table/table_10_c7560889664e6ad685e1.table.json';
const VALUE = { _type: 'table-file', path: PATH, nrows: 2, ncols: 2, log_mode: 'IMMUTABLE' };

/** `content`: what is known of the file, or else its text. */
function holding(content: string): Contents {
  const known = (['lost', 'too-large', 'unknown'] as const).find((state) => state === content);
  return { ...NO_CONTENTS, content: () => known ?? encoded(content) };
}

function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function markdownOf(text: string, contents: Contents): string {
  const [point, ...others] = TABLES.read(text, contents, 'key');
  if (point === undefined || others.length > 0 || !('strings' in point.tensor))
    throw new Error('not one text');
  const [bytes] = point.tensor.strings;
  if (bytes === undefined || isBlobReference(bytes)) throw new Error('not a text');
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

function timeOf(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

function shown(table: unknown, value: object = VALUE): string {
  return markdownOf(
    JSON.stringify(value),
    holding(typeof table === 'string' ? table : JSON.stringify(table)),
  );
}

describe('a table', () => {
  it('is shown whole where it is small, with the place of its file', () => {
    const file = '{"columns": ["id", 7], "data": [[1.5, NaN], [-Infinity, null], [true, "a|b\\n<b>"]]}';
    expect(shown(file)).toBe(
      [
        '| id | 7 |',
        '|---|---|',
        '| 1.5 | NaN |',
        '| -Infinity |  |',
        '| true | a&#124;b ⏎ &#60;b&#62; |',
        '',
        `The table: \`@files/${PATH}\` in the run's directory (83 B).`,
      ].join('\n'),
    );
  });

  it('tells nested values as JSON, and media as their type and file', () => {
    const media = { _type: 'image-file', path: 'media/images/a.png', sha256: '00' };
    expect(shown({ columns: ['m', 'n'], data: [[media, { a: [1, null] }]] })).toContain(
      '| image-file media/images/a.png | &#123;"a":&#91;1,null&#93;&#125; |',
    );
  });

  it('tells integers as they were written, however long', () => {
    const file =
      '{"columns":["12345678901234567890"],"data":[[12345678901234567890],[-9007199254740993],[0.1234567890123456789]]}';
    expect(shown(file)).toContain(
      '| 12345678901234567890 |\n|---|\n| 12345678901234567890 |\n| -9007199254740993 |\n| 0.12345678901234568 |\n',
    );
    expect(shown(`["${'\\"'.repeat(500_000)}`)).toContain('its file holds no table');
  });

  it('is cut at 50 rows, 20 columns and 200 characters, and says so', () => {
    const row = ['x'.repeat(300), ...Array.from({ length: 23 }, (_, i) => i)];
    const text = shown({
      columns: row.map((_, i) => `c${i}`),
      data: Array.from({ length: 1000 }, () => row),
    });
    expect(text.split('\n').filter((line) => line.startsWith('|'))).toHaveLength(52);
    expect(text).toContain(`| ${'x'.repeat(199)}… | 0 |`);
    expect(text).not.toContain('c20');
    expect(text).toContain(
      'Rows 1-50 of 1,000 and columns 1-20 of 24. Texts that end with … are longer. The whole table: `@files/',
    );
  });

  it('has as many rows as 32 KiB take, one at least', () => {
    const row = Array.from({ length: 20 }, () => '|'.repeat(300));
    const text = shown({ columns: row, data: Array.from({ length: 5 }, () => row) });
    expect(text).toContain('Row 1 of 5.');
    expect(encoded(text).length).toBeLessThan(32 * 1024);
  });

  it('may have rows of other lengths than its head, and rows that are no lists', () => {
    expect(shown({ columns: ['a'], data: [[1, 2, 3], [], 'alone', { k: 1 }] })).toContain(
      '| a |  |  |\n|---|---|---|\n| 1 | 2 | 3 |\n|  |  |  |\n| alone |  |  |\n| &#123;"k":1&#125; |  |  |',
    );
  });

  it('may be empty', () => {
    expect(shown({ columns: [], data: [] }, { ...VALUE, nrows: 0 })).toMatch(
      /^It has no columns. It has no rows. The table: /,
    );
    expect(shown({ columns: ['a'], data: 7 }, { ...VALUE, nrows: 0 })).toMatch(
      /^\| a \|\n\|---\|\n\nIt has no rows. The table: /,
    );
  });

  it('tells where W&B counts more rows than the file holds', () => {
    const value = { ...VALUE, _type: 'incremental-table-file', nrows: 12_000 };
    expect(shown({ columns: ['a'], data: [[1]] }, value)).toContain(
      'W&B counts 12,000 rows, of which the file has 1.',
    );
  });

  it.each([
    ['lost', 'its file is lost, or is no longer the one that was logged'],
    ['too-large', 'its file is larger than 1.0 MiB'],
    ['unknown', 'its file was not read'],
    ['no JSON', 'its file holds no table'],
    ['[1]', 'its file holds no table'],
    ['null', 'its file holds no table'],
  ])('is named with the reason where its content is: %s', (content, reason) => {
    const text = markdownOf(JSON.stringify(VALUE), holding(content));
    expect(text).toContain(`A table of 2 rows and 2 columns: \`@files/${PATH}\` in the run's directory`);
    expect(text).toContain(`It is not shown here: ${reason}.`);
  });

  it('of more than 1 MiB is not asked for', () => {
    const large = JSON.stringify({ ...VALUE, size: 1024 * 1024 + 1 });
    expect(TABLES.needs?.(large)).toEqual([]);
    expect(markdownOf(large, NO_CONTENTS)).toContain(
      '(1.0 MiB). It is not shown here: its file is larger than',
    );
    const file = { file: PATH, size: 1024 * 1024, digest: expect.stringMatching(/^[0-9a-f]{20}$/) };
    const small = JSON.stringify({ ...VALUE, size: 1024 * 1024 });
    expect(TABLES.needs?.(small)).toEqual([{ kind: 'content', file, maxBytes: 1024 * 1024 }]);
  });

  it('without a file is told by what its JSON says', () => {
    const joined = { _type: 'joined-table', table1: 'a.table.json', table2: 'b.table.json', join_key: 'id' };
    expect(markdownOf(JSON.stringify(joined), NO_CONTENTS)).toBe(
      [
        'A table. It is not shown here: its rows are in no file of the run.',
        '',
        '- table1: `a.table.json`',
        '- table2: `b.table.json`',
        '- join&#95;key: `id`',
      ].join('\n'),
    );
    const evaluation = { _type: 'eval-table', nrows: 3, ncols: 1, evaluate_call_id: 'x y' };
    expect(markdownOf(JSON.stringify(evaluation), NO_CONTENTS)).toContain('A table of 3 rows and 1 column.');
    expect(TABLES.needs?.(JSON.stringify(evaluation))).toEqual([]);
  });

  it('of very many columns costs what is shown of it', () => {
    const wide = Array.from({ length: 100_000 }, (_, i) => i);
    const text = shown({ columns: wide, data: [wide, wide] });
    expect(text).toContain('Columns 1-20 of 100,000.');
  });

  it('of as many rows as 1 MiB takes, or of a million, is made in the time that reading its JSON takes', () => {
    const fileOf = (rows: number) => `{"columns":["n"],"data":[${'7,'.repeat(rows - 1)}7]}`;
    const most = (1024 * 1024 - fileOf(1).length) / 2 + 1;
    for (const rows of [Math.floor(most), 1_000_000]) {
      const file = fileOf(rows);
      const parsing = timeOf(() => tableContent(encoded(file)));
      let text = '';
      const all = timeOf(() => {
        text = shown(file, { ...VALUE, nrows: rows });
      });
      expect(text).toContain(`Rows 1-50 of ${rows.toLocaleString('en-US')}. The whole table: `);
      expect(text.length).toBeLessThan(1500);
      // Rows that are not shown cost nothing more; the constant is what a busy machine may take of both.
      expect(all).toBeLessThan(3 * parsing + 2000);
    }
  });

  it('asks for no more of a file than is read, also where its length is not known', () => {
    const asked: number[] = [];
    const content = (_: unknown, maxBytes: number) => {
      asked.push(maxBytes);
      return 'too-large' as const;
    };
    const value = { ...VALUE, nrows: 1_000_000, ncols: 3 };
    const text = markdownOf(JSON.stringify(value), { ...NO_CONTENTS, content });
    expect(asked).toEqual([1024 * 1024]);
    expect(text).toMatch(/^A table of 1,000,000 rows and 3 columns: .*larger than 1.0 MiB\.$/);
  });

  it('is one text of bounded length whatever its value and its file hold', () => {
    const anything = fc.oneof(fc.json({ depthSize: 'small' }), fc.string({ unit: 'binary' }));
    const rows = fc.array(fc.oneof(fc.array(fc.jsonValue(), { maxLength: 30 }), fc.jsonValue()), {
      maxLength: 60,
    });
    const table = fc
      .record({ columns: fc.array(fc.jsonValue()), data: rows })
      .map((content) => JSON.stringify(content));
    const value = fc.record({
      path: fc.constantFrom(PATH, '../x', 7, `a/${'%'.repeat(4000)}`),
      nrows: fc.jsonValue(),
    });
    fc.assert(
      fc.property(
        fc.oneof(
          anything,
          value.map((members) => JSON.stringify(members)),
        ),
        fc.oneof(anything, table),
        (text, file) => {
          TABLES.needs?.(text);
          expect(encoded(markdownOf(text, holding(file))).length).toBeLessThanOrEqual(32 * 1024);
        },
      ),
    );
  });
});
