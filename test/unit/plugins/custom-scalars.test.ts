import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CUSTOM_SCALARS, chartTagsOf, layoutOf } from '../../../src/plugins/custom-scalars.ts';
import { layoutCodec } from '../../../src/protobuf/index.ts';

function chartsOf(tags: readonly string[]) {
  const bytes = layoutOf(tags);
  const charts = bytes === null ? [] : (layoutCodec.decode(bytes).category?.[0]?.chart ?? []);
  return charts.map(({ title = '', multiline }) => [title, multiline?.tag]);
}

describe('the layout of custom scalars', () => {
  it('has a chart for each name that two splits or more have, in the order of names', () => {
    const tags = [
      'lr',
      'val/loss',
      'train/loss',
      'train/top/acc',
      'eval/top/acc',
      'test/top/acc',
      'val/only',
    ];
    expect(chartsOf(tags)).toEqual([
      ['loss', ['^train/loss$', '^val/loss$']],
      ['top/acc', ['^train/top/acc$', '^eval/top/acc$', '^test/top/acc$']],
    ]);
  });

  it('is none where no two tags belong together', () => {
    expect(layoutOf([])).toBeNull();
    expect(layoutOf(['train/a', 'val/b', 'x/a', 'y/a', 'train/', 'val/', 'train', 'val', '/a'])).toBeNull();
  });

  it('leaves out names with a parenthesis, whose charts TensorBoard leaves empty', () => {
    expect(layoutOf(['train/loss (mean)', 'val/loss (mean)'])).toBeNull();
  });

  it('has at most 100 charts', () => {
    const tags = Array.from({ length: 150 }, (_, i) => [`train/${i}`, `val/${i}`]).flat();
    expect(chartsOf(tags)).toHaveLength(100);
  });

  it('matches its own tags and no others, whatever characters they are made of', () => {
    const name = fc.string({ unit: fc.constantFrom(...'ab.*+?[]{}^$|\\/-\n ü\ud800') });
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 8 }), (names) => {
        const tags = names.flatMap((each) => [`train/${each}`, `dev/${each}`]);
        const shown = tags.map((tag) => tag.replaceAll('\ud800', '\ufffd'));
        for (const [title, expressions = []] of chartsOf(tags)) {
          const matched = (expressions as string[]).flatMap((text) =>
            [...new Set(shown)].filter((tag) => new RegExp(text, 'u').test(tag)),
          );
          expect(matched).toEqual([`train/${String(title)}`, `dev/${String(title)}`]);
        }
      }),
    );
  });
});

describe('the dashboard', () => {
  const tags = new Map([
    ['train/loss', 0],
    ['val/loss', 0],
    ['lr', 0],
  ]);

  it('has a layout of a run that holds such tags, as it is now', () => {
    const run = { config: [], tags, state: 'running', startTime: 5, endTime: 7 } as const;
    expect(CUSTOM_SCALARS.current?.shows(run)).toBe(true);
    expect(CUSTOM_SCALARS.current?.summaries([run])).toMatchObject([
      [{ tag: 'custom_scalars__config__', step: 0, wallTime: 5 }],
    ]);
    expect(CUSTOM_SCALARS.current?.shows({ config: [], tags: new Map([['lr', 0]]) })).toBe(false);
  });

  it('is told which tags its charts are made of', () => {
    expect(chartTagsOf([...tags.keys()])).toEqual(['train/loss', 'val/loss']);
    expect(layoutOf(chartTagsOf([...tags.keys()]))).toEqual(layoutOf([...tags.keys()]));
  });
});
