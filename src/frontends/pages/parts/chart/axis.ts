/** Axes of charts: where a value stands between two ends, and which values are marked. Pure. @module */

import { countText } from '../../../../core/index.ts';

export type AxisScale = 'linear' | 'log';

export interface Tick {
  /** See `Axis.place`. */
  readonly at: number;
  readonly text: string;
}

export interface Axis {
  /** 0 at the smallest value, 1 at the largest, as far apart from both as the value is on this scale. */
  place(value: number): number;
  /** Ascending. */
  readonly ticks: readonly Tick[];
}

/** A range of one value is shown with so much of it on either side. */
const PADDING = 0.1;
/** However near each other two ends are. */
const MAX_TICKS = 12;

/**
 * An axis over finite values, `min` to `max`; on a logarithmic one both are above 0.
 * `count`: of ticks, about.
 */
export function axisOver(min: number, max: number, scale: AxisScale, count: number): Axis {
  return scale === 'log' ? logAxis(min, max, count) : linearAxis(min, max, count);
}

function linearAxis(first: number, last: number, count: number): Axis {
  const padding = first < last ? 0 : Math.abs(first) * PADDING || 1;
  const [min, max] = [first - padding, last + padding];
  // Halves first: the span of two huge doubles is not a double.
  const place = (value: number) => (value / 2 - min / 2) / (max / 2 - min / 2);
  return { place, ticks: linearTicks(min, max, count).map(([value, text]) => ({ at: place(value), text })) };
}

function logAxis(first: number, last: number, count: number): Axis {
  // Two neighbours may have one logarithm.
  const [min, max] =
    Math.log10(first) < Math.log10(last) ? [first, last] : [first / 2, Math.min(last * 2, Number.MAX_VALUE)];
  const [low, high] = [Math.log10(min), Math.log10(max)];
  const place = (value: number) => (Math.log10(value) - low) / (high - low);
  const marked = logTicks(min, max, count);
  const ticks = marked.length >= 2 ? marked : linearTicks(min, max, count);
  return { place, ticks: ticks.map(([value, text]) => ({ at: place(value), text })) };
}

type Marked = readonly (readonly [value: number, text: string])[];

/** Multiples of 1, 2 or 5 times a power of ten. */
function linearTicks(min: number, max: number, count: number): Marked {
  const step = roundStep((max - min) / count);
  if (!Number.isFinite(step) || step <= 0) return [];
  const first = Math.ceil(min / step);
  const values = Array.from({ length: MAX_TICKS }, (_, i) => (first + i) * step);
  const inside = new Set(values.filter((value) => value >= min && value <= max));
  return [...inside].map((value) => [value, tickText(value, step)]);
}

function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5].find((candidate) => candidate * power >= rough) ?? 10;
  return factor * power;
}

/** Powers of ten, every so many; within two decades their doubles and fivefolds as well. */
function logTicks(min: number, max: number, count: number): Marked {
  const low = Math.floor(Math.log10(min));
  const high = Math.ceil(Math.log10(max));
  const stride = Math.max(1, Math.ceil((high - low) / count));
  const factors = high - low <= 2 ? [1, 2, 5] : [1];
  const ticks: [number, string][] = [];
  for (let exponent = low; exponent <= high; exponent += stride) {
    for (const factor of factors) {
      const value = Number(`${factor}e${exponent}`);
      if (value >= min && value <= max) ticks.push([value, tickText(value, value)]);
    }
  }
  return ticks;
}

/** With as many digits as tell it from its neighbours, which are `step` apart. */
export function tickText(value: number, step: number): string {
  const magnitude = Math.abs(value);
  if (magnitude < step / 2) return '0';
  const exponent = Math.floor(Math.log10(step));
  if (magnitude >= 1e6 || magnitude < 1e-4) {
    const digits = Math.floor(Math.log10(magnitude)) - exponent;
    return value.toExponential(Math.min(Math.max(digits, 0), 8)).replace('e+', 'e');
  }
  if (exponent >= 0) return countText(Math.round(value));
  return value.toFixed(Math.min(-exponent, 12));
}
