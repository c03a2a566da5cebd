import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ShapeRegistry } from '../../../src/sources/shape-registry.ts';
import { parquetRows } from '../../../src/sources/wandb-cloud/rows/index.ts';
import { noTypes, numericKeys, ParquetFolder, plainRow, readFiles } from '../../support/cloud-rows.ts';
import { neverAborted } from '../../support/local-runs.ts';
import type { JsonObject } from '../../support/wandb-server/index.ts';

let folder: ParquetFolder;
beforeEach(async () => {
  folder = await ParquetFolder.make();
});
afterEach(async () => await folder[Symbol.asyncDispose]());

/** Rows with steps from 0 and a timestamp that is the step, unless they have their own. */
const stepped = (rows: readonly JsonObject[]) =>
  rows.map((row, index) => ({ _step: index, _timestamp: index, _runtime: 1, ...row }));

async function valuesOf(
  rows: readonly JsonObject[],
  options: Parameters<typeof readFiles>[1] = {},
  jsonKeys: string[] = [],
) {
  const path = await folder.export(stepped(rows), { jsonKeys: new Set(jsonKeys) });
  const found = await readFiles([path], options);
  return found.map(plainRow).map(({ _step, _timestamp, ...values }) => values);
}

describe('a cell of an export', () => {
  it('of numbers and booleans is a number, and absent where it is null', async () => {
    expect(await valuesOf([{ x: 1, b: true }, { x: -0, c: null }, { b: false }])).toEqual([
      { x: 1, b: 1 },
      { x: -0 },
      { b: 0 },
    ]);
  });

  it('of text is a string, or the number a word is for', async () => {
    const rows = [
      { s: 'NaN', n: 'NaN' },
      { s: '', n: 'Inf' },
      { s: 'é😀', n: 'nan' },
    ];
    expect(await valuesOf(rows, { keyTypes: numericKeys('n') })).toEqual([
      { s: 'NaN', n: Number.NaN },
      { s: '', n: Infinity },
      { s: 'é😀', n: Number.NaN },
    ]);
  });

  it('of numbers that were not always finite is a number, whatever is known of the key', async () => {
    const rows = [{ x: 1 }, { x: Number.NaN }, {}, { x: Infinity }, { x: -Infinity }];
    expect(await valuesOf(rows)).toEqual([
      { x: 1 },
      { x: Number.NaN },
      {},
      { x: Infinity },
      { x: -Infinity },
    ]);
  });

  it('of one of several types is what it is', async () => {
    const media = { _type: 'html-file', size: 3 };
    expect(await valuesOf([{ x: 1 }, { x: 'one' }, { x: true }, { x: [1, 'b'] }, { x: media }, {}])).toEqual([
      { x: 1 },
      { x: 'one' },
      { x: 1 },
      { x: '[1,"b"]' },
      { x: '{"_type":"html-file","size":3}' },
      {},
    ]);
    expect(await valuesOf([{ x: 'one' }, { x: false }, { x: 'NaN' }])).toEqual([
      { x: 'one' },
      { x: 0 },
      { x: 'NaN' },
    ]);
  });

  it('of media is one cell, sorted, without the fields it lacks', async () => {
    const image = { size: 12, path: 'p', _type: 'image-file' };
    const masks = { pred: { _type: 'mask', path: 'm' } };
    expect(await valuesOf([{ img: image }, { img: { ...image, caption: 'c', masks } }, {}])).toEqual([
      { img: '{"_type":"image-file","path":"p","size":12}' },
      {
        img: '{"_type":"image-file","caption":"c","masks":{"pred":{"_type":"mask","path":"m"}},"path":"p","size":12}',
      },
      {},
    ]);
    const histogram = { _type: 'histogram', values: [1, 2.5], bins: [0, 1, 2] };
    expect(await valuesOf([{ h: histogram }])).toEqual([
      { h: '{"_type":"histogram","bins":[0,1,2],"values":[1,2.5]}' },
    ]);
  });

  it('of a list keeps what is in it', async () => {
    const rows = [
      { l: [1, 'two', null, true] },
      { l: [] },
      {},
      { l: [{ b: 1 }, { a: 'x', b: null }, {}, null] },
      { l: [[1], [], [2, Number.NaN]] },
    ];
    expect(await valuesOf(rows)).toEqual([
      { l: '[1,"two",null,true]' },
      { l: '[]' },
      {},
      { l: '[{"b":1},{"a":"x"},{},null]' },
      { l: '[[1],[],[2,NaN]]' },
    ]);
  });

  it('of bytes is the JSON in it, or text when it is none', async () => {
    const rows = [
      { d: { _type: 'x', b: Number.NaN, a: [1.0, null] } },
      { d: 'text' },
      { d: 2 },
      { d: { p: 1, q: { r: 's' } } },
    ];
    expect(await valuesOf(rows, {}, ['d', 'd.p', 'd.q.r'])).toEqual([
      { d: '{"_type":"x","a":[1,null],"b":"NaN"}' },
      { d: 'text' },
      { d: 2 },
      { 'd.p': 1, 'd.q.r': 's' },
    ]);
    expect(await valuesOf([{ deep: [[[[[[[1, 'x']]]]]]] }])).toEqual([{ deep: '[[[[[[[1,"x"]]]]]]]' }]);
    expect(await bytesOf('d', ['no JSON', '[NaN,1]', '"q"'])).toEqual([
      { d: 'no JSON' },
      { d: '[NaN,1]' },
      { d: 'q' },
    ]);
  });

  it('of a struct without a type is taken apart, and is nothing when all is null in it', async () => {
    const schema = [
      { name: 'schema', num_children: 2 },
      { name: '_step', type: 'DOUBLE' as const, repetition_type: 'REQUIRED' as const },
      { name: 's', repetition_type: 'OPTIONAL' as const, num_children: 3 },
      { name: 'Min', type: 'DOUBLE' as const, repetition_type: 'OPTIONAL' as const },
      {
        name: 'Max',
        type: 'BYTE_ARRAY' as const,
        converted_type: 'UTF8' as const,
        repetition_type: 'OPTIONAL' as const,
      },
      {
        name: '_type',
        type: 'BYTE_ARRAY' as const,
        converted_type: 'UTF8' as const,
        repetition_type: 'OPTIONAL' as const,
      },
    ];
    const columnData = [
      { name: '_step', data: [0, 1, 2, 3] },
      {
        name: 's',
        data: [{ Min: 1, Max: 'NaN' }, {}, null, { _type: 'm', Min: 2 }],
      },
    ];
    const path = await folder.write(new Uint8Array(parquetWriteBuffer({ schema, columnData })));
    const rows = await readFiles([path], { keyTypes: numericKeys('s.Max') });
    expect(rows.map(plainRow)).toEqual([
      { _step: 0, _timestamp: 0, 's.Min': 1, 's.Max': Number.NaN },
      { _step: 1, _timestamp: 0 },
      { _step: 2, _timestamp: 0 },
      { _step: 3, _timestamp: 0, s: '{"Min":2,"_type":"m"}' },
    ]);
  });

  it('under a flat key holds over a nested one of that name', async () => {
    const optional = { repetition_type: 'OPTIONAL' as const };
    const schema = [
      { name: 'schema', num_children: 4 },
      { name: 's.a', type: 'DOUBLE' as const, ...optional },
      { name: '_step', type: 'DOUBLE' as const, ...optional },
      { name: 's', ...optional, num_children: 2 },
      { name: 'a', type: 'DOUBLE' as const, ...optional },
      { name: 'b', type: 'BYTE_ARRAY' as const, converted_type: 'UTF8' as const, ...optional },
      { name: 's.b', type: 'DOUBLE' as const, ...optional },
    ];
    const columnData = [
      { name: 's.a', data: [1, null, 3, null] },
      { name: '_step', data: [0, 1, 2, 3] },
      { name: 's', data: [{ a: 10, b: 'x' }, { a: 20 }, { b: 'y' }, null] },
      { name: 's.b', data: [100, null, null, 400] },
    ];
    const path = await folder.write(new Uint8Array(parquetWriteBuffer({ schema, columnData })));
    expect((await readFiles([path])).map(plainRow)).toMatchObject([
      { 's.a': 1, 's.b': 100 },
      { 's.a': 20 },
      { 's.a': 3, 's.b': 'y' },
      { 's.b': 400 },
    ]);
  });

  it('may have any name', async () => {
    const row = { '': 1, 'a\u0000b': 2, 'é😀/x y': 3, none: null, ['__proto__']: 4, constructor: 5 };
    expect(await valuesOf([row])).toEqual([
      { '': 1, 'a\u0000b': 2, 'é😀/x y': 3, ['__proto__']: 4, constructor: 5 },
    ]);
  });
});

async function bytesOf(name: string, texts: readonly string[]) {
  const columnData = [
    { name: '_step', data: texts.map((_, index) => index), type: 'DOUBLE' as const },
    { name, data: texts.map((text) => new TextEncoder().encode(text)), type: 'BYTE_ARRAY' as const },
  ];
  const path = await folder.write(new Uint8Array(parquetWriteBuffer({ columnData })));
  return (await readFiles([path])).map(plainRow).map(({ _step, _timestamp, ...values }) => values);
}

describe('rows of files', () => {
  const steps = async (paths: readonly string[], options: Parameters<typeof readFiles>[1] = {}) =>
    (await readFiles(paths, options)).map(({ step }) => step);
  const rowsAt = (at: readonly number[], rest: JsonObject = {}) =>
    at.map((_step) => ({ _step, _timestamp: _step, ...rest }));

  it('come in order, whatever the order of files, row groups and rows', async () => {
    const paths = [
      await folder.export(rowsAt([61_020, 61_021, 48_000_000]), { rowGroupRows: 2 }),
      await folder.export(rowsAt([61_012, 61_011, 61_010])),
      await folder.export([]),
      await folder.export(rowsAt([61_015, 61_013])),
    ];
    expect(await steps(paths)).toEqual([61_010, 61_011, 61_012, 61_013, 61_015, 61_020, 61_021, 48_000_000]);
    expect(await steps([])).toEqual([]);
  });

  it('hold one row a step: the last of the last file', async () => {
    const paths = [
      await folder.export([...rowsAt([1, 2, 3], { x: 1 }), ...rowsAt([2], { y: 1 })]),
      await folder.export(rowsAt([3, 4], { x: 2 })),
    ];
    const [forth, back] = [await readFiles(paths), await readFiles(paths.toReversed())];
    expect(forth.map(plainRow)).toEqual([
      { _step: 1, _timestamp: 1, x: 1 },
      { _step: 2, _timestamp: 2, y: 1 },
      { _step: 3, _timestamp: 3, x: 2 },
      { _step: 4, _timestamp: 4, x: 2 },
    ]);
    expect(plainRow(back[2]!)).toEqual({ _step: 3, _timestamp: 3, x: 1 });
  });

  it('may have differing columns, and one key differing types', async () => {
    const paths = [
      await folder.export(stepped([{ x: 1 }, { y: 2 }])),
      await folder.export([
        { _step: 2, x: Number.NaN },
        { _step: 3, x: 1, z: 's' },
      ]),
      await folder.export([{ _step: 4, x: 's' }]),
    ];
    expect((await readFiles(paths)).map(plainRow)).toMatchObject([
      { x: 1 },
      { y: 2 },
      { x: Number.NaN },
      { x: 1, z: 's' },
      { x: 's' },
    ]);
  });

  it('are those after a step, up to another', async () => {
    const paths = [
      await folder.export(rowsAt([0, 1, 2, 3, 4, 5]), { rowGroupRows: 2 }),
      await folder.export(rowsAt([9, 7, 5])),
    ];
    expect(await steps(paths, { afterStep: 2 })).toEqual([3, 4, 5, 7, 9]);
    expect(await steps(paths, { afterStep: 2, untilStep: 5 })).toEqual([3, 4, 5]);
    expect(await steps(paths, { afterStep: 2.5, untilStep: 6 })).toEqual([3, 4, 5]);
    expect(await steps(paths, { afterStep: 9 })).toEqual([]);
  });

  it('take the timestamp of the row before when they have none, also over batches', async () => {
    const path = await folder.export([
      { _step: 0, x: 1 },
      { _step: 1, _timestamp: 5.5 },
      { _step: 2 },
      { _step: 3, _timestamp: 'NaN' },
    ]);
    const times = async (options: object) =>
      (await readFiles([path], options)).map(({ timestamp }) => timestamp);
    expect(await times({ batchRows: 1 })).toEqual([0, 5.5, 5.5, 5.5]);
    expect(await times({ lastTimestamp: 4 })).toEqual([4, 5.5, 5.5, 5.5]);
    expect(await times({ afterStep: 1, lastTimestamp: 5.5 })).toEqual([5.5, 5.5]);
  });

  it('without a step are counted and left out', async () => {
    const onDropped = vi.fn();
    const paths = [
      await folder.export([{ _step: 1 }, { x: 2 }, { _step: 3 }]),
      await folder.write(new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'x', data: [1, 2] }] }))),
    ];
    expect(await steps(paths, { onDropped })).toEqual([1, 3]);
    expect(onDropped.mock.calls).toEqual([[3, 'no-step']]);
  });

  it('have their shapes from the registry, which other sources share', async () => {
    const registry = new ShapeRegistry();
    const shape = registry.intern(['a', 'b']);
    const rows = await readFiles(
      [
        await folder.export(
          stepped([
            { b: 1, a: 2 },
            { a: 1, b: 3 },
          ]),
        ),
      ],
      { registry },
    );
    expect(rows.map((row) => row.shape === shape)).toEqual([true, true]);
    const sparse = await readFiles(
      [await folder.export(stepped([{ b: 1, a: 2 }, { c: 1 }, { a: 1, b: 3 }]))],
      { registry },
    );
    expect([sparse[0]!.shape, sparse[2]!.shape]).toEqual([shape, shape]);
  });

  it('come in batches that are bounded by rows, and by values when rows are wide', async () => {
    const sizesOf = async (rows: readonly JsonObject[], batchRows?: number) => {
      const path = await folder.export(rows);
      const sizes: number[] = [];
      const options = {
        registry: new ShapeRegistry(),
        keyTypes: noTypes,
        afterStep: -1,
        signal: neverAborted,
      };
      for await (const batch of parquetRows([path], {
        ...options,
        ...(batchRows === undefined ? {} : { batchRows }),
      }))
        sizes.push(batch.length);
      return sizes;
    };
    expect(await sizesOf(rowsAt(Array.from({ length: 10 }, (_, step) => step)), 4)).toEqual([4, 4, 2]);
    expect(await sizesOf(rowsAt(Array.from({ length: 5000 }, (_, step) => step)))).toEqual([4096, 904]);
    const wide = Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`k${index}`, index]));
    expect(
      await sizesOf(
        rowsAt(
          Array.from({ length: 100 }, (_, step) => step),
          wide,
        ),
      ),
    ).toEqual([65, 35]);
  });

  it('that are out of order need no more memory than is allowed', async () => {
    const random = Array.from({ length: 3000 }, (_, index) => (index * 1009) % 3000);
    const path = await folder.export(
      random.map((_step) => ({ _step, x: _step / 2, s: String(_step) })),
      { rowGroupRows: 100 },
    );
    const rows = await readFiles([path], { maxHeldBytes: 10_000, batchRows: 64 });
    expect(rows.map(plainRow)).toEqual(
      Array.from({ length: 3000 }, (_, step) => ({
        _step: step,
        _timestamp: 0,
        x: step / 2,
        s: String(step),
      })),
    );
  });

  it('stop when nobody wants them any more', async () => {
    const path = await folder.export(rowsAt(Array.from({ length: 3000 }, (_, step) => step)));
    const controller = new AbortController();
    const options = {
      registry: new ShapeRegistry(),
      keyTypes: noTypes,
      afterStep: -1,
      batchRows: 100,
      signal: controller.signal,
    };
    const read = async () => {
      for await (const _ of parquetRows([path], options)) controller.abort();
    };
    await expect(read()).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    await expect(parquetRows([path], options).next()).rejects.toThrow(
      expect.objectContaining({ name: 'AbortError' }),
    );
  });

  it('are not found where there is no file', async () => {
    await expect(steps(['/nowhere/0000.parquet'])).rejects.toThrow(
      expect.objectContaining({ code: 'not-found' }),
    );
  });
});
