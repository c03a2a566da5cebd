/** Draws boxes: a frame in the colour of the class, and a tag with what it is. @module */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Box } from './boxes.ts';
import type { Area, Canvas } from './canvas.ts';
import { type Colour, classColour, inkOn } from './colours.ts';
import { drawText, LINE_HEIGHT, textWidth } from './glyphs.ts';

export interface BoxStyle {
  /** Pixels of a dot of text. */
  readonly dot: number;
  /** Pixels a frame is thick. */
  readonly line: number;
  /** Of a frame: pixels of a dash and of the gap after it; 0 for one without gaps. */
  readonly dash: number;
}

/** Boxes between two turns of the event loop: in a large picture each takes a millisecond. */
const BOXES_PER_TURN = 32;

/** Tags stand over all frames. */
export async function drawBoxes(canvas: Canvas, boxes: readonly Box[], style: BoxStyle): Promise<void> {
  const placed = boxes.map((box) => ({ ...box, area: areaOf(box, canvas, style) }));
  for (const [index, { area, classId }] of placed.entries()) {
    if (index % BOXES_PER_TURN === 0) await nextTurn();
    drawFrame(canvas, area, classColour(classId), style);
  }
  for (const [index, { area, classId, text }] of placed.entries()) {
    if (index % BOXES_PER_TURN === 0) await nextTurn();
    drawTag(canvas, text, area, classColour(classId), style);
  }
}

/** In pixels. Edges far beyond the picture are moved to where they can't be seen either. */
function areaOf({ left, right, top, bottom }: Box, { width, height }: Canvas, { line }: BoxStyle): Area {
  const [x, endX] = [left, right].map((edge) => within(Math.round(edge * width), width, line));
  const [y, endY] = [top, bottom].map((edge) => within(Math.round(edge * height), height, line));
  return { x: x!, y: y!, width: Math.max(endX! - x!, line), height: Math.max(endY! - y!, line) };
}

function within(pixel: number, size: number, line: number): number {
  return Math.min(Math.max(pixel, -2 * line), size + 2 * line);
}

function drawFrame(canvas: Canvas, area: Area, colour: Colour, { line, dash }: BoxStyle): void {
  const { x, y, width, height } = area;
  const step = dash === 0 ? Math.max(width, height) : 2 * dash;
  const length = dash === 0 ? step : dash;
  for (let at = 0; at < width; at += step) {
    const part = { x: x + at, width: Math.min(length, width - at), height: line };
    canvas.fill({ ...part, y }, colour);
    canvas.fill({ ...part, y: y + height - line }, colour);
  }
  for (let at = 0; at < height; at += step) {
    const part = { y: y + at, height: Math.min(length, height - at), width: line };
    canvas.fill({ ...part, x }, colour);
    canvas.fill({ ...part, x: x + width - line }, colour);
  }
}

/** Above the box where there is room, else in it; never beyond the picture on the left or above. */
function drawTag(canvas: Canvas, text: string, area: Area, colour: Colour, { dot }: BoxStyle): void {
  if (text === '') return;
  const width = textWidth(text, dot);
  const height = LINE_HEIGHT * dot;
  const x = Math.max(0, Math.min(area.x, canvas.width - width));
  const above = area.y - height;
  const y = above >= 0 ? Math.min(above, canvas.height - height) : Math.max(0, area.y);
  canvas.fill({ x, y, width, height }, colour);
  drawText(canvas, text, x, y, { colour: inkOn(colour), dot });
}
