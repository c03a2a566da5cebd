/** What colours and lines mean, in a corner of the picture. @module */

import type { Canvas } from './canvas.ts';
import { type Colour, WHITE } from './colours.ts';
import { drawText, LINE_HEIGHT, textWidth } from './glyphs.ts';
import { drawnText } from './labels.ts';

export interface LegendEntry {
  readonly text: string;
  readonly colour: Colour;
  /** Of a line: pixels of a dash, 0 for one without gaps. Absent: an area. */
  readonly dash?: number;
}

/** Dots a sample of colour or line is wide. */
const SAMPLE_WIDTH = 14;
/** A legend is to leave this part of a picture's height to the picture. */
const PICTURE_SHARE = 0.5;

/** In the lower left; entries for which there is no room are counted. */
export function drawLegend(canvas: Canvas, entries: readonly LegendEntry[], dot: number): void {
  const lines = shown(entries, Math.floor((canvas.height * PICTURE_SHARE) / (LINE_HEIGHT * dot)));
  if (lines.length === 0) return;
  const height = LINE_HEIGHT * dot;
  const textX = (SAMPLE_WIDTH + 1) * dot;
  const width = textX + Math.max(...lines.map(({ text }) => textWidth(text, dot)));
  const top = canvas.height - lines.length * height;
  canvas.dim({ x: 0, y: top, width, height: lines.length * height });
  for (const [index, { text, sample }] of lines.entries()) {
    const y = top + index * height;
    if (sample !== null) drawSample(canvas, sample, y, dot);
    drawText(canvas, text, textX, y, { colour: WHITE, dot });
  }
}

function shown(entries: readonly LegendEntry[], room: number) {
  const lines = entries.map((entry) => ({
    text: drawnText(entry.text),
    sample: entry as LegendEntry | null,
  }));
  if (lines.length <= room) return lines;
  const kept = Math.max(0, room - 1);
  return [...lines.slice(0, kept), { text: `${lines.length - kept} more`, sample: null }].slice(0, room);
}

function drawSample(canvas: Canvas, { colour, dash }: LegendEntry, y: number, dot: number): void {
  const x = 2 * dot;
  const width = (SAMPLE_WIDTH - 2) * dot;
  if (dash === undefined) {
    canvas.fill({ x, y: y + 2 * dot, width, height: (LINE_HEIGHT - 4) * dot }, colour);
    return;
  }
  const step = dash === 0 ? width : 2 * dash;
  for (let at = 0; at < width; at += step) {
    const length = Math.min(dash === 0 ? width : dash, width - at);
    canvas.fill({ x: x + at, y: y + 5 * dot, width: length, height: 2 * dot }, colour);
  }
}
