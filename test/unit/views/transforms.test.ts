/** What views make of runs: each step, and all of them against pandas. @module */

import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseViews } from '../../../src/views/index.ts';
import { keyPattern, nameFrom } from '../../../src/views/transforms/key-pattern.ts';
import { RollingMean } from '../../../src/views/transforms/rolling-mean.ts';
import { transformOf, type ViewedRow } from '../../../src/views/transforms/transform.ts';
import { readEvents, scalarsOf } from '../../support/event-reader.ts';
import { addMembers, memberKey } from '../../support/grouped-runs.ts';
import { buildHouse, COMPLETE, eventPath, type House, readWhole, signal } from '../../support/house.ts';
import { temporaryFolder } from '../../support/local-runs.ts';
import { PYTHON_MISSING, runPython } from '../../support/python.ts';
import { exitRecord, row } from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

type Values = Readonly<Record<string, number>>;

/** What a list of steps, as YAML, makes of rows. */
function through(steps: string, rows: readonly Values[]): readonly (readonly [number, Values] | null)[] {
  const [view] = parseViews(`v:\n  steps:\n${steps.replaceAll(/^/gm, '    ')}`, 'v.yaml', null);
  const transform = transformOf(view!.steps);
  return rows.map((values, step) => {
    const made: ViewedRow = { step, values: new Map(Object.entries(values)), isLeftOut: false };
    transform(made);
    return made.isLeftOut ? null : [made.step, Object.fromEntries(made.values)];
  });
}

const valuesOf = (steps: string, rows: readonly Values[]) => through(steps, rows).map((made) => made?.[1]);

describe('a step of a view', () => {
  it('renames by patterns, of which the first that matches counts', () => {
    const steps = "- rename: {'train/*': '*', '*/loss': '* of loss', gone: ''}";
    expect(valuesOf(steps, [{ 'train/a/b': 1, 'val/loss': 2, gone: 3, other: 4 }])).toEqual([
      { 'a/b': 1, 'val of loss': 2, other: 4 },
    ]);
  });

  it('puts keys that get one name together step by step, by the order they are written in', () => {
    const rows = [{ a: 1, b: 2 }, { a: 3 }, { b: 4 }, { loss: 5 }, { a: 6, b: 7, loss: 8 }];
    const values = [1, 3, 4, 5, 6].map((loss) => ({ loss }));
    expect(valuesOf('- rename: {a: loss, b: loss}', rows)).toEqual(values);
    const other = [2, 3, 4, 5, 7].map((loss) => ({ loss }));
    expect(valuesOf('- rename: {b: loss, a: loss}', rows)).toEqual(other);
    expect(valuesOf("- rename: {'*/loss': loss}", [{ 'a/loss': 1, 'b/loss': 2, loss: 3 }])).toEqual([
      { loss: 1 },
    ]);
  });

  it('keeps and drops', () => {
    expect(valuesOf("- keep: ['a*', c]", [{ a: 1, ab: 2, b: 3, c: 4 }])).toEqual([{ a: 1, ab: 2, c: 4 }]);
    expect(valuesOf("- drop: 'a*'", [{ a: 1, ab: 2, b: 3 }])).toEqual([{ b: 3 }]);
  });

  it('scales', () => {
    expect(valuesOf("- scale: {'acc*': 100}", [{ acc1: 0.5, loss: 1 }])).toEqual([{ acc1: 50, loss: 1 }]);
  });

  it('takes differences and ratios', () => {
    expect(valuesOf('- difference: {key: a, as: da}', [{ a: 1 }, { b: 5 }, { a: 4 }])).toEqual([
      { a: 1 },
      { b: 5 },
      { a: 4, da: 3 },
    ]);
    expect(valuesOf('- difference: {key: a}', [{ a: 1 }, { a: 4 }])).toEqual([{}, { a: 3 }]);
    expect(valuesOf('- ratio: {of: [a, b], as: r}', [{ a: 1, b: 4 }, { a: 1 }, { a: 1, b: 0 }])).toEqual([
      { a: 1, b: 4, r: 0.25 },
      { a: 1 },
      { a: 1, b: 0, r: Infinity },
    ]);
  });

  it('averages each series by itself', () => {
    const rows = [{ 't/a': 1, 't/b': 10 }, { 't/a': 3 }, { 't/a': Number.NaN, 't/b': 20 }, { 't/a': 8 }];
    expect(valuesOf("- rolling_mean: {key: 't/*', window: 2, as: 'r/*'}\n- keep: 'r/*'", rows)).toEqual([
      { 'r/a': 1, 'r/b': 10 },
      { 'r/a': 2 },
      { 'r/a': 3, 'r/b': 15 },
      { 'r/a': 8 },
    ]);
  });

  it.each([
    // By pandas 3.1.1: Series(…).rolling(window, min_periods=1).mean()
    [3, [1, Infinity, 3, 4, 5], [1, 1, 2, 3.5, 4]],
    [2, [Infinity, -Infinity, 1, 2], [Number.NaN, Number.NaN, 1, 1.5]],
    [2, [Number.NaN, Infinity, 2], [Number.NaN, Number.NaN, 2]],
    [3, [1e20, 1, 1, 1, 1], [1e20, 5e19, 3.333333333333333e19, 1, 1]],
    [3, [1, Number.NaN, Number.NaN, Number.NaN, 4], [1, 1, 1, Number.NaN, 4]],
    // Of this pandas makes NaN from the third on.
    [2, [1e308, 1e308, 1, 2], [1e308, 1e308, 5e307, 1.5]],
  ])('averages %d at a time as pandas does: %j', (window, values, means) => {
    const steps = `- rolling_mean: {key: a, window: ${window}}`;
    expect(
      valuesOf(
        steps,
        values.map((a) => ({ a })),
      ),
    ).toEqual(means.map((a) => ({ a })));
  });

  it('averages what is in the window, and nothing else', () => {
    const value = fc.oneof(
      fc.double({ min: -1e6, max: 1e6 }),
      fc.constantFrom(Number.NaN, Infinity, -Infinity, 1e300),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.array(value, { maxLength: 60 }), (window, values) => {
        const mean = new RollingMean(window);
        for (const [at, given] of values.entries()) {
          const numbers = values.slice(Math.max(0, at + 1 - window), at + 1).filter(Number.isFinite);
          const made = mean.add(given);
          if (numbers.length === 0) expect(made).toBeNaN();
          else {
            const most = numbers.reduce((most, number) => Math.max(most, Math.abs(number)), 0);
            const expected = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
            expect(Math.abs(made - expected)).toBeLessThanOrEqual(1e-14 * most);
          }
        }
      }),
    );
  });

  it("smooths as TensorBoard's slider does", () => {
    const made = valuesOf('- ema: {keys: [a], weight: 0.6}', [
      { a: 1 },
      { a: 2 },
      { a: Number.NaN },
      { a: 4 },
    ]);
    const [first, second, third] = [0.4 * 1, 0.6 * 0.4 + 0.4 * 2, 0.6 * (0.6 * 0.4 + 0.4 * 2) + 0.4 * 4];
    expect(made).toEqual([
      { a: first / 0.4 },
      { a: second / (1 - 0.36) },
      { a: Number.NaN },
      { a: third / (1 - 0.6 ** 3) },
    ]);
  });

  it('puts rows on the axis of a key, and leaves out those that have no whole number there', () => {
    expect(
      through('- x_axis: epoch', [{ epoch: 3, a: 1 }, { a: 2 }, { epoch: 0.5 }, { epoch: -0, a: 4 }]),
    ).toEqual([[3, { epoch: 3, a: 1 }], null, null, [0, { epoch: -0, a: 4 }]]);
  });
});

describe('a pattern of keys', () => {
  it('matches what a regular expression does, and puts a key together again', () => {
    const text = fc.stringMatching(/^[ab/*]{0,8}$/);
    const key = fc.stringMatching(/^[ab/]{0,12}$/);
    fc.assert(
      fc.property(text, key, (pattern, name) => {
        const expression = new RegExp(`^${pattern.replaceAll('*', '(.*?)')}$`, 's');
        const stars = keyPattern(pattern).match(name);
        expect(stars !== null).toBe(expression.test(name));
        if (stars !== null) expect(nameFrom(pattern, stars)).toBe(name);
      }),
    );
  });
});

describe('a file of views', () => {
  it.each([
    ['v:\n  steps: []', '2, v.steps: is empty'],
    [
      'v:\n  steps:\n    - smooth: 3',
      '3, v.steps.0.smooth: no step is called smooth; there are: rename, keep',
    ],
    ['v:\n  steps:\n    - rollingmean: 3', 'did you mean rolling_mean?'],
    [
      'v:\n  steps:\n    - ema: {key: a, weight: 2}',
      '3, v.steps.0.ema.weight: expected 0.999999 or less, not 2',
    ],
    ['v:\n  steps:\n    - rolling_mean: {key: a, window: 1000000}', 'from 1 to 100000, not 1000000'],
    ['a: &x [*x]', 'v.yaml: aliases (&name, *name) lead in a circle'],
    [
      `a: &a [1]\n${[...'bcdefghij'].map((b, i) => `${b}: &${b} [${`*${'abcdefghi'[i]},`.repeat(9)}]`).join('\n')}`,
      'or hold too much: write out what they stand for',
    ],
    [
      'v:\n  steps:\n    - rolling_mean: {key: a, window: ten}',
      'window: expected a whole number from 1 to 100000, not "ten"',
    ],
    [
      'v:\n  steps:\n    - rolling_mean: {key: a}',
      '3, v.steps.0.rolling_mean.window: is missing: expected a whole number from 1 to 100000',
    ],
    [
      'v:\n  steps:\n    - rolling_mean:\n        key: a\n        windw: 3\n        window: 3',
      '5, v.steps.0.rolling_mean.windw: no key is called windw, did you mean window?',
    ],
    ['v:\n  steps:\n    - keep: 3', 'v.steps.0.keep: expected a key, or a list of keys, not 3'],
    ['v:\n  steps:\n    - ratio: {of: [a], as: r}', 'ratio.of: expected a list of two keys, not ["a"]'],
    ['v:\n  steps:\n    - rename: {a: 3}', 'rename.a: expected a text, not 3'],
    ['v:\n  steps:\n    - scale: {a: b}', 'scale.a: expected a number, not "b"'],
    ['v:\n  steps:\n    - keep: a\n      drop: b', '4, v.steps.0.drop: a step does one thing'],
    ['v:\n  steps: [drop]', 'v.steps.0: expected a step, such as drop: KEY, not "drop"'],
    ['v:\n  steps: {drop: a}', '2, v.steps: expected a list, not {"drop":"a"}'],
    ['v:\n  step: [{drop: a}]', 'v.step: no key is called step, did you mean steps?'],
    ['v:\n  runs: "@state=finished"', 'v.steps: is missing: expected a list'],
    ['v: 3', '1, v: expected keys with values, not 3'],
    ['- v', 'v.yaml:1: expected names of views, and under each its steps, not ["v"]'],
    ['', 'v.yaml:1: expected names of views, and under each its steps, not nothing'],
    ['# nothing yet', 'not nothing'],
    ['views:', 'v.yaml:1, views: expected names of views, and under each its steps, not nothing'],
    ['v:\n  steps:\n    - scale: {loss: .inf}', 'scale.loss: expected a finite number, not .inf'],
    ['v:\n  steps:\n    - scale: {loss: [-.inf]}', 'scale.loss: expected a number, not ["-.inf"]'],
    ['v:\n  steps:\n    - ema: {key: a, weight: .nan}', 'ema.weight: expected a finite number, not .nan'],
    ['v:\n  steps:\n    - rolling_mean: {key: a, window: .inf}', 'to 100000, not .inf'],
    ["v:\n  steps:\n    - rename: {'': b}", "3, v.steps.0.rename.'': the name of a key is missing"],
    ['v:\n  steps:\n    - scale:\n        : 2', "4, v.steps.0.scale.'': the name of a key is missing"],
    ['v:\n  steps:\n    - rename: {}', 'v.steps.0.rename: is empty'],
    ['v:\n  steps:\n    - {}', 'v.steps.0: expected a step, such as drop: KEY, not {}'],
    ['v:\n  steps:\n    -', 'v.steps.0: expected a step, such as drop: KEY, not nothing'],
    ["v:\n  steps:\n    - rename: {loss: 'x/*'}", 'rename.loss: x/* has more * than loss'],
    ["v:\n  steps:\n    - rename: {'a/*': '*/*'}", 'rename.a/*: */* has more * than a/*'],
    ["v:\n  steps:\n    - ema: {keys: ['a/*', b], weight: 0, as: 'm/*'}", 'ema.as: m/* has more * than b'],
    ["v:\n  steps:\n    - ratio: {of: ['a/*', b], as: r}", 'ratio.of.0: is one key: a * stands for nothing'],
    ["v:\n  steps:\n    - ratio: {of: [a, b], as: 'r/*'}", 'ratio.as: is one key'],
    ["v:\n  steps:\n    - x_axis: 'epoch*'", 'x_axis: is one key'],
    ['v:\n  steps:\n    - keep: *loss', '*loss stands for what was called &loss, which is not there'],
    [
      'v:\n  steps:\n    - keep: [*, a]',
      'v.yaml:3: not valid YAML: a text that begins with * stands in quotes',
    ],
    ['v:\n  steps:\n    - rename: {[a]: b}', 'v.yaml:3: not valid YAML: a key is a name'],
    ['v:\n  steps:\n    - rename: {a: b, a: c}', 'v.yaml:3: not valid YAML: the key is there twice'],
    ['v:\n  runs: @last=1\n  steps: [{drop: a}]', 'v.yaml:2: not valid YAML: a text that begins with @'],
    ['v:\n  steps: [{drop: a}]\n---\nw: 1', 'not valid YAML: it holds several documents'],
    ['views: {}\nw:\n  steps: [{drop: a}]', 'v.yaml:3, w: is a view beside views'],
    ['v:\n  steps: [{drop: a}]\n  __proto__: 1', 'v.__proto__: no key is called __proto__'],
    ['v:\n  steps:\n    - ema: {weight: 0.5}', 'needs key or keys'],
    ['v:\n  runs: "@last=x"\n  steps:\n    - drop: a', '2, v.runs: @last=x needs a number'],
    ['views:\n  a b:\n    steps: [{drop: a}]', 'views.a b'],
    ['v:\n  a: [', 'v.yaml:2: not valid YAML'],
  ])('%j is told: %s', (text, told) => {
    expect(() => parseViews(text, 'v.yaml', null)).toThrow(told);
  });
});

describe('a name that every JavaScript object has', () => {
  it('is a name of a view, of a key, and of what a key is renamed to', () => {
    const names = ['__proto__', 'constructor', 'toString'];
    const text = names.map(
      (name) => `${name}:\n  steps:\n    - rename: {${name}: loss, b: ${name}}\n    - scale: {${name}: 2}\n`,
    );
    const views = parseViews(text.join(''), 'v.yaml', null);
    expect(views.map(({ name }) => name)).toEqual(names);
    for (const { name, steps } of views) {
      const made = {
        step: 0,
        values: new Map([
          [name, 1],
          ['b', 3],
        ]),
        isLeftOut: false,
      };
      transformOf(steps)(made);
      expect([...made.values]).toEqual([
        ['loss', 1],
        [name, 6],
      ]);
    }
  });
});

describe('keys in a file of views', () => {
  it('count in the order they are written in, be they digits, and as they are written', () => {
    const rows = [{ b: 1, '1': 2, '1.0': 3 }];
    expect(valuesOf('- rename: {b: x, 1: x, 1.0: y}', rows)).toEqual([{ x: 1, y: 3 }]);
  });

  it('that come to one name give way to the first that is written', () => {
    const rows = [{ a: 1, b: 2 }, { a: 3 }, { b: 4 }];
    const mean = (keys: string) =>
      valuesOf(`- rolling_mean: {keys: ${keys}, window: 1, as: m}\n- keep: m`, rows).map(
        (made) => made?.['m'],
      );
    expect(mean('[a, b]')).toEqual([1, 3, 4]);
    expect(mean('[b, a]')).toEqual([2, 3, 4]);
  });
});

const RECIPE = `smooth:
  steps:
    - rename: {loss: scalar_loss}
    - rolling_mean: {key: scalar_loss, window: 10, as: rolling_loss}
    - keep: [scalar_loss, rolling_loss]
`;

async function seen(house: House, path: string): Promise<Record<string, readonly (readonly number[])[]>> {
  await house.tree.stat(`${path}/run.json`, COMPLETE);
  const bytes = await readWhole(house.tree, await eventPath(house.tree, path));
  return Object.fromEntries(scalarsOf(readEvents(bytes)));
}

const namesAt = async ({ tree }: House, path: string) =>
  (await tree.list(path, { signal })).map(({ name }) => name);

describe('a view', () => {
  it('shows runs of a project, or those that its query chooses, under their own names', async () => {
    const source = new ScriptedSource();
    addMembers(source, {
      a: [row(0, { loss: 1 }), row(1, { loss: 3 }), exitRecord()],
      b: [row(0, { loss: 5 })],
    });
    const text = `${RECIPE}done:\n  runs: '@state=finished'\n  of: team/*\n  steps: [{scale: {loss: 2}}]\nother:\n  of: [else/*]\n  steps: [{drop: x}]\n`;
    await using house = await buildHouse({ sources: [source], views: parseViews(text, 'v.yaml', null) });
    expect(await namesAt(house, 'team/project/@view=smooth')).toEqual(['a', 'b']);
    expect(await namesAt(house, 'team/project/@view=done')).toEqual(['a']);
    expect(await namesAt(house, 'team/project/@name=b/@view=smooth')).toEqual(['b']);
    expect(await seen(house, 'team/project/@view=smooth/a')).toEqual({
      scalar_loss: [
        [0, 1],
        [1, 3],
      ],
      rolling_loss: [
        [0, 1],
        [1, 2],
      ],
    });
    expect(await seen(house, 'team/project/@view=done/a')).toEqual({
      loss: [
        [0, 2],
        [1, 6],
      ],
    });
    await expect(namesAt(house, 'team/project/@view=smoth')).rejects.toThrow('did you mean @view=smooth?');
    await expect(namesAt(house, 'team/project/@view=other')).rejects.toThrow('not of team/project');
  });

  it('grows with its run, whatever is remembered of earlier rows, and takes no byte back', async () => {
    const source = new ScriptedSource();
    addMembers(source, { a: [row(0, { loss: 1 })] });
    await using house = await buildHouse({ sources: [source], views: parseViews(RECIPE, 'v.yaml', null) });
    const path = 'team/project/@view=smooth/a';
    let served: Buffer = Buffer.alloc(0);
    for (let step = 1; step < 40; step += 3) {
      source.push(memberKey('a'), ...[0, 1, 2].map((more) => row(step + more, { loss: step * more })));
      await house.tree.stat(`${path}/run.json`, COMPLETE);
      const now = await readWhole(house.tree, await eventPath(house.tree, path));
      expect(now.length).toBeGreaterThan(served.length);
      expect(now.subarray(0, served.length).equals(served)).toBe(true);
      served = now;
    }
    expect((await seen(house, path))['rolling_loss']!.length).toBe(40);
  });

  it.skipIf(PYTHON_MISSING !== null)('of five lines is what people computed with pandas', async () => {
    const rows = Array.from({ length: 60 }, (_, step) => ({ loss: Math.cos(step) * 10, other: step }));
    const source = new ScriptedSource();
    addMembers(source, { a: [...rows.map((values, step) => row(step, values)), exitRecord()] });
    await using house = await buildHouse({ sources: [source], views: parseViews(RECIPE, 'v.yaml', null) });
    await using folder = await temporaryFolder();
    await folder.write('history.json', Buffer.from(JSON.stringify(rows)));
    const theirs = JSON.parse(await runPython('rolling-loss.py', [join(folder.path, 'history.json')]));
    const ours = await seen(house, 'team/project/@view=smooth/a');
    expect(Object.keys(ours).sort()).toEqual(['rolling_loss', 'scalar_loss']);
    for (const column of ['scalar_loss', 'rolling_loss']) {
      expect(ours[column]).toHaveLength(rows.length);
      for (const [step, [, value]] of ours[column]!.entries())
        expect(value).toBeCloseTo(theirs[column][step], 5);
    }
  });
});
