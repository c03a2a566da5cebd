/** Pictures with their boxes and masks drawn onto them, made of the files that W&B keeps of each. @module */

import type { Run, RunLog } from '../history/index.ts';
import type { Drawing, Layer } from '../plugins/index.ts';
import { classLabelsOf } from './class-labels.ts';
import { needKey } from './contents.ts';
import { canDraw, draw } from './drawing.ts';
import type { SavedBytes } from './saved-bytes.ts';

/** A picture, a mask or a file of boxes that is longer is left alone. */
const MAX_LAYER_BYTES = 32 * 1024 * 1024;

/**
 * The PNG that a drawing comes to; null where nothing can be drawn: there is no library for it here, or a file is not what
 * it should be.
 * @throws LogdirError as `SavedBytes.get`
 */
export async function drawnPicture(
  run: Run,
  log: RunLog,
  drawing: Drawing,
  bytes: SavedBytes,
): Promise<Uint8Array | null> {
  if (!(await canDraw())) return null;
  const id = JSON.stringify([run.id, log.generation, needKey({ kind: 'drawing', drawing })]);
  return await bytes.derive(id, async () => {
    const picture = await bytes.get(run, drawing.picture, MAX_LAYER_BYTES);
    if (picture === 'too-large') return null;
    const [boxes, masks] = await Promise.all([
      layersOf(run, drawing.boxes, bytes),
      layersOf(run, drawing.masks, bytes),
    ]);
    return await draw({
      picture,
      boxes: boxes.map(({ name, content }) => ({ name, json: content })),
      masks: masks.map(({ name, content }) => ({ name, png: content })),
      labels: classLabelsOf(log.ledger.config.entries, keyOf(drawing.picture.file)),
    });
  });
}

async function layersOf(
  run: Run,
  layers: readonly Layer[],
  bytes: SavedBytes,
): Promise<readonly { readonly name: string; readonly content: Uint8Array }[]> {
  const found = await Promise.all(
    layers.map(async ({ name, file }) => {
      const content = await bytes.get(run, file, MAX_LAYER_BYTES);
      return content === 'too-large' ? [] : [{ name, content }];
    }),
  );
  return found.flat();
}

/** The SDK names a picture's file after its key: `media/images/<key>_<step>_<digest>.png`. */
function keyOf(file: string): string {
  return file.replace(/^media\/images\//, '').replace(/_\d+_[0-9a-f]+\.[^./]*$/, '');
}
