/** The course of a tag as a small inline SVG line. @module */

import type { VNode } from 'preact';
import type { SeriesPreview } from '../../../overview/index.ts';
import { valueText } from './human-text.ts';

const WIDTH = 84;
const HEIGHT = 20;
/** Room for the line's own width and the dot at its end. */
const MARGIN = 2.5;

type Point = SeriesPreview['points'][number];

/** Points that are NaN or infinite are left out: they have no place on the paper. */
export function Sparkline({ tag, points, last }: SeriesPreview): VNode {
  const finite = points.filter(({ step, value }) => Number.isFinite(value) && Number.isFinite(step));
  const end = finite.at(-1);
  if (end === undefined) return <svg class="spark" width={WIDTH} height={HEIGHT} aria-hidden="true" />;
  const x = scale(finite, ({ step }) => step, MARGIN, WIDTH - MARGIN);
  const y = scale(finite, ({ value }) => value, HEIGHT - MARGIN, MARGIN);
  const line = finite.map((point) => `${x(point).toFixed(1)},${y(point).toFixed(1)}`).join(' ');
  const label = `${tag}: ${finite.length} points, now ${valueText(last)}`;
  const box = `0 0 ${WIDTH} ${HEIGHT}`;
  return (
    <svg class="spark" role="img" aria-label={label} width={WIDTH} height={HEIGHT} viewBox={box}>
      <polyline points={line} />
      <circle cx={x(end).toFixed(1)} cy={y(end).toFixed(1)} r="1.8" />
    </svg>
  );
}

/** A linear map of the points' range onto [from, to]; a range of nothing lands in the middle. */
function scale(points: readonly Point[], of: (point: Point) => number, from: number, to: number) {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const point of points) {
    min = Math.min(min, of(point));
    max = Math.max(max, of(point));
  }
  // Halves first: the span of two huge doubles is not a double.
  const half = max / 2 - min / 2;
  return (point: Point) =>
    half > 0 ? from + (to - from) * ((of(point) / 2 - min / 2) / half) : (from + to) / 2;
}
