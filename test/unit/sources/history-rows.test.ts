import { describe, expect, it } from 'vitest';
import { readLog, rowObject } from '../../support/local-runs.ts';
import { type RowValue, WandbLogWriter } from '../../support/wandb-log-writer.ts';

const styles = ['core', 'python'] as const;

async function rowsOf(style: 'core' | 'python', ...rows: readonly Readonly<Record<string, RowValue>>[]) {
  const writer = new WandbLogWriter({ style }).begin('abc');
  for (const row of rows) writer.row(row);
  return (await readLog(writer.bytes())).rows;
}

describe.each(styles)('history rows of a log in %s style', (style) => {
  it('hold numbers and booleans in the order of their keys, and no reserved key', async () => {
    const [row] = await rowsOf(style, {
      loss: 0.5,
      acc: true,
      Zed: -1e-7,
      _step: 4,
      _timestamp: 1700000001.25,
      _runtime: 3,
      _wandb: { runtime: 3 },
    });
    expect(row).toMatchObject({ step: 4, timestamp: 1700000001.25, values: [-1e-7, 1, 0.5], cells: [] });
    expect(row!.shape.keys).toEqual(['Zed', 'acc', 'loss']);
  });

  it('keep NaN, infinities and integers beyond 2^53', async () => {
    const [row] = await rowsOf(style, {
      a: Number.NaN,
      b: Number.POSITIVE_INFINITY,
      c: Number.NEGATIVE_INFINITY,
      d: 2 ** 60,
    });
    expect(row!.values).toEqual([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** 60]);
  });

  it('share one shape object for one set of keys, whatever the order of items', async () => {
    const rows = await rowsOf(
      style,
      { a: 1, b: 2, c: 3 },
      { c: 4, b: 5, a: 6 },
      { a: 1, c: 2 },
      { b: 9, a: 8, c: 7 },
    );
    expect(rows.map((row) => row.values)).toEqual([
      [1, 2, 3],
      [6, 5, 4],
      [1, 2],
      [8, 9, 7],
    ]);
    expect(rows[1]!.shape).toBe(rows[0]!.shape);
    expect(rows[3]!.shape).toBe(rows[0]!.shape);
    expect(rows[2]!.shape).not.toBe(rows[0]!.shape);
  });

  it('make dotted keys of nested values', async () => {
    const [row] = await rowsOf(style, { train: { a: 1, deep: { b: 2.5, c: 'x' } }, z: 0 });
    expect(rowObject(row!)).toEqual({ 'train.a': 1, 'train.deep.b': 2.5, 'train.deep.c': 'x', z: 0 });
  });

  it('let a flat key win over a nested one of the same name', async () => {
    for (const values of [
      { 'nest.a': 1, nest: { a: 2 } },
      { nest: { a: 2 }, 'nest.a': 1 },
    ]) {
      const [row] = await rowsOf(style, values);
      expect(rowObject(row!)).toEqual({ 'nest.a': 1 });
    }
  });

  it('make one cell of a media value, nested or not', async () => {
    const media = { _type: 'histogram', values: [1, 2], bins: [0, 1, 2], extra: { k: Number.NaN } };
    const [row] = await rowsOf(style, { hist: media, in: { side: media }, loss: 1 });
    expect(row!.values).toEqual([1]);
    expect(row!.cells.map(({ key, kind }) => [key, kind])).toEqual([
      ['hist', 'json'],
      ['in.side', 'json'],
    ]);
    for (const cell of row!.cells) {
      expect(JSON.parse(cell.text.replace('NaN', '"NaN"'))).toEqual({ ...media, extra: { k: 'NaN' } });
    }
  });

  it('keep strings as they are, and lists and nulls as JSON text', async () => {
    const [row] = await rowsOf(style, {
      s: 'é😀\n"q"\u0000',
      list: [1, Number.NaN],
      none: null,
      flag: false,
    });
    expect(row!.cells).toEqual([
      { key: 'list', kind: 'json', text: '[1, NaN]' },
      { key: 'none', kind: 'json', text: 'null' },
      { key: 's', kind: 'string', text: 'é😀\n"q"\u0000' },
    ]);
    expect(rowObject(row!)).toMatchObject({ flag: 0 });
  });

  it('take any key there is', async () => {
    const keys = [
      '',
      '__proto__',
      'constructor',
      'a/b',
      '..',
      'é',
      'e\u0301',
      'nul\u0000',
      'x'.repeat(300),
      '\u202ertl',
      '0',
      '😀',
    ];
    const values = Object.fromEntries(keys.map((key, index) => [key, index]));
    Object.defineProperty(values, '__proto__', { value: 1, enumerable: true });
    const [row] = await rowsOf(style, values);
    expect(row!.shape.keys).toEqual(keys.toSorted((a, b) => (a < b ? -1 : 1)));
    expect(row!.values).toEqual(row!.shape.keys.map((key) => keys.indexOf(key)));
  });
});

describe('steps and timestamps', () => {
  it('come from the items, then from the record, then from the row before', async () => {
    const writer = new WandbLogWriter().begin('abc');
    writer.row({ a: 1 }).row({ a: 2, _step: 10, _timestamp: 1700000100.5 }).row({ a: 3 }, 20).row({ a: 4 });
    const { rows } = await readLog(writer.bytes());
    expect(rows.map(({ step }) => step)).toEqual([0, 10, 20, 21]);
    expect(rows.map(({ timestamp }) => timestamp)).toEqual([
      1_700_000_000, 1700000100.5, 1700000100.5, 1700000100.5,
    ]);
  });

  it('are never NaN, and may be negative or huge', async () => {
    const writer = new WandbLogWriter().begin('abc', { startTime: {} });
    writer
      .row({ _step: Number.NaN, _timestamp: Number.NaN })
      .row({ a: 1 }, -7)
      .row({ _step: 2 ** 60 });
    const { rows } = await readLog(writer.bytes());
    expect(rows.map(({ step, timestamp }) => [step, timestamp])).toEqual([
      [0, 0],
      [-7, 0],
      [2 ** 60, 0],
    ]);
  });
});

describe('items laid out in unusual ways', () => {
  it('mean what they mean: value first, long keys, long values, no value, unknown fields', async () => {
    const long = 'k'.repeat(200);
    const item = Buffer.concat([Buffer.from([0x82, 0x01, 0x01, 0x37, 0x12, 0x01, 0x61, 0xf8, 0x3f, 0x05])]);
    const history = Buffer.concat([Buffer.from([0x0a, item.length]), item]);
    const raw = Buffer.concat([Buffer.from([0x12, history.length]), history]);
    const writer = new WandbLogWriter().begin('abc').raw(raw);
    writer.record({ history: { item: [{ nestedKey: [long], valueJson: '1' }, { nestedKey: ['empty'] }] } });
    writer.record({
      history: { item: [{ nestedKey: ['s'], valueJson: JSON.stringify('y'.repeat(50_000)) }] },
    });
    const { rows, skippedBytes } = await readLog(writer.bytes());
    expect(rows.map(rowObject)).toEqual([{ a: 7 }, { [long]: 1, empty: '' }, { s: 'y'.repeat(50_000) }]);
    expect(skippedBytes).toBe(0);
  });

  it('are passed over and counted when they are no protobuf', async () => {
    const writer = new WandbLogWriter().begin('abc');
    writer
      .raw(Buffer.from([0x12, 0x03, 0x0a, 0x7f, 0x00]))
      .raw(Buffer.from([0xff]))
      .row({ a: 1 });
    const { rows, skippedBytes, batches } = await readLog(writer.bytes());
    expect(rows.map(rowObject)).toEqual([{ a: 1 }]);
    expect(skippedBytes).toBe(5);
    expect(batches[0]!.unread).toEqual({ other: 1 });
  });
});
