/** Pixels to draw on. Everything is cut at the edges. @module */

import type { Colour } from './colours.ts';

/** Rows from top to bottom, of eight bits each: red, green, blue and, with four channels, opacity. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
  readonly bytes: Uint8Array;
}

/** In whole pixels. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const OPAQUE = 255;

export class Canvas {
  readonly pixels: Pixels;

  constructor(pixels: Pixels) {
    this.pixels = pixels;
  }

  get width(): number {
    return this.pixels.width;
  }

  get height(): number {
    return this.pixels.height;
  }

  /** Fills an area with a colour: its first row, and the others by copies of it. */
  fill(area: Area, [red, green, blue]: Colour): void {
    const { bytes, channels, width } = this.pixels;
    const { left, right, top, bottom } = this.#cut(area);
    if (left >= right || top >= bottom) return;
    const start = (top * width + left) * channels;
    const end = start + (right - left) * channels;
    for (let at = start; at < end; at += channels) {
      bytes[at] = red;
      bytes[at + 1] = green;
      bytes[at + 2] = blue;
      if (channels === 4) bytes[at + 3] = OPAQUE;
    }
    const stride = width * channels;
    for (let row = 1; row < bottom - top; row++) bytes.copyWithin(start + row * stride, start, end);
  }

  /** Halves the light of an area, so that what is written on it can be read. */
  dim(area: Area): void {
    const { left, right, top, bottom } = this.#cut(area);
    for (let y = top; y < bottom; y++)
      for (let x = left; x < right; x++) this.tint(y * this.width + x, 0, 0, 0);
  }

  /** Mixes one pixel, by its number, half and half with a colour. */
  tint(pixel: number, red: number, green: number, blue: number): void {
    const { bytes, channels } = this.pixels;
    const at = pixel * channels;
    bytes[at] = (bytes[at]! + red) >> 1;
    bytes[at + 1] = (bytes[at + 1]! + green) >> 1;
    bytes[at + 2] = (bytes[at + 2]! + blue) >> 1;
    // What shines through is the page behind the picture.
    if (channels === 4) bytes[at + 3] = Math.max(bytes[at + 3]!, OPAQUE >> 1);
  }

  #cut({ x, y, width, height }: Area) {
    return {
      left: Math.max(0, x),
      right: Math.min(this.width, x + width),
      top: Math.max(0, y),
      bottom: Math.min(this.height, y + height),
    };
  }
}

/** Every pixel as a square of `factor` by `factor`. */
export function enlarged(pixels: Pixels, factor: number): Pixels {
  if (factor === 1) return pixels;
  const { channels } = pixels;
  const width = pixels.width * factor;
  const height = pixels.height * factor;
  const bytes = new Uint8Array(width * height * channels);
  for (let y = 0, at = 0; y < height; y++) {
    const row = Math.floor(y / factor) * pixels.width;
    for (let x = 0; x < width; x++) {
      const from = (row + Math.floor(x / factor)) * channels;
      for (let channel = 0; channel < channels; channel++) bytes[at++] = pixels.bytes[from + channel]!;
    }
  }
  return { width, height, channels, bytes };
}
