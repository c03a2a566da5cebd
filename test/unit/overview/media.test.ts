/** What the overview tells of values that are no numbers: how many of each kind, and the newest files. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Cell, runKey } from '../../../src/core/index.ts';
import { buildHouse, type House, signal } from '../../support/house.ts';
import { exitRecord, factsRecord, row, text } from '../../support/records.ts';
import { NEWEST } from '../../support/run-order.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

const KEY = runKey('e', 'p', 'm');

let source: ScriptedSource;
let house: House | undefined;
beforeEach(() => {
  source = new ScriptedSource();
});
afterEach(() => house?.[Symbol.asyncDispose]());

function cell(key: string, value: unknown): Cell {
  return { key, kind: 'json', text: typeof value === 'string' ? value : JSON.stringify(value) };
}

function image(path: string, more: object = {}) {
  return { _type: 'image-file', path, ...more };
}

/** The page of a run that logged one row for each list of cells. */
async function pageOf(...rows: readonly (readonly Cell[])[]) {
  const logged = rows.map((cells, step) => row(step, {}, cells));
  source.add(KEY, [factsRecord('media', 1.7e9), ...logged, exitRecord(0)]);
  house = await buildHouse({ sources: [source] });
  return await house.overview.run('e', 'p', 'media', { signal });
}

describe('the media of a run', () => {
  it('are counted by what people call them, lists as lists', async () => {
    const { card } = await pageOf(
      [
        cell('a', image('a.png')),
        cell('b', image('b.png')),
        cell('c', { _type: 'images/separated', filenames: ['c.png'], count: 1 }),
        cell('d', { _type: 'histogram', values: [1], bins: [0, 1] }),
        text('e', 'hello'),
        cell('f', [1, 2]),
        cell('g', { _type: 'html-file', path: 'g.html' }),
      ],
      [
        cell('a', image('a2.png')),
        cell('t', { _type: 'table-file', path: 't.table.json' }),
        cell('t2', { _type: 'joined-table' }),
      ],
    );
    expect(card.media).toEqual([
      { kind: 'image', isList: false, count: 3 },
      { kind: 'image', isList: true, count: 1 },
      { kind: 'table', isList: false, count: 2 },
      { kind: 'histogram', isList: false, count: 1 },
      { kind: 'text', isList: false, count: 1 },
      { kind: 'other', isList: false, count: 1 },
    ]);
    expect(card.notShown).toEqual([{ type: 'html-file', count: 1 }]);
    const listed = await house?.overview.runs('e', 'p', {
      ...({ query: '', order: NEWEST, offset: 0, limit: 9, signal } as const),
    });
    expect(listed?.runs[0]?.media).toEqual(card.media);
  });

  it('are the newest file of each key, whatever its type was before, pictures first', async () => {
    const { media } = await pageOf(
      [
        cell('t', { _type: 'table-file', path: 't.table.json', size: 9, nrows: 2, ncols: 3 }),
        cell('pic', { _type: 'images/separated', filenames: ['old.png'] }),
        cell('clip', { _type: 'audio-file', path: 'clip.wav' }),
      ],
      [
        cell(
          'pic',
          image('new.png', { size: 5, width: 4, height: 3, caption: '<b>', masks: { m: image('m.png') } }),
        ),
      ],
      [cell('pic', 'null'), text('word', 'x')],
    );
    expect(media).toMatchObject({ moreKeys: 0, isElsewhere: false });
    const [pic, clip, table] = media.values;
    expect(media.values).toHaveLength(3);
    expect(pic).toEqual({
      ...{ key: 'pic', type: 'image-file', count: 2, step: 1, moreFiles: 0, extent: null },
      files: [
        {
          ...{ file: 'new.png', size: 5, width: 4, height: 3, caption: '<b>' },
          ...{ shownAs: 'picture', hasLayers: true },
        },
      ],
    });
    expect(clip).toMatchObject({ key: 'clip', files: [{ shownAs: 'sound', size: null }] });
    expect(table).toMatchObject({
      ...{ key: 't', step: 0, extent: { rows: 2, columns: 3 } },
      files: [{ shownAs: 'link', size: 9 }],
    });
  });

  it('are bounded: keys, files of a value, captions', async () => {
    const filenames = Array.from({ length: 100 }, (_, i) => `${i}.png`);
    const captions = ['x'.repeat(5000)];
    const cells = Array.from({ length: 40 }, (_, i) =>
      cell(`k${String(i).padStart(2, '0')}`, { _type: 'images/separated', filenames, captions }),
    );
    const { media } = await pageOf(cells);
    expect([media.values.length, media.moreKeys]).toEqual([24, 16]);
    const [first] = media.values;
    expect([first?.files.length, first?.moreFiles]).toEqual([8, 92]);
    expect(first?.files[0]?.caption).toHaveLength(300);
  });

  it.each([
    ['no JSON', '{"_type":'],
    ['a path out of its folder', image('../../etc/passwd.png')],
    ['an address', image('https://example.org/a.png')],
    ['no path', { _type: 'image-file', path: { a: 1 } }],
    ['no list', { _type: 'images/separated', filenames: 'x' }],
    ['counts that are none', '{"_type":"table-file","nrows":NaN,"ncols":-1}'],
  ])('have no files in %s', async (_, value) => {
    const cells: Cell[] = [{ ...cell('odd', value) }, cell('good', image('good.png'))];
    const { media } = await pageOf(cells);
    expect(media.values.map(({ key }) => key)).toEqual(['good']);
  });

  it('are not looked at: their files may be gone', async () => {
    const { media, failure } = await pageOf([cell('pic', image('gone.png'))]);
    expect([media.values.length, failure]).toEqual([1, null]);
    // The page shows the end of the console.
    expect([source.opened, source.asked]).toEqual([['output.log'], []]);
  });
});
