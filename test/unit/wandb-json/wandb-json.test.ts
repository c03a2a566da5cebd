import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { objectOfPaths, parseWandbJson } from '../../../src/wandb-json/index.ts';

describe("W&B's JSON text", () => {
  it('is JSON wherever it is JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(parseWandbJson(JSON.stringify(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it.each([
    ['NaN', 'NaN'],
    ['-Infinity', '-Infinity'],
    ['{"a":NaN,"b":[Infinity,-Infinity,1]}', { a: 'NaN', b: ['Infinity', '-Infinity', 1] }],
    ['{"a":"NaN \\" NaN","b":NaN}', { a: 'NaN " NaN', b: 'NaN' }],
    ['not json', 'not json'],
    ['9007199254740993', 9007199254740992],
  ])('%s', (text, expected) => {
    expect(parseWandbJson(text)).toEqual(expected);
  });
});

describe('values at paths', () => {
  it('add up to one object, later ones refining earlier ones', () => {
    const object = objectOfPaths([
      { path: ['opt'], json: '{"name":"adam","lr":1}' },
      { path: ['opt', 'lr'], json: '2' },
      { path: ['seed'], json: '7' },
    ]);
    expect(object).toEqual({ opt: { name: 'adam', lr: 2 }, seed: 7 });
  });

  it('replace what is no object on the way', () => {
    expect(
      objectOfPaths([
        { path: ['a'], json: '1' },
        { path: ['a', 'b'], json: '2' },
      ]),
    ).toEqual({ a: { b: 2 } });
  });

  it('keep __proto__ and constructor as plain keys', () => {
    const object = objectOfPaths([
      { path: ['__proto__', 'polluted'], json: 'true' },
      { path: ['constructor'], json: '1' },
    ]);
    expect(Object.keys(object).sort()).toEqual(['__proto__', 'constructor']);
    expect(JSON.stringify(object)).toBe('{"__proto__":{"polluted":true},"constructor":1}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
