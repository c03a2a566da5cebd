import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunState } from '../../../src/core/index.ts';
import {
  HPARAMS,
  type HParams,
  hparamsOf,
  MAX_HPARAMS,
  withOneKindPerKey,
} from '../../../src/plugins/hparams.ts';
import type { CurrentRun, TaggedSummary } from '../../../src/plugins/index.ts';
import { hparamsCodec } from '../../../src/protobuf/index.ts';

/** Entries as W&B tells a config: one for each top-level key. */
function entriesOf(config: object): { path: string[]; json: string }[] {
  return Object.entries(config).map(([key, value]) => ({ path: [key], json: JSON.stringify(value) }));
}

/** What the dashboard reads of a summary. */
function dataOf({ content }: TaggedSummary) {
  return hparamsCodec.decode(content.metadata.pluginData?.content ?? new Uint8Array());
}

function currentOf(run: Partial<CurrentRun> & { readonly config: CurrentRun['config'] }) {
  const known = { state: 'finished', startTime: 5, endTime: 7, tags: new Map() } as const;
  const [summaries = []] = HPARAMS.current?.summaries([{ ...known, ...run }]) ?? [];
  return new Map(summaries.map((summary) => [summary.tag, { ...summary, data: dataOf(summary) }]));
}

function asObject(hparams: HParams): unknown {
  return Object.fromEntries(hparams);
}

describe('hyperparameters of a config', () => {
  it('keep the kind of each value, and join nested keys with dots', () => {
    const config = { lr: 0.1, name: 'adam', amp: false, model: { depth: 3, head: { bias: true } } };
    expect(asObject(hparamsOf(entriesOf(config)))).toEqual({
      amp: { boolValue: false },
      lr: { numberValue: 0.1 },
      'model.depth': { numberValue: 3 },
      'model.head.bias': { boolValue: true },
      name: { stringValue: 'adam' },
    });
  });

  it('take entries of nested paths, later ones refining earlier ones', () => {
    const entries = [
      { path: ['model'], json: '{"depth":3,"width":4}' },
      { path: ['model', 'depth'], json: '5' },
    ];
    expect([...hparamsOf(entries)]).toEqual([
      ['model.depth', { numberValue: 5 }],
      ['model.width', { numberValue: 4 }],
    ]);
  });

  it("leave out W&B's own entry and what has no value", () => {
    const config = { _wandb: { t: 1 }, seed: null, a: { b: null, _wandb: 1 } };
    expect(asObject(hparamsOf(entriesOf(config)))).toEqual({ 'a._wandb': { numberValue: 1 } });
    expect(hparamsOf([]).size).toBe(0);
  });

  it('tell lists and empty objects as JSON text', () => {
    const config = { layers: [64, { act: 'relu', drop: null }], extra: {}, none: [] };
    expect(asObject(hparamsOf(entriesOf(config)))).toEqual({
      extra: { stringValue: '{}' },
      layers: { stringValue: '[64,{"act":"relu","drop":null}]' },
      none: { stringValue: '[]' },
    });
  });

  it('tell numbers that JSON lacks as text', () => {
    const entries = ['NaN', '-Infinity', '1e999', '[NaN,1e999]'].map((json, i) => ({ path: [`${i}`], json }));
    expect([...hparamsOf(entries).values()]).toEqual([
      { stringValue: 'NaN' },
      { stringValue: '-Infinity' },
      { stringValue: 'Infinity' },
      { stringValue: '["NaN","Infinity"]' },
    ]);
  });

  it('let the flatter of two keys of one name win, in whatever order they come', () => {
    const config = { a: { 'b.c': 3, b: { c: 4 } }, 'a.b': { c: 2 }, 'a.b.c': 1 };
    for (const entries of [entriesOf(config), entriesOf(config).reverse()]) {
      expect([...hparamsOf(entries)]).toEqual([['a.b.c', { numberValue: 1 }]]);
      expect([...hparamsOf(entries.filter(({ path }) => path[0] !== 'a.b.c'))]).toEqual([
        ['a.b.c', { numberValue: 3 }],
      ]);
    }
  });

  it('are cut at a length, never within a character', () => {
    const long = hparamsOf(
      entriesOf({
        fits: 'x'.repeat(1000),
        face: `${'x'.repeat(998)}😀😀`,
        list: Array.from({ length: 5000 }, (_, i) => i),
      }),
    );
    expect(long.get('fits')).toEqual({ stringValue: 'x'.repeat(1000) });
    expect(long.get('face')).toEqual({ stringValue: `${'x'.repeat(998)}…` });
    expect(long.get('list')).toMatchObject({ stringValue: expect.stringMatching(/^\[0,1,2,.*…$/) });
    expect((long.get('list') as { stringValue: string }).stringValue).toHaveLength(1000);
  });

  it('hold valid Unicode only', () => {
    expect([...hparamsOf([{ path: ['\ud800'], json: '"a\\udfffb"' }])]).toEqual([
      ['\ufffd', { stringValue: 'a\ufffdb' }],
    ]);
  });

  it('are the first thousand by name', () => {
    const config = Object.fromEntries(Array.from({ length: 1500 }, (_, i) => [`k${9999 - i}`, i]));
    const names = [...hparamsOf(entriesOf(config)).keys()];
    expect(names).toHaveLength(MAX_HPARAMS);
    expect(names.at(0)).toBe('k8500');
    expect(names.at(-1)).toBe('k9499');
  });

  it('take values nested however deep', () => {
    const depth = 50_000;
    const list = `${'['.repeat(depth)}1${']'.repeat(depth)}`;
    const object = `${'{"a":'.repeat(3000)}1${'}'.repeat(3000)}`;
    const hparams = hparamsOf([
      { path: ['list'], json: list },
      { path: ['object'], json: object },
    ]);
    expect(hparams.get('list')).toEqual({ stringValue: `${'['.repeat(999)}…` });
    expect(hparams.get(`object${'.a'.repeat(3000)}`)).toEqual({ numberValue: 1 });
  });

  it('are of any config at most a thousand, in the order of names, and encode', () => {
    const config = fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: false });
    fc.assert(
      fc.property(config, (drawn) => {
        const entries = entriesOf(drawn);
        const hparams = hparamsOf(entries);
        const names = [...hparams.keys()];
        expect(names.length).toBeLessThanOrEqual(MAX_HPARAMS);
        expect(names).toEqual([...names].sort());
        expect([...hparamsOf(entries.toReversed())]).toEqual([...hparams]);
        const start = currentOf({ config: entries }).get('_hparams_/session_start_info');
        expect(start !== undefined).toBe(names.length > 0);
        expect(Object.keys(start?.data.sessionStartInfo?.hparams ?? {}).length).toBeGreaterThanOrEqual(
          names.filter((name) => name !== '__proto__').length,
        );
      }),
    );
  });
});

describe('the session of a run', () => {
  const config = entriesOf({ lr: 0.5 });

  it('starts with its hyperparameters, in no group', () => {
    const start = currentOf({ config }).get('_hparams_/session_start_info');
    expect(start).toMatchObject({ step: 0, wallTime: 5 });
    expect(start?.data).toEqual({
      sessionStartInfo: { hparams: { lr: { numberValue: 0.5 } }, startTimeSecs: 5 },
    });
  });

  it('takes a key of any name', () => {
    const hostile = [
      { path: ['__proto__', 'polluted'], json: 'true' },
      { path: ['constructor'], json: '1' },
      { path: ['__proto__x'], json: '2' },
    ];
    const start = currentOf({ config: hostile }).get('_hparams_/session_start_info');
    const names = Object.keys(start?.data.sessionStartInfo?.hparams ?? {});
    expect(names.sort()).toEqual(['__proto__.polluted', '__proto__x', 'constructor']);
    expect(Object.hasOwn({}, 'polluted') || 'numberValue' in {}).toBe(false);
  });

  it.each<[RunState, number, number]>([
    ['finished', 1, 7],
    ['failed', 2, 7],
    ['crashed', 2, 7],
    ['running', 3, 0],
  ])('that is %s has status %i and ends at %i', (state, status, endTimeSecs) => {
    const end = currentOf({ config, state }).get('_hparams_/session_end_info');
    expect(end).toMatchObject({ step: 0, wallTime: endTimeSecs });
    expect(end?.data.sessionEndInfo).toEqual({ status, ...(endTimeSecs > 0 && { endTimeSecs }) });
  });

  it('is none without a hyperparameter', () => {
    const empty = entriesOf({ _wandb: { t: 1 } });
    expect(HPARAMS.current?.shows({ config: empty, tags: new Map() })).toBe(false);
    expect(HPARAMS.current?.shows({ config, tags: new Map() })).toBe(true);
    expect(currentOf({ config: empty }).size).toBe(0);
  });
});

describe('one kind per key', () => {
  it('makes text of a key whose kinds differ, and leaves the others alone', () => {
    const runs: HParams[] = [
      new Map([
        ['lr', { numberValue: 1e-7 }],
        ['seed', { numberValue: 1 }],
      ]),
      new Map([['lr', { stringValue: 'auto' }]]),
      new Map([['lr', { boolValue: false }]]),
      new Map([['seed', { numberValue: 2 }]]),
    ];
    const same = withOneKindPerKey(runs);
    expect(same.map(asObject)).toEqual([
      { lr: { stringValue: '1e-7' }, seed: { numberValue: 1 } },
      { lr: { stringValue: 'auto' } },
      { lr: { stringValue: 'false' } },
      { seed: { numberValue: 2 } },
    ]);
    expect(same[3]).toBe(runs[3]);
  });

  it('of no runs is nothing', () => {
    expect(withOneKindPerKey([])).toEqual([]);
  });
});
