import { describe, expect, it } from 'vitest';
import { summaryMetricsOf } from '../../../src/plugins/index.ts';

const metrics = (summary: Readonly<Record<string, string>>, history: readonly string[] = []) =>
  summaryMetricsOf(
    Object.entries(summary).map(([key, json]) => ({ path: key.split('>'), json })),
    (key) => history.includes(key),
  ).map(({ key, text }) => [key, text]);

describe('metrics of a summary', () => {
  it('are its numbers that history does not have, by key', () => {
    expect(
      metrics({ 'test/accuracy': '0.9', loss: '1', 'acc>max': '3', flag: 'true' }, ['loss', 'acc']),
    ).toEqual([
      ['acc.max', '3'],
      ['flag', '1'],
      ['test/accuracy', '0.9'],
    ]);
  });

  it('are what define_metric asked for, be it W&B that nests it or the log', () => {
    expect(metrics({ acc: '{"max": 3, "best": 2}', 'loss>min': '0.1' }, ['acc', 'loss'])).toEqual([
      ['acc.best', '2'],
      ['acc.max', '3'],
      ['loss.min', '0.1'],
    ]);
  });

  it('may be no finite numbers', () => {
    expect(metrics({ a: 'NaN', b: '-Infinity', c: '{"max": NaN}' })).toEqual([
      ['a', 'NaN'],
      ['b', '-Infinity'],
      ['c.max', 'NaN'],
    ]);
  });

  it('are none of what W&B keeps for itself, of media, strings, lists and nulls', () => {
    expect(
      metrics({
        ...{ _step: '3', _runtime: '3.5', _timestamp: '1700000000', '_wandb>runtime': '3' },
        ...{ image: '{"_type": "image-file", "size": 3}', name: '"x"', list: '[1, 2]', none: 'null' },
      }),
    ).toEqual([]);
  });

  it('are the first thousand of very many', () => {
    const many = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`k${i}`, `${i}`]));
    expect(metrics(many)).toHaveLength(1000);
  });
});
