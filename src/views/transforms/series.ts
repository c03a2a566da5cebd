/** Numbers of one series made from those before them. @module */

import type { ViewStep } from './view-definition.ts';

/** What the next value of a series comes to; null: nothing. */
export type Series = (value: number) => number | null;

export type SmoothingStep = Extract<ViewStep, { readonly kind: 'rolling_mean' | 'ema' | 'difference' }>;

/** At the start of a series. */
export function smoothedSeries(step: SmoothingStep): Series {
  switch (step.kind) {
    case 'rolling_mean':
      return rollingMean(step.window);
    case 'ema':
      return debiasedAverage(step.weight);
    case 'difference':
      return difference();
  }
}

/** The mean of the last values, as many as there are: pandas' `rolling(window, min_periods=1).mean()`, which leaves NaN out. */
function rollingMean(window: number): Series {
  const held: number[] = [];
  let next = 0;
  return (value) => {
    held[next] = value;
    next = (next + 1) % window;
    const numbers = held.filter((number) => !Number.isNaN(number));
    // Summed anew: a running sum keeps what was rounded away.
    return numbers.length === 0 ? Number.NaN : numbers.reduce((a, b) => a + b) / numbers.length;
  };
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
