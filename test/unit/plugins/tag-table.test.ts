import { describe, expect, it } from 'vitest';
import { NO_CONTENTS, type SeriesShape, TagTable } from '../../../src/plugins/index.ts';

/** A row of numbers, or a cell by its type. */
function shape(kind: string, keys: readonly number[]): SeriesShape {
  if (kind === 'history' || kind === 'system') return { kind, keys, type: null };
  return { kind: 'cell', keys, type: kind };
}

function table(keys: readonly string[], ...shapes: readonly [kind: string, ...number[]][]): TagTable {
  return new TagTable({ keys, shapes: shapes.map(([kind, ...ids]) => shape(kind, ids)) });
}

describe('tags', () => {
  it('are the history keys themselves, and system/ before those of the machine', () => {
    const tags = table(['acc', 'loss', 'cpu'], ['history', 0, 1], ['system', 2]);
    expect([tags.tagsOf(0), tags.tagsOf(1)]).toEqual([['acc', 'loss'], ['system/cpu']]);
  });

  it('stay apart where one key holds numbers and strings: the first keeps the name', () => {
    const numbersFirst = table(['k'], ['history', 0], ['string', 0]);
    expect([numbersFirst.tagsOf(0), numbersFirst.tagsOf(1)]).toEqual([['k'], ['k/text']]);
    const textFirst = table(['k'], ['string', 0], ['history', 0]);
    expect([textFirst.tagsOf(0), textFirst.tagsOf(1)]).toEqual([['k'], ['k/scalar']]);
  });

  it('stay apart from tags of the run itself and from typed names that are taken', () => {
    const tags = table(['wandb/config', 'wandb/config/scalar'], ['history', 1], ['history', 0]);
    expect([tags.tagsOf(0), tags.tagsOf(1)]).toEqual([['wandb/config/scalar'], ['wandb/config/scalar (2)']]);
    const hparams = ['_hparams_/session_start_info', '_hparams_/session_end_info', '_hparams_/experiment'];
    expect(table(hparams, ['history', 0], ['string', 1], ['history', 2]).tagsOf(0)).toEqual([
      `${hparams[0]}/scalar`,
    ]);
    expect(table(hparams, ['string', 1]).tagsOf(0)).toEqual([`${hparams[1]}/text`]);
    expect(table(hparams, ['history', 2]).tagsOf(0)).toEqual([`${hparams[2]}/scalar`]);
    const system = table(['system/cpu', 'cpu'], ['history', 0], ['system', 1]);
    expect(system.tagsOf(1)).toEqual(['system/cpu/scalar']);
  });

  it('are no names that every JavaScript object has, which leave dashboards of TensorBoard empty for all runs', () => {
    const hostile = ['constructor', '__proto__/loss', 'toString', 'hasOwnProperty/a/b'];
    const harmless = ['my/constructor', 'constructors', 'to/String'];
    const keys = [...hostile, ...harmless];
    expect(table(keys, ['history', ...keys.keys()]).tagsOf(0)).toEqual([
      ...hostile.map((key) => `key/${key}`),
      ...harmless,
    ]);
    expect(table(['constructor'], ['string', 0]).tagsOf(0)).toEqual(['key/constructor']);
  });

  it('of a further writer are plain where they are free, and name the writer where another has them', () => {
    const written = (writer: number, kind: string, ...keys: readonly number[]): SeriesShape => ({
      ...shape(kind, keys),
      ...(writer > 1 && { writer }),
    });
    const shapes = [
      written(1, 'history', 0, 1),
      written(2, 'history', 0, 2),
      written(2, 'string', 0),
      written(1, 'history', 2),
      written(2, 'string', 2),
      written(1, 'system', 0),
      written(3, 'system', 0),
      written(3, 'string', 1),
      written(2, 'history', 3),
    ];
    const keys = ['loss', 'lr', 'accuracy', 'loss/writer-3'];
    const tags = new TagTable({ keys, shapes });
    expect(shapes.map((_, id) => tags.tagsOf(id))).toEqual([
      ['loss', 'lr'],
      ['loss/writer-2', 'accuracy'],
      ['loss/writer-2/text'],
      ['accuracy/writer-1'],
      ['accuracy/text'],
      ['system/loss'],
      ['system/loss/writer-3'],
      ['lr/writer-3'],
      ['loss/writer-3'],
    ]);
    const taken = new TagTable({ keys, shapes: [...shapes, written(3, 'history', 0)] });
    expect(taken.tagsOf(shapes.length)).toEqual(['loss/writer-3/scalar']);
  });

  it('do not depend on the order they are asked for, nor on what comes later', () => {
    const keys = ['a', 'b'];
    const shapes = [shape('history', [0]), shape('string', [0])];
    const growing = new TagTable({ keys, shapes });
    expect(growing.tagsOf(1)).toEqual(['a/text']);
    shapes.push(shape('history', [0, 1]));
    expect([growing.tagsOf(2), growing.tagsOf(1), growing.tagsOf(0)]).toEqual([
      ['a', 'b'],
      ['a/text'],
      ['a'],
    ]);
    expect(new TagTable({ keys, shapes }).tagsOf(1)).toEqual(['a/text']);
  });

  it('are none for values that no plugin shows, which take no name from others', () => {
    const tags = table(['img'], ['null', 0], ['history', 0]);
    expect([0, 1].map((id) => tags.tagsOf(id))).toEqual([[], ['img']]);
    expect([0, 1].map((id) => tags.isHidden(id))).toEqual([true, false]);
    expect(tags.rowPluginOf(1)?.name).toBe('scalars');
    expect(tags.summariesOfCell(0, 'null', NO_CONTENTS)).toEqual([]);
  });

  it('say under which names the summaries of a cell stand', () => {
    const tags = table(['k'], ['history', 0], ['string', 0]);
    expect(tags.summariesOfCell(1, 'hello', NO_CONTENTS)).toMatchObject([
      { tag: 'k/text', content: { tensor: { shape: [], strings: [Uint8Array.from(Buffer.from('hello'))] } } },
    ]);
  });

  it('stand below no curves but their own', () => {
    const keys = ['t', 't/pr_curve', 't/pr_curve/cat', 'key/t/pr_curve/cat'];
    const tags = table(keys, ['table-file', 0], ['history', 1, 2, 3], ['string', 1], ['string', 2]);
    expect([0, 1, 2, 3].map((id) => tags.tagsOf(id))).toEqual([
      ['t', 't/pr_curve'],
      ['key/t/pr_curve/scalar', 'key/t/pr_curve/cat', 'key/t/pr_curve/cat/scalar'],
      ['key/t/pr_curve/text'],
      ['key/t/pr_curve/cat/text'],
    ]);
  });

  it('take hostile keys as they are', () => {
    const keys = ['..', '--', '', 'new\nline', '\u202ertl', 'x'.repeat(300)];
    expect(table(keys, ['history', 0, 1, 2, 3, 4, 5]).tagsOf(0)).toEqual(keys);
  });

  it('refuse a shape that does not exist', () => {
    expect(() => table(['a'], ['history', 0]).tagsOf(1)).toThrow(RangeError);
  });
});
