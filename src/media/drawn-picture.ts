/** Pictures with their boxes and masks drawn onto them, made of the files that W&B keeps of each. @module */

import type { Run } from '../history/index.ts';
import type { Drawing, Layer } from '../plugins/index.ts';
import { classLabelsOf } from './class-labels.ts';
import { drawingId } from './contents.ts';
import type { ClassLabels } from './drawing/labels.ts';
import { canDraw, draw, MAX_LAYERS } from './drawing.ts';
import { type DrawnLabel, labelsOf, noted } from './drawn-labels.ts';
import type { LoggedRun } from './logged-run.ts';
import type { SavedBytes } from './saved-bytes.ts';

/** A picture, a mask or a file of boxes that is longer is left alone, and so is what goes beyond it of all layers. */
const MAX_LAYER_BYTES = 32 * 1024 * 1024;

/** A PNG, and the names that were drawn with it. */
export interface DrawnPicture {
  readonly bytes: Uint8Array;
  readonly labels: readonly DrawnLabel[];
}

/** Names that were drawn with pictures in memory. */
const LABELS = new WeakMap<Uint8Array, readonly DrawnLabel[]>();

/**
 * What a drawing comes to; null where nothing can be drawn: there is no library for it here, or a file is not what it should
 * be. `known`: names of classes that it was drawn with before; default: those of the run's config as it is now.
 * @throws LogdirError as `SavedBytes.get`
 */
export async function drawnPicture(
  { run, log }: LoggedRun,
  drawing: Drawing,
  bytes: SavedBytes,
  known?: readonly DrawnLabel[],
): Promise<DrawnPicture | null> {
  if (!(await canDraw())) return null;
  const idFor = (names: unknown) => JSON.stringify(['drawn', run.id, drawingId(drawing), names]);
  const { config, commits } = log.ledger;
  const drawn = await bytes.derive(idFor(known ?? [log.generation, commits]), async () => {
    const wanted =
      known === undefined ? classLabelsOf(config.entries, keyOf(drawing.picture.file)) : labelsOf(known);
    const { labels, notes } = noted(wanted);
    const made = await drawFiles(run, drawing, bytes, labels);
    if (made !== null) LABELS.set(made, notes());
    return made;
  });
  if (drawn === null) return null;
  const labels = known ?? LABELS.get(drawn) ?? [];
  if (known === undefined) bytes.keep(idFor(labels), drawn);
  return { bytes: drawn, labels };
}

async function drawFiles(
  run: Run,
  drawing: Drawing,
  bytes: SavedBytes,
  labels: ClassLabels,
): Promise<Uint8Array | null> {
  const picture = await bytes.get(run, drawing.picture, MAX_LAYER_BYTES);
  if (picture === 'too-large') return null;
  const boxes = await layersOf(run, drawing.boxes, bytes);
  const masks = await layersOf(run, drawing.masks, bytes);
  return await draw({
    picture,
    boxes: boxes.map(({ name, content }) => ({ name, json: content })),
    masks: masks.map(({ name, content }) => ({ name, png: content })),
    labels,
  });
}

/** One after the other: of layers that are long only the first are held. */
async function layersOf(
  run: Run,
  layers: readonly Layer[],
  bytes: SavedBytes,
): Promise<readonly { readonly name: string; readonly content: Uint8Array }[]> {
  const found: { name: string; content: Uint8Array }[] = [];
  let left = MAX_LAYER_BYTES;
  for (const { name, file } of layers.slice(0, MAX_LAYERS)) {
    const content = await bytes.get(run, file, left);
    if (content === 'too-large') continue;
    left -= content.length;
    found.push({ name, content });
  }
  return found;
}

/** The SDK names a picture's file after its key: `media/images/<key>_<step>_<digest>.png`. */
function keyOf(file: string): string {
  return file.replace(/^media\/images\//, '').replace(/_\d+_[0-9a-f]+\.[^./]*$/, '');
}
