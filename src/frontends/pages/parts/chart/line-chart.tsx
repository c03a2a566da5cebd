/** A chart of one tag: a line for each run over its steps, as SVG that needs no script. @module */

import type { VNode } from 'preact';
import { countText, pluralText } from '../../../../core/index.ts';
import type { Curve } from '../../../../overview/index.ts';
import { valueText } from '../human-text.ts';
import { type Axis, type AxisScale, axisOver } from './axis.ts';
import { linePath, type Paper, placeOf } from './line-path.ts';

/** Units of the drawing, some of which are pixels on a usual screen. */
const WIDTH = 420;
const HEIGHT = 230;
const PAPER: Paper = { left: 54, top: 10, width: WIDTH - 54 - 12, height: HEIGHT - 10 - 24 };
/** About as many as have room for their texts. */
const TICKS = { x: 5, y: 7 };

export interface ChartLine {
  readonly name: string;
  /** Which of the compared runs it is, for its colour: from 0. */
  readonly index: number;
  readonly curve: Curve;
}

export interface LineChartProps {
  readonly tag: string;
  readonly lines: readonly ChartLine[];
  readonly scale: AxisScale;
}

export function LineChart({ tag, lines, scale }: LineChartProps): VNode {
  const axes = axesOf(lines, scale);
  if (axes === null)
    return (
      <p class="quiet small">No value of it has a place on {scale === 'log' ? 'a log' : 'this'} axis.</p>
    );
  const names = lines.map(({ name, curve }) => `${name}: now ${valueText(curve.last)}`).join('; ');
  return (
    <svg class="chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${tag}. ${names}`}>
      <Grid {...axes} />
      {lines.map((line) => (
        <Line line={line} {...axes} />
      ))}
    </svg>
  );
}

interface Axes {
  readonly x: Axis;
  readonly y: Axis;
}

/** Over all points that can be drawn; null where there are none. */
function axesOf(lines: readonly ChartLine[], scale: AxisScale): Axes | null {
  const [x, y] = [new Extent(), new Extent()];
  for (const { curve } of lines) {
    const { steps, values } = curve.points;
    for (let i = 0; i < steps.length; i++) {
      const [step, value] = [steps[i]!, values[i]!];
      if (!Number.isFinite(step) || !isDrawn(value, scale)) continue;
      x.add(step);
      y.add(value);
    }
  }
  if (!(x.min <= x.max)) return null;
  return { x: axisOver(x.min, x.max, 'linear', TICKS.x), y: axisOver(y.min, y.max, scale, TICKS.y) };
}

class Extent {
  min = Number.POSITIVE_INFINITY;
  max = Number.NEGATIVE_INFINITY;

  add(value: number): void {
    this.min = Math.min(this.min, value);
    this.max = Math.max(this.max, value);
  }
}

function isDrawn(value: number, scale: AxisScale): boolean {
  return Number.isFinite(value) && (scale === 'linear' || value > 0);
}

function Grid({ x, y }: Axes): VNode {
  const { left, top, width, height } = PAPER;
  return (
    <g class="grid">
      {y.ticks.map(({ at, text }) => {
        const place = (top + (1 - at) * height).toFixed(1);
        return (
          <>
            <path d={`M${left} ${place}h${width}`} />
            <text x={left - 5} y={place} dy="0.32em" text-anchor="end">
              {text}
            </text>
          </>
        );
      })}
      {x.ticks.map(({ at, text }) => (
        <text x={(left + at * width).toFixed(1)} y={top + height + 16} text-anchor="middle">
          {text}
        </text>
      ))}
      <path class="base" d={`M${left} ${top + height}h${width}`} />
    </g>
  );
}

interface LineProps extends Axes {
  readonly line: ChartLine;
}

/** The titles are what a pointer shows that rests there. */
function Line({ line: { name, index, curve }, x, y }: LineProps): VNode {
  const { last, lowest, highest, count, points } = curve;
  const range = `${valueText(lowest)} to ${valueText(highest)}`;
  return (
    <g class={`run-line run-${index}`}>
      <path d={linePath(points, x, y, PAPER)}>
        <title>{`${name}: now ${valueText(last)}, ${range}, ${pluralText(count, 'point')}`}</title>
      </path>
      {markedPoints(curve).map((i) => {
        const [step, value] = [points.steps[i]!, points.values[i]!];
        const place = placeOf(step, value, x, y, PAPER);
        if (place === null) return null;
        return (
          <circle cx={place.x.toFixed(1)} cy={place.y.toFixed(1)} r="2.4">
            <title>{`${name}: ${valueText(value)} at step ${countText(step)}`}</title>
          </circle>
        );
      })}
    </g>
  );
}

/** Indexes of the lowest, the highest and the newest point, each once. */
function markedPoints({ points: { values }, lowest, highest }: Curve): readonly number[] {
  const found = [values.indexOf(lowest), values.indexOf(highest), values.length - 1];
  return [...new Set(found)].filter((index) => index >= 0);
}
