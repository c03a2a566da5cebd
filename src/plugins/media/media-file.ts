/**
 * The files of a media value, whatever its type: W&B's JSON of one file (`image-file`, `audio-file`, …) or of a list of
 * them (`images/separated`, `audio`, `videos`, …).
 *
 * Formats: `to_json` and `seq_to_json` of each type in `wandb/sdk/data_types/`.
 * @module
 */

import { isSafeName } from '../../core/index.ts';
import { isMembers, lenientValue, type Members } from '../../wandb-json/index.ts';
import type { Layer, SavedFileReference } from '../saved-content.ts';

/** One file of a media value, and what its JSON tells of it. */
export interface MediaFile {
  readonly file: SavedFileReference;
  /** Pixels; null where it is no picture or the JSON does not say. In a list of pictures all have those of the first. */
  readonly width: number | null;
  readonly height: number | null;
  /** Not empty. */
  readonly caption: string | null;
  /** By name, ascending. */
  readonly boxes: readonly Layer[];
  /** By name, ascending. */
  readonly masks: readonly Layer[];
}

/** W&B's SDK takes 108 pictures, clips and so on of a list (`MAX_ITEMS`); its server may know others. */
const MAX_FILES = 1000;
/** Boxes, and masks, of one picture. Each is a file to fetch, and more can't be told apart when they are drawn. */
const MAX_LAYERS = 100;
/** What an operating system takes as a path (`PATH_MAX` of Linux). */
const MAX_PATH_CHARACTERS = 4096;
/** SHA-256. */
const DIGEST = /^[0-9a-f]{64}$/i;
/** `media/images/<key>_<step>_<first 20 digits>.png`. */
const DIGEST_IN_NAME = /^media\/.*_([0-9a-f]{20})\.[A-Za-z0-9.]+$/;

/** Where a list has its items: paths, or the JSON of one file each. Other types are of one file. */
const LISTS: ReadonlyMap<unknown, string> = new Map([
  ['images/separated', 'filenames'],
  ['audio', 'audio'],
  ['videos', 'videos'],
  ['html', 'html'],
  // Its `filenames` are not below the run's folder, but below media/object3D.
  ['object3D', 'objects'],
  ['molecule', 'filenames'],
]);

/** In the order of the value. Items that name no file saved with the run are left out; other values have none. */
export function mediaFiles(text: string): readonly MediaFile[] {
  const value = lenientValue(text);
  if (!isMembers(value)) return [];
  const list = LISTS.get(value['_type']);
  const files = list === undefined ? [mediaFile(value)] : itemsOf(value, value[list]);
  return files.filter((file) => file !== null);
}

/** Of a path, in lower case and without the dot; '' where it has none. */
export function extensionOf(file: string): string {
  return /\.([^./]{1,20})$/.exec(file)?.[1]?.toLowerCase() ?? '';
}

/** What a list tells of its items stands in lists of its own, one place for each item. */
function itemsOf(list: Members, items: unknown): (MediaFile | null)[] {
  if (!Array.isArray(items)) return [];
  return items.slice(0, MAX_FILES).map((item: unknown, i) => {
    const own = typeof item === 'string' ? { path: item } : isMembers(item) ? item : {};
    return mediaFile({
      width: list['width'],
      height: list['height'],
      caption: itemAt(list['captions'], i),
      boxes: itemAt(list['all_boxes'], i),
      masks: itemAt(list['all_masks'], i),
      ...own,
    });
  });
}

function itemAt(list: unknown, i: number): unknown {
  return Array.isArray(list) ? list[i] : undefined;
}

function mediaFile(value: Members): MediaFile | null {
  const file = savedFile(value);
  if (file === null) return null;
  return {
    file,
    width: pixels(value['width']),
    height: pixels(value['height']),
    caption: captionOf(value['caption']),
    boxes: layersOf(value['boxes']),
    masks: layersOf(value['masks']),
  };
}

function savedFile({ path, size, sha256 }: Members): SavedFileReference | null {
  if (typeof path !== 'string' || path.length > MAX_PATH_CHARACTERS || !isSafeName(path)) return null;
  return {
    file: path,
    size: isWhole(size) && size >= 0 ? size : null,
    digest: digestOf(path, sha256),
  };
}

/** Lists have no digests beside their names, which end in the first digits of them. */
function digestOf(path: string, sha256: unknown): string | null {
  if (typeof sha256 === 'string' && DIGEST.test(sha256)) return sha256.toLowerCase();
  return DIGEST_IN_NAME.exec(path)?.[1] ?? null;
}

function pixels(value: unknown): number | null {
  return isWhole(value) && value > 0 ? value : null;
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

/** The SDK asks for text, and takes numbers. */
function captionOf(caption: unknown): string | null {
  const text = typeof caption === 'number' ? String(caption) : caption;
  return typeof text === 'string' && text.trim() !== '' ? text : null;
}

function layersOf(layers: unknown): Layer[] {
  if (!isMembers(layers)) return [];
  return Object.keys(layers)
    .sort()
    .flatMap((name) => {
      const layer = layers[name];
      const file = isMembers(layer) ? savedFile(layer) : null;
      return file === null ? [] : [{ name, file }];
    })
    .slice(0, MAX_LAYERS);
}
