/** Lines of charts as SVG paths. Pure. @module */

import type { Axis } from './axis.ts';

export interface Paper {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

export interface LinePoints {
  readonly steps: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

/** Where a point is drawn; null where a value has no place, such as NaN, or 0 on a logarithmic axis. */
export function placeOf(step: number, value: number, x: Axis, y: Axis, paper: Paper): Place | null {
  const place = {
    x: paper.left + x.place(step) * paper.width,
    y: paper.top + (1 - y.place(value)) * paper.height,
  };
  return Number.isFinite(place.x) && Number.isFinite(place.y) ? place : null;
}

/** `M…L…`: interrupted where a value has no place. A value alone between two such is a dot. '' for no place at all. */
export function linePath({ steps, values }: LinePoints, x: Axis, y: Axis, paper: Paper): string {
  const stretches: Place[][] = [];
  let isOpen = false;
  for (let i = 0; i < steps.length; i++) {
    const place = placeOf(steps[i]!, values[i]!, x, y, paper);
    if (place !== null && !isOpen) stretches.push([]);
    if (place !== null) stretches.at(-1)!.push(place);
    isOpen = place !== null;
  }
  return stretches.map(stretchPath).join('');
}

function stretchPath(places: readonly Place[]): string {
  const texts = places.map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`);
  return texts.length === 1 ? `M${texts[0]}h0` : `M${texts.join('L')}`;
}
