/** Lays a mask over a picture: each pixel of it is the id of a class (`wandb/sdk/data_types/helper_types/image_mask.py`). @module */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Canvas } from './canvas.ts';
import { classColour } from './colours.ts';

/** Class ids of a picture's pixels, row by row. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  readonly ids: Uint8Array;
}

const CLASSES = 256;
/** Pixels between two turns of the event loop: some ten milliseconds. */
const PIXELS_PER_TURN = 2 ** 20;

/**
 * Tints pixels in the colours of their classes, half transparent. A mask of another size is stretched. Gives the
 * classes that were found, ascending, those that are not drawn left out.
 */
export async function drawMask(
  canvas: Canvas,
  mask: Mask,
  isDrawn: (classId: number) => boolean,
): Promise<number[]> {
  const colours = Array.from({ length: CLASSES }, (_, id) => (isDrawn(id) ? classColour(id) : null));
  const found = new Set<number>();
  const columns = Uint32Array.from({ length: canvas.width }, (_, x) =>
    Math.floor((x * mask.width) / canvas.width),
  );
  const rowsPerTurn = Math.max(1, Math.floor(PIXELS_PER_TURN / canvas.width));
  for (let y = 0; y < canvas.height; y++) {
    if (y % rowsPerTurn === rowsPerTurn - 1) await nextTurn();
    const row = Math.floor((y * mask.height) / canvas.height) * mask.width;
    for (let x = 0; x < canvas.width; x++) {
      const id = mask.ids[row + columns[x]!]!;
      const colour = colours[id];
      if (colour === null || colour === undefined) continue;
      canvas.tint(y * canvas.width + x, colour[0], colour[1], colour[2]);
      found.add(id);
    }
  }
  return [...found].sort((a, b) => a - b);
}
