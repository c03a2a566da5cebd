/** What a group has in common at a step: one number for those of its members. Pure. @module */

/** In the order of their directories. */
export const STATISTICS = ['count', 'max', 'mean', 'median', 'min', 'std'] as const;

export type Statistic = (typeof STATISTICS)[number];

/**
 * A statistic of the values that members have at one step, at least one. NaN is left out, as numpy's nan-functions do; where
 * all are NaN the statistic is NaN, and `count` 0. `std` is the population's (numpy's default, `ddof=0`): of one value it is 0.
 */
export function statisticOf(statistic: Statistic, values: readonly number[]): number {
  const numbers = values.some(Number.isNaN) ? values.filter((value) => !Number.isNaN(value)) : values;
  if (statistic === 'count') return numbers.length;
  if (numbers.length === 0) return Number.NaN;
  switch (statistic) {
    case 'max':
      return numbers.reduce((a, b) => Math.max(a, b));
    case 'min':
      return numbers.reduce((a, b) => Math.min(a, b));
    case 'mean':
      return meanOf(numbers);
    case 'median':
      return medianOf(numbers);
    case 'std':
      return deviationOf(numbers);
  }
}

function meanOf(numbers: readonly number[]): number {
  const sum = sumOf(numbers);
  if (Number.isFinite(sum) || !numbers.every(Number.isFinite)) return sum / numbers.length;
  // The sum alone is beyond float64.
  return sumOf(numbers.map((number) => number / numbers.length));
}

function sumOf(numbers: readonly number[]): number {
  let sum = 0;
  for (const number of numbers) sum += number;
  return sum;
}

function medianOf(numbers: readonly number[]): number {
  const sorted = Float64Array.from(numbers).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : meanOf([sorted[middle - 1]!, sorted[middle]!]);
}

function deviationOf(numbers: readonly number[]): number {
  const mean = meanOf(numbers);
  return Math.sqrt(meanOf(numbers.map((number) => (number - mean) ** 2)));
}
