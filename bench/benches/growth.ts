/** How costs grow with the number of runs, of tags and of rows: per unit, and by which power. @module */

import type { Bench, Figure } from '../bench.ts';
import { type GrowthCurve, growthTable, lastExponent } from '../growth-table.ts';
import type { Workshop } from '../workshop.ts';

interface Measured {
  /** Microseconds of processor time by question. */
  readonly questions: Readonly<Record<string, number>>;
  /** Bytes, before anything was asked and afterwards. */
  readonly held: number;
  readonly heldAfter: number;
}

/** What grows, and the words for the subject at each size. */
interface Axis {
  readonly name: string;
  readonly unit: string;
  readonly sizes: readonly number[];
  words(size: number): readonly (string | number)[];
}

const AXES: readonly Axis[] = [
  {
    name: 'runs that are listed',
    unit: 'run',
    sizes: [100, 1000, 10_000, 100_000],
    words: (runs) => ['listed', runs],
  },
  {
    name: 'runs with history, of 10 tags x 10 rows',
    unit: 'run',
    sizes: [100, 1000, 10_000],
    words: (runs) => ['read', runs, 10, 10],
  },
  {
    name: 'tags, in each of 10 runs of 10 rows',
    unit: 'tag',
    sizes: [10, 100, 1000, 10_000],
    words: (tags) => ['read', 10, tags, 10],
  },
  {
    name: 'rows, in each of 4 runs of 4 tags',
    unit: 'row',
    sizes: [1000, 10_000, 100_000],
    words: (rows) => ['read', 4, 4, rows],
  },
];

/** Measuring errs by some tenths of what it measures. */
const MOST = 1.15;

export const growth: Bench = {
  name: 'growth',
  title: 'what each run, tag and row costs, as they become more: processor time, and memory held',
  run,
};

async function* run(workshop: Workshop): AsyncIterable<Figure> {
  for (const axis of AXES) {
    const measured: Measured[] = [];
    for (const size of axis.sizes) measured.push(await measureAt(workshop, axis, size));
    const curves = curvesOf(axis.sizes, measured);
    console.log(`### By ${axis.name}\n\n${growthTable(axis.unit, curves)}\n`);
    for (const curve of curves) {
      // What garbage is left over from the reading may be more than what is held.
      if (Number.isNaN(lastExponent(curve))) continue;
      const what = `${curve.what}, by ${axis.name}: last exponent`;
      yield { what, unit: '', better: 'less', ours: lastExponent(curve), peer: null, goal: { value: MOST } };
    }
  }
}

async function measureAt(workshop: Workshop, axis: Axis, size: number): Promise<Measured> {
  const words = [...axis.words(size).map(String), workshop.memoryFolder()];
  return await workshop.subject<Measured>('growth.js', words);
}

function curvesOf(sizes: readonly number[], measured: readonly Measured[]): readonly GrowthCurve[] {
  const questions = Object.keys(measured[0]?.questions ?? {});
  const times = questions.map((what) => {
    return { what, unit: 'µs', sizes, costs: measured.map((at) => at.questions[what] ?? Number.NaN) };
  });
  const held = { unit: 'B', sizes };
  return [
    ...times,
    { ...held, what: 'memory, nothing asked', costs: measured.map((at) => at.held) },
    { ...held, what: '… after all of this', costs: measured.map((at) => at.heldAfter) },
  ];
}
