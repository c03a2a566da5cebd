/** Charts as SVG: axes with marks that tell values apart, and lines that are interrupted where there is no value. */

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { axisOver, tickText } from '../../../src/frontends/pages/parts/chart/axis.ts';
import { LineChart } from '../../../src/frontends/pages/parts/chart/line-chart.tsx';
import { linePath } from '../../../src/frontends/pages/parts/chart/line-path.ts';
import { htmlText } from '../../../src/frontends/pages/parts/document.ts';
import { curve } from '../../support/memory-overview.ts';

describe('an axis', () => {
  /** Curves hold 32-bit floats, and steps: nothing is as small or large as doubles can be. */
  const finite = fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .filter((value) => value === 0 || (Math.abs(value) > 1e-300 && Math.abs(value) < 1e300));

  it('has its ends at 0 and 1, and marks between them, in their order, few and each with a text of its own', async () => {
    await fc.assert(
      fc.property(finite, finite, fc.constantFrom('linear', 'log'), (a, b, scale) => {
        const [min, max] =
          scale === 'log'
            ? [Math.abs(a), Math.abs(b)].sort((x, y) => x - y)
            : [Math.min(a, b), Math.max(a, b)];
        fc.pre(scale === 'linear' || min! > 0);
        const axis = axisOver(min!, max!, scale, 5);
        // Two numbers may have one logarithm.
        const isApart = scale === 'log' ? Math.log10(min!) < Math.log10(max!) : min! < max!;
        if (isApart) {
          expect(axis.place(min!)).toBeCloseTo(0, 9);
          expect(axis.place(max!)).toBeCloseTo(1, 9);
        } else {
          expect(axis.place(min!)).toBeGreaterThan(0);
          expect(axis.place(min!)).toBeLessThan(1);
        }
        const places = axis.ticks.map(({ at }) => at);
        expect(places.length).toBeLessThanOrEqual(13);
        for (const place of places) expect(place >= -1e-9 && place <= 1 + 1e-9).toBe(true);
        expect(places).toEqual([...places].sort((x, y) => x - y));
      }),
    );
  });

  it.each([
    [0, 1, 'linear', ['0', '0.2', '0.4', '0.6', '0.8', '1.0']],
    [-3, 12, 'linear', ['0', '5', '10']],
    [0.12341, 0.12349, 'linear', ['0.12342', '0.12344', '0.12346', '0.12348']],
    [0, 25_000, 'linear', ['0', '5,000', '10,000', '15,000', '20,000', '25,000']],
    [0, 3e9, 'linear', ['0', '1e9', '2e9', '3e9']],
    [0.001, 1000, 'log', ['0.001', '0.1', '10', '1,000']],
    [0.02, 0.5, 'log', ['0.02', '0.05', '0.1', '0.2', '0.5']],
    [0.61, 0.64, 'log', ['0.61', '0.62', '0.63', '0.64']],
    [7, 7, 'linear', ['6.5', '7.0', '7.5']],
  ] as const)('from %d to %d, %s, is marked %j', (min, max, scale, texts) => {
    expect(axisOver(min, max, scale, 5).ticks.map(({ text }) => text)).toEqual(texts);
  });

  it('writes numbers with as many digits as the marks are apart', () => {
    expect([tickText(0.30000000000000004, 0.1), tickText(-5e-17, 0.1), tickText(1.25e-7, 5e-9)]).toEqual([
      ...['0.3', '0', '1.25e-7'],
    ]);
  });
});

describe('a line', () => {
  const axis = axisOver(0, 10, 'linear', 5);
  const paper = { left: 0, top: 0, width: 10, height: 10 };
  const pathOf = (...values: number[]) =>
    linePath({ steps: values.map((_, i) => i), values }, axis, axis, paper);

  it('is interrupted where a value has no place; one alone is a dot', () => {
    expect(pathOf(0, 10)).toBe('M0.0 10.0L1.0 0.0');
    expect(pathOf(0, 10, Number.NaN, 5, Infinity, 1, 2)).toBe('M0.0 10.0L1.0 0.0M3.0 5.0h0M5.0 9.0L6.0 8.0');
    expect(pathOf(Number.NaN)).toBe('');
  });

  it('on a log axis leaves out what is 0 or less', () => {
    const log = axisOver(1, 100, 'log', 5);
    const path = linePath({ steps: [0, 5, 10], values: [1, 0, 100] }, axis, log, paper);
    expect(path).toBe('M0.0 10.0h0M10.0 0.0h0');
  });
});

describe('a chart', () => {
  const draw = (scale: 'linear' | 'log', ...curves: ReturnType<typeof curve>[]) =>
    htmlText(
      <LineChart
        tag="<b>"
        lines={curves.map((one, index) => ({ name: `"run" ${index}`, index, curve: one }))}
        scale={scale}
      />,
    );

  it('has a line for each run, named in its title and in the words for who does not see it', () => {
    const text = draw(
      'linear',
      curve(5, (step) => step),
      curve(3, () => 2),
    );
    expect(text.match(/class="run-line run-\d"/g)).toEqual([
      'class="run-line run-0"',
      'class="run-line run-1"',
    ]);
    expect(text).toContain('aria-label="&lt;b>. &quot;run&quot; 0: now 4; &quot;run&quot; 1: now 2"');
    expect(text).toContain('<title>&quot;run&quot; 0: now 4, 0 to 4, 5 points</title>');
    expect(text).toContain('<title>&quot;run&quot; 0: 4 at step 4</title>');
  });

  it('holds no number that is none, whatever the values', async () => {
    const values = fc.array(
      fc.oneof(fc.float(), fc.constantFrom(0, Number.NaN, Infinity, 1e-45, 3.4e38, -3.4e38)),
      {
        minLength: 1,
        maxLength: 20,
      },
    );
    await fc.assert(
      fc.property(values, fc.constantFrom('linear', 'log'), (given, scale) => {
        const text = draw(
          scale,
          curve(given.length, (step) => given[step]!),
        );
        for (const [, drawn] of text.matchAll(/ (?:d|x|y|cx|cy)="([^"]*)"/g))
          expect(drawn).not.toMatch(/NaN|Inf|e/);
      }),
    );
  });

  it('says where there is nothing to draw', () => {
    expect(
      draw(
        'linear',
        curve(2, () => Number.NaN),
      ),
    ).toContain('No value of it has a place');
    expect(
      draw(
        'log',
        curve(2, () => -1),
      ),
    ).toContain('a log axis');
    expect(
      draw(
        'linear',
        curve(1, () => 3),
      ),
    ).toMatch(/<path d="M[\d. ]+h0"/);
  });
});
