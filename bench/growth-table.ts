/** How costs grow with a size: what each unit takes at each size, and the exponent of the whole. @module */

import { numberText } from './table.ts';

/** Costs of one thing at growing sizes, in the same order. */
export interface GrowthCurve {
  readonly what: string;
  /** Of one unit of the size, such as `µs`. */
  readonly unit: string;
  readonly sizes: readonly number[];
  /** Of everything, in that unit; NaN where it was not measured. */
  readonly costs: readonly number[];
}

/**
 * By which power of the size a cost grows from one size to a larger: 1 for a cost that is the same for each unit, less where
 * something constant weighs in, 2 where each unit pays for all others.
 */
export function exponentBetween(
  [size, cost]: readonly [number, number],
  [largerSize, largerCost]: readonly [number, number],
): number {
  return Math.log(largerCost / cost) / Math.log(largerSize / size);
}

/** Least squares over all sizes, on logarithms. NaN for fewer than two. */
export function fittedExponent({ sizes, costs }: GrowthCurve): number {
  const points = measured(sizes, costs).map(([size, cost]) => [Math.log(size), Math.log(cost)] as const);
  const meanX = mean(points.map(([x]) => x));
  const meanY = mean(points.map(([, y]) => y));
  const slope = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return slope / points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
}

/** Of the last step, where what is constant weighs least. NaN for fewer than two. */
export function lastExponent({ sizes, costs }: GrowthCurve): number {
  const [before, last] = measured(sizes, costs).slice(-2);
  return before === undefined || last === undefined ? Number.NaN : exponentBetween(before, last);
}

/** A Markdown table of curves that share their sizes; `of`: what the sizes count. */
export function growthTable(of: string, curves: readonly GrowthCurve[]): string {
  const sizes = curves[0]?.sizes ?? [];
  const head = [`of each ${of}`, ...sizes.map((size) => size.toLocaleString('en')), 'fitted', 'last step'];
  const rows = curves.map((curve) => [
    curve.what,
    ...curve.costs.map((cost, i) => costText(cost / curve.sizes[i]!, curve.unit)),
    exponentText(fittedExponent(curve)),
    exponentText(lastExponent(curve)),
  ]);
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function measured(sizes: readonly number[], costs: readonly number[]): (readonly [number, number])[] {
  return sizes.flatMap((size, i) => (costs[i]! > 0 ? [[size, costs[i]!] as const] : []));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function costText(cost: number, unit: string): string {
  return Number.isNaN(cost) ? '' : `${numberText(cost)} ${unit}`;
}

function exponentText(exponent: number): string {
  return Number.isNaN(exponent) ? '' : exponent.toFixed(2);
}
