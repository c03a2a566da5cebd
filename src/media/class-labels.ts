/**
 * Names of the classes in boxes and masks, as the SDK keeps them in a run's config: under `_wandb`, in
 * `bounding_box/class_labels` and `mask/class_labels`, by key and layer (`Run._add_singleton` in
 * `wandb/sdk/wandb_run.py`, called from `data_types/helper_types/bounding_boxes_2d.py` and `image_mask.py`).
 * @module
 */

import { isMembers, objectOfPaths, type PathValue } from '../wandb-json/index.ts';
import type { ClassLabels } from './drawing/labels.ts';

/** W&B's own entry of a config. */
const OWN = '_wandb';
const BOXES = 'bounding_box/class_labels';
const MASKS = 'mask/class_labels';
/** Between key and layer, spelled as the SDK spells it. */
const DELIMITER = '_wandb_delimeter_';
/** Names a key may be looked for by; nobody nests deeper. */
const MAX_NAMES = 16;

/** The names that a run's config gives the classes of a key's layers. */
export function classLabelsOf(config: readonly PathValue[], key: string): ClassLabels {
  const own = memberOf(objectOfPaths(config.filter(({ path }) => path[0] === OWN)), OWN);
  const names = namesOf(key);
  const labelIn = (kind: string) => {
    const layers = memberOf(own, kind);
    return (layer: string, classId: number) => labelOf(layers, { names, layer, classId });
  };
  return { box: labelIn(BOXES), mask: labelIn(MASKS) };
}

interface LabelPlace {
  readonly names: readonly string[];
  readonly layer: string;
  readonly classId: number;
}

function labelOf(layers: unknown, { names, layer, classId }: LabelPlace): string | undefined {
  for (const name of names) {
    const labels = memberOf(memberOf(layers, name + DELIMITER + layer), 'value');
    const label = memberOf(labels, String(classId));
    if (typeof label === 'string') return label;
  }
  return undefined;
}

/** A picture in a nested dict is kept under the innermost name alone: `{val: {img: …}}`, which is `val.img`, under `img`. */
function namesOf(key: string): string[] {
  const names = [key];
  for (let dot = key.indexOf('.'); dot >= 0 && names.length < MAX_NAMES; dot = key.indexOf('.', dot + 1)) {
    names.push(key.slice(dot + 1));
  }
  return names;
}

function memberOf(value: unknown, name: string): unknown {
  return isMembers(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
