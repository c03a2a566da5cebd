import { describe, expect, it } from 'vitest';
import { keyTypesOf } from '../../../src/sources/wandb-cloud/rows/index.ts';

const DOCUMENT = {
  sets: [],
  lastStep: 61_010,
  keys: {
    _step: { typeCounts: [{ type: 'number', count: 3 }], monotonic: true, previousValue: 2 },
    loss: {
      typeCounts: [
        { type: 'number', count: 2498 },
        { type: 'string', count: 2 },
      ],
    },
    'a.flag': { typeCounts: [{ type: 'bool', count: 3 }] },
    name: { typeCounts: [{ type: 'string', count: 1 }], previousValue: -1.797e308 },
    hist: { typeCounts: [{ type: 'histogram', count: 10 }] },
    empty: {},
  },
};

describe('keyTypesOf', () => {
  it.each([
    ['loss', true],
    ['a.flag', true],
    ['name', false],
    ['hist', false],
    ['empty', false],
    ['unknown', false],
    ['toString', false],
  ])('%s: numeric is %s', (key, isNumeric) => {
    expect(keyTypesOf(DOCUMENT).isNumeric(key)).toBe(isNumeric);
  });

  it('counts values of each type, lists the keys, and knows the last step', () => {
    const types = keyTypesOf(DOCUMENT);
    expect(types.keys()).toEqual(['_step', 'loss', 'a.flag', 'name', 'hist', 'empty']);
    expect([...types.counts('loss')]).toEqual([
      ['number', 2498],
      ['string', 2],
    ]);
    expect([...types.counts('unknown')]).toEqual([]);
    expect(types.lastStep).toBe(61_010);
  });

  it('reads the document as text, too', () => {
    expect(keyTypesOf(JSON.stringify(DOCUMENT)).isNumeric('loss')).toBe(true);
  });

  it.each([
    null,
    undefined,
    '{}',
    'no JSON',
    [],
    7,
    { lastStep: null, keys: null },
    { keys: { a: { typeCounts: [null, { type: 3 }, 'x'] } } },
  ])('takes what is missing for absent: %j', (document) => {
    const types = keyTypesOf(document);
    expect(types.lastStep).toBe(-1);
    expect(types.isNumeric('a')).toBe(false);
  });

  it('reads keys that objects have of their own', () => {
    const types = keyTypesOf('{"keys":{"__proto__":{"typeCounts":[{"type":"number"}]}}}');
    expect([types.keys(), types.isNumeric('__proto__')]).toEqual([['__proto__'], true]);
  });
});
