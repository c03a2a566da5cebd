/**
 * Draws the boxes and masks of a W&B picture onto it, which TensorBoard has no layers for. Everything is drawn pixel by
 * pixel with letters of its own: the same input gives the same picture on every machine.
 * @module
 */

import { drawBoxes } from './drawing/box-layer.ts';
import { type Box, readBoxes } from './drawing/boxes.ts';
import { Canvas, enlarged, type Pixels } from './drawing/canvas.ts';
import { classColour, WHITE } from './drawing/colours.ts';
import { type ClassLabels, className, isBackground } from './drawing/labels.ts';
import { drawLegend, type LegendEntry } from './drawing/legend.ts';
import { drawMask } from './drawing/mask-layer.ts';
import { decodeMask, decodePicture, encodePng } from './drawing/pictures.ts';

export { canDraw } from './drawing/pictures.ts';

export interface DrawingInput {
  readonly picture: Uint8Array;
  /** `boxes2D` files. */
  readonly boxes: readonly { readonly name: string; readonly json: Uint8Array }[];
  /** PNG files whose gray value is the id of a class. */
  readonly masks: readonly { readonly name: string; readonly png: Uint8Array }[];
  readonly labels: ClassLabels;
}

/** Of boxes, and of masks, that are drawn onto a picture; nobody could tell more of them apart. */
export const MAX_LAYERS = 16;
/** Of all layers together. */
const MAX_BOXES = 1000;
/** A smaller picture has no room for letters: it is shown larger. */
const MIN_LONGER_SIDE = 256;
/** Pixels of a picture's longer side for each pixel that a dot of text, and a line, gets wider. */
const SIDE_PER_DOT = 320;
const SIDE_PER_LINE_PIXEL = 300;
const MIN_LINE = 2;

/** How large a drawing is of a picture of some size. Small ones grow by a whole factor. */
export function drawnSize(
  width: number,
  height: number,
): { readonly width: number; readonly height: number } {
  const factor = factorOf(width, height);
  return { width: width * factor, height: height * factor };
}

/**
 * A PNG, the same for the same input and version of sharp. Null where the picture is none, or too large (50 megapixels),
 * where no layer can be read, and where sharp is missing.
 */
export async function draw({ picture, boxes, masks, labels }: DrawingInput): Promise<Uint8Array | null> {
  const decoded = await decodePicture(picture);
  if (decoded === null) return null;
  const boxLayers = readBoxLayers(boxes, decoded, labels);
  const canvas = new Canvas(enlarged(decoded, factorOf(decoded.width, decoded.height)));
  const maskEntries = await drawMasks(canvas, masks, labels);
  if (maskEntries === null && boxLayers.length === 0) return null;
  const boxEntries = await drawBoxLayers(canvas, boxLayers);
  drawLegend(canvas, [...(maskEntries ?? []), ...boxEntries], dotOf(canvas));
  return await encodePng(canvas.pixels);
}

function factorOf(width: number, height: number): number {
  return Math.max(1, Math.ceil(MIN_LONGER_SIDE / Math.max(1, width, height)));
}

function dotOf({ width, height }: Canvas): number {
  return Math.max(1, Math.floor(Math.max(width, height) / SIDE_PER_DOT));
}

interface BoxLayer {
  readonly name: string;
  readonly boxes: readonly Box[];
}

function readBoxLayers(
  files: DrawingInput['boxes'],
  { width, height }: Pixels,
  labels: ClassLabels,
): BoxLayer[] {
  const layers: BoxLayer[] = [];
  let left = MAX_BOXES;
  for (const { name, json } of files.slice(0, MAX_LAYERS)) {
    const label = (classId: number) => labels.box(name, classId);
    const boxes = readBoxes({ json, width, height, maxBoxes: left, label });
    if (boxes === null) continue;
    left -= boxes.length;
    layers.push({ name, boxes });
  }
  return layers;
}

/** What the colours mean; null where no mask can be read. */
async function drawMasks(
  canvas: Canvas,
  files: DrawingInput['masks'],
  labels: ClassLabels,
): Promise<LegendEntry[] | null> {
  let entries: LegendEntry[] | null = null;
  for (const { name, png } of files.slice(0, MAX_LAYERS)) {
    const mask = await decodeMask(png);
    if (mask === null) continue;
    const found = await drawMask(canvas, mask, (id) => !isBackground(labels.mask(name, id), id));
    const prefix = files.length > 1 ? `${name}: ` : '';
    entries ??= [];
    for (const id of found)
      entries.push({ text: prefix + className(labels.mask(name, id), id), colour: classColour(id) });
  }
  return entries;
}

/** Layers beside each other differ by their dashes, which are told; one alone needs no telling. */
async function drawBoxLayers(canvas: Canvas, layers: readonly BoxLayer[]): Promise<LegendEntry[]> {
  const line = Math.max(MIN_LINE, Math.floor(Math.max(canvas.width, canvas.height) / SIDE_PER_LINE_PIXEL));
  const entries: LegendEntry[] = [];
  for (const [index, { name, boxes }] of layers.entries()) {
    const dash = index * 2 * line;
    await drawBoxes(canvas, boxes, { dot: dotOf(canvas), line, dash });
    entries.push({ text: name, colour: WHITE, dash });
  }
  return entries.length > 1 ? entries : [];
}
