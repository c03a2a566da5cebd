import { describe, expect, it, vi } from 'vitest';
import { LogdirError } from '../../../src/core/index.ts';
import { ShapeRegistry } from '../../../src/sources/shape-registry.ts';
import { SAMPLED_HISTORY } from '../../../src/sources/wandb-cloud/graphql/index.ts';
import { rowsOfLines, rowsOfObjects } from '../../../src/sources/wandb-cloud/rows/index.ts';
import { noTypes, numericKeys, plainRow } from '../../support/cloud-rows.ts';

const registry = new ShapeRegistry();
const types = numericKeys('n', 'a.n');
const AXES = '"_step":1,"_timestamp":2.5,"_runtime":9,';

it('rows of single keys have every key, be it one of all JavaScript objects', () => {
  const line = '{"_step":1,"__proto__":2,"constructor":3}';
  const answer = JSON.parse(`{"project":{"run":{"sampledHistory":[[${line}]]}}}`);
  const { project } = SAMPLED_HISTORY.answer.parse(answer);
  expect(Object.entries(project!.run!.sampledHistory[0]![0]!)).toEqual(Object.entries(JSON.parse(line)));
});

/** The values of a row whose members, besides the axes, are this text. */
function valuesOf(members: string): Record<string, unknown> {
  const [row] = rowsOfLines([`{${AXES}${members}}`], { registry, keyTypes: types });
  const { _step, _timestamp, ...values } = plainRow(row!);
  expect([_step, _timestamp]).toEqual([1, 2.5]);
  return values;
}

describe('a value in a line', () => {
  it.each<[string, Record<string, unknown>]>([
    ['"x":1.5e-3', { x: 0.0015 }],
    ['"x":-0.0', { x: -0 }],
    ['"x":true,"y":false', { x: 1, y: 0 }],
    ['"x":9007199254740993', { x: 2 ** 53 }],
    ['"x":1152921504606846979', { x: 2 ** 60 }],
    ['"x":1e999', { x: Number.POSITIVE_INFINITY }],
    ['"x":NaN,"y":Infinity,"z":-Infinity', { x: Number.NaN, y: Infinity, z: -Infinity }],
    ['"n":"NaN"', { n: Number.NaN }],
    ['"n":"nan"', { n: Number.NaN }],
    ['"n":"Infinity"', { n: Infinity }],
    ['"n":"Inf"', { n: Infinity }],
    ['"n":"-Infinity"', { n: -Infinity }],
    ['"n":"-Inf"', { n: -Infinity }],
    ['"n":"nano"', { n: 'nano' }],
    ['"x":"NaN"', { x: 'NaN' }],
    ['"x":"1"', { x: '1' }],
    ['"x":null', { x: 'null' }],
    ['"x":"a\\"b\\u00e9\\n","y":"é😀"', { x: 'a"bé\n', y: 'é😀' }],
    ['"k\\"\\u00e9😀":1', { 'k"é😀': 1 }],
    ['"":1,"__proto__":2,"constructor":"c"', { '': 1, ['__proto__']: 2, constructor: 'c' }],
    ['"x": [ 1, "two", null, { "b": 1, "a": 2 } ]', { x: '[1,"two",null,{"a":2,"b":1}]' }],
    ['"x":[1,NaN,"NaN","-Inf"]', { x: '[1,NaN,NaN,-Infinity]' }],
    ['"x":["NaN"],"y":[1,"NaN","a"]', { x: '["NaN"]', y: '[1,"NaN","a"]' }],
    ['"x":[]', { x: '[]' }],
    ['"a":{"b":1,"c":{"d":"t","e":null}}', { 'a.b': 1, 'a.c.d': 't', 'a.c.e': 'null' }],
    ['"a":{"n":"NaN","s":"NaN"}', { 'a.n': Number.NaN, 'a.s': 'NaN' }],
    ['"a":{},"b":{"c":{}}', {}],
    ['"a":{"_type":3,"b":1}', { 'a._type': 3, 'a.b': 1 }],
    ['"_wandb":{"runtime":5},"_wandb.x":1', {}],
    ['"_runtime":"x"', {}],
    ['"a":{"_runtime":1,"_step":2}', { 'a._runtime': 1, 'a._step': 2 }],
  ])('%s', (members, values) => {
    expect(valuesOf(members)).toEqual(values);
  });

  it('that is media is one cell of sorted JSON without nulls', () => {
    const media =
      '{"size":12.0,"path":"p","_type":"image-file","caption":null,"boxes":{"b":1,"a":{}},"z":[{"y":null,"x":1.50}]}';
    const text = '{"_type":"image-file","boxes":{"b":1},"path":"p","size":12,"z":[{"x":1.5}]}';
    expect(valuesOf(`"img":${media}`)).toEqual({ img: text });
    expect(valuesOf(`"a":{"img":${media}}`)).toEqual({ 'a.img': text });
  });

  it.each([
    ['"a.b":1,"a":{"b":2}', { 'a.b': 1 }],
    ['"a":{"b":2},"a.b":1', { 'a.b': 1 }],
    ['"a":{"b":2},"a.b":"s"', { 'a.b': 's' }],
    ['"a":{"b":"s"},"a.b":1', { 'a.b': 1 }],
    ['"a":{"b.c":"s"},"a.b":{"c":1}', { 'a.b.c': 1 }],
    ['"x":1,"x":"s"', { x: 's' }],
    ['"x":"s","x":1', { x: 1 }],
    ['"x":1,"y":3,"x":2', { x: 2, y: 3 }],
  ])('under a name that occurs twice: %s', (members, values) => {
    expect(valuesOf(members)).toEqual(values);
  });

  it('may stand between any white space', () => {
    const [row] = rowsOfLines([' {\t"_step" :\n1 , "x":\r2 }\n'], { registry, keyTypes: noTypes });
    expect(plainRow(row!)).toEqual({ _step: 1, _timestamp: 0, x: 2 });
  });

  it('nested deeper than anybody logs is kept whole, and ends somewhere', () => {
    const deep = `${'{"a":'.repeat(100)}1${'}'.repeat(100)}`;
    expect(Object.values(valuesOf(`"x":${deep}`))[0]).toMatch(/^\{"a":\{"a":.*1\}+$/);
    expect(valuesOf(`"x":${'['.repeat(5000)}${']'.repeat(5000)}`)['x']).toMatch(/^\[{257}null\]{257}$/);
  });
});

describe('a page of lines', () => {
  const line = (step: number, rest = '') => `{"_step":${step},"_timestamp":${step}${rest}}`;
  const rowsOf = (lines: readonly string[], options: object = {}) =>
    rowsOfLines(lines, { registry, keyTypes: noTypes, ...options });

  it('comes in order, with the last row of each step', () => {
    const lines = [line(5, ',"x":1'), line(3), line(5, ',"x":2'), line(4), line(3, ',"y":1')];
    expect(rowsOf(lines).map(plainRow)).toEqual([
      { _step: 3, _timestamp: 3, y: 1 },
      { _step: 4, _timestamp: 4 },
      { _step: 5, _timestamp: 5, x: 2 },
    ]);
  });

  it('may be empty, and begin anywhere', () => {
    expect(rowsOf([])).toEqual([]);
    expect(rowsOf([line(61_010), line(48_000_000)]).map(({ step }) => step)).toEqual([61_010, 48_000_000]);
  });

  it('has whole steps: floats are cut off', () => {
    expect(rowsOf(['{"_step":1000.0}', '{"_step":-1.5}']).map(({ step }) => step)).toEqual([-1, 1000]);
  });

  it('tells of rows without a step, which it leaves out', () => {
    const onDropped = vi.fn();
    const lines = ['{"x":1}', line(1), '{"_step":null}', '{"_step":NaN}', '{"_step":"1"}', '{}'];
    expect(rowsOf(lines, { onDropped })).toHaveLength(1);
    expect(onDropped.mock.calls).toEqual([[5, 'no-step']]);
  });

  it('fills in timestamps from the row before', () => {
    const lines = [
      '{"_step":2}',
      '{"_step":1,"_timestamp":7.5}',
      '{"_step":3,"_timestamp":null}',
      '{"_step":0}',
    ];
    expect(rowsOf(lines).map(({ timestamp }) => timestamp)).toEqual([0, 7.5, 7.5, 7.5]);
    expect(rowsOf(lines, { lastTimestamp: 6 })[0]!.timestamp).toBe(6);
  });

  it('has one shape for one set of keys, in whatever order they come', () => {
    const [a, b, c] = rowsOf([
      line(1, ',"x":1,"y":2'),
      line(2, ',"y":1,"x":"s","z":0'),
      line(3, ',"y":1,"x":2'),
    ]);
    expect(a!.shape).toBe(c!.shape);
    expect(a!.shape).toBe(registry.intern(['x', 'y']));
    expect([b!.shape.keys, c!.values, b!.cells]).toEqual([
      ['y', 'z'],
      [2, 1],
      [{ key: 'x', kind: 'string', text: 's' }],
    ]);
  });

  it('bears ten thousand keys', () => {
    const keys = Array.from({ length: 10_000 }, (_, index) => `metric/${index}`);
    const wide = `{"_step":0,${keys.map((key, index) => `"${key}":${index}`).join(',')}}`;
    const [row, next] = rowsOf([wide, `{"_step":1,"metric/7":7}`]);
    expect(row!.shape.keys).toEqual([...keys].sort());
    expect(row!.values[row!.shape.keys.indexOf('metric/777')]).toBe(777);
    expect(plainRow(next!)).toEqual({ _step: 1, _timestamp: 0, 'metric/7': 7 });
  });

  it.each([
    ['{"_step":1,"x":', 'cut'],
    ['{"_step":1,"x":1', 'cut'],
    ['{"_step":1,"x":"a', 'cut'],
    ['', 'empty'],
    ['[1]', 'no object'],
    ['null', 'no object'],
    ['7', 'no object'],
    ['{"_step":1} {}', 'more'],
    ['{"_step":1,}', 'comma'],
    ['{"_step":1,"x":nan}', 'word'],
    ['{"_step":1,"x":[NaN}', 'list'],
    ["{'_step':1}", 'quotes'],
    ['{"_step" 1}', 'colon'],
    [`{"x":${'['.repeat(2000)}NaN${']'.repeat(2000)}}`, 'depth'],
  ])('with a line that is none: %s', (bad) => {
    const read = () => rowsOf([line(1), bad]);
    expect(read).toThrow(LogdirError);
    expect(read).toThrow(
      expect.objectContaining({ code: 'unavailable', message: expect.stringMatching(/^line 2 /) }),
    );
  });
});

describe('objects of sampledHistory', () => {
  const rowsOf = (objects: readonly Record<string, unknown>[], options: object = {}) =>
    rowsOfObjects(objects, { registry, keyTypes: types, ...options }).map(plainRow);

  it('of one step are one row, whichever spec they are of', () => {
    const loss = [
      { _step: 0, _timestamp: 1, loss: 1 },
      { _step: 2, _timestamp: 3, loss: 0.5 },
    ];
    const acc = [
      { _step: 2, _timestamp: 3, acc: 'NaN' },
      { _step: 1, _timestamp: 2, acc: 0.1 },
    ];
    expect(rowsOf([...loss, ...acc])).toEqual([
      { _step: 0, _timestamp: 1, loss: 1 },
      { _step: 1, _timestamp: 2, acc: 0.1 },
      { _step: 2, _timestamp: 3, acc: 'NaN', loss: 0.5 },
    ]);
  });

  it('have values of every kind', () => {
    const image = { path: 'p', _type: 'image-file', caption: null };
    const object = {
      _step: 1,
      _runtime: 3,
      n: 'NaN',
      b: true,
      s: 's',
      l: [1, { b: 1, a: null }],
      img: image,
      'a.b': 1,
      a: { b: 2, c: 3 },
      big: 10n,
      z: null,
    };
    expect(rowsOf([object])).toEqual([
      {
        _step: 1,
        _timestamp: 0,
        n: Number.NaN,
        b: 1,
        s: 's',
        l: '[1,{"b":1}]',
        img: '{"_type":"image-file","path":"p"}',
        'a.b': 1,
        'a.c': 3,
        big: 10,
        z: 'null',
      },
    ]);
  });

  it('that say a thing twice are right the last time', () => {
    expect(
      rowsOf([
        { _step: 1, x: 1, y: 's' },
        { _step: 1, x: 's', y: 2 },
        { _step: 1, x: 't' },
      ]),
    ).toEqual([{ _step: 1, _timestamp: 0, x: 't', y: 2 }]);
  });

  it('without a step are counted', () => {
    const onDropped = vi.fn();
    expect(rowsOf([{ x: 1 }, { _step: 'x' }, { _step: Number.NaN }], { onDropped })).toEqual([]);
    expect(onDropped.mock.calls).toEqual([[3, 'no-step']]);
  });

  it('may have fields that objects have of their own', () => {
    expect(rowsOf([JSON.parse('{"_step":1,"__proto__":2,"hasOwnProperty":3}')])).toEqual([
      { _step: 1, _timestamp: 0, ['__proto__']: 2, hasOwnProperty: 3 },
    ]);
  });
});
