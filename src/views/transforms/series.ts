/** Numbers of one series made from those before them. @module */

import { RollingMean } from './rolling-mean.ts';
import type { ViewStep } from './view-definition.ts';

/** What the next value of a series comes to; null: nothing. */
export type Series = (value: number) => number | null;

export type SmoothingStep = Extract<ViewStep, { readonly kind: 'rolling_mean' | 'ema' | 'difference' }>;

/** At the start of a series. */
export function smoothedSeries(step: SmoothingStep): Series {
  switch (step.kind) {
    case 'rolling_mean': {
      const mean = new RollingMean(step.window);
      return (value) => mean.add(value);
    }
    case 'ema':
      return debiasedAverage(step.weight);
    case 'difference':
      return difference();
  }
}

/**
 * The smoothing of TensorBoard's pages: an exponential average, divided by the weight of the values so far. What is not finite
 * stays as it is (`resmoothDataset` in `vz_line_chart2/line-chart.ts`).
 */
function debiasedAverage(weight: number): Series {
  let last = 0;
  let count = 0;
  return (value) => {
    if (!Number.isFinite(value)) return value;
    last = last * weight + (1 - weight) * value;
    count++;
    return last / (weight === 1 ? 1 : 1 - weight ** count);
  };
}

function difference(): Series {
  let last: number | null = null;
  return (value) => {
    const before = last;
    last = value;
    return before === null ? null : value - before;
  };
}
