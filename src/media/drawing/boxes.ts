/**
 * Boxes of a `boxes2D` file: `{box_data: [{position, domain, class_id, box_caption, scores}], class_labels}`
 * (`wandb/sdk/data_types/helper_types/bounding_boxes_2d.py`). @module
 */

import { isMembers, lenientValue, type Members, membersOf } from '../../wandb-json/index.ts';
import { className, drawnText } from './labels.ts';

/** A box in fractions of the picture's sides; edges may lie beyond it. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Undefined where it names none. */
  readonly classId: number | undefined;
  /** To be written on it; empty where it has neither class nor words. */
  readonly text: string;
}

export interface BoxFile {
  readonly json: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly maxBoxes: number;
  /** Of classes that the file itself does not name. */
  readonly label: (classId: number) => string | undefined;
}

/** Bytes of a file; a box takes some two hundred. */
const MAX_FILE_BYTES = 32 * 2 ** 20;
/** Digits of a score. */
const SCORE_DIGITS = 3;
const UTF8 = new TextDecoder();

/** Null when the file holds no list of boxes. Boxes that lie nowhere, and those beyond `maxBoxes`, are left out. */
export function readBoxes(file: BoxFile): Box[] | null {
  if (file.json.length > MAX_FILE_BYTES) return null;
  const { box_data: items, class_labels: labels } = membersOf(lenientValue(UTF8.decode(file.json)));
  if (!Array.isArray(items)) return null;
  const named = membersOf(labels);
  const label = (classId: number): string | undefined => {
    const own = Object.hasOwn(named, String(classId)) ? named[String(classId)] : undefined;
    return typeof own === 'string' ? own : file.label(classId);
  };
  const boxes: Box[] = [];
  for (const item of items as readonly unknown[]) {
    if (boxes.length >= file.maxBoxes) break;
    const box = isMembers(item) ? readBox(item, file, label) : null;
    if (box !== null) boxes.push(box);
  }
  return boxes;
}

function readBox(
  item: Members,
  size: { width: number; height: number },
  label: BoxFile['label'],
): Box | null {
  const edges = edgesOf(membersOf(item['position']));
  if (edges === null) return null;
  const isPixels = item['domain'] === 'pixel';
  const across = isPixels ? size.width : 1;
  const down = isPixels ? size.height : 1;
  const [x1, x2, y1, y2] = edges;
  const left = Math.min(x1, x2) / across;
  const right = Math.max(x1, x2) / across;
  const top = Math.min(y1, y2) / down;
  const bottom = Math.max(y1, y2) / down;
  if (right < 0 || bottom < 0 || left > 1 || top > 1) return null;
  const classId = Number.isSafeInteger(item['class_id']) ? (item['class_id'] as number) : undefined;
  return { left, right, top, bottom, classId, text: drawnText(textOf(item, classId, label)) };
}

function edgesOf(position: Members): readonly [number, number, number, number] | null {
  const { minX, maxX, minY, maxY, middle, width, height } = position;
  if (isNumber(minX) && isNumber(maxX) && isNumber(minY) && isNumber(maxY)) return [minX, maxX, minY, maxY];
  const [x, y]: readonly unknown[] = Array.isArray(middle) ? middle : [];
  if (!isNumber(x) || !isNumber(y) || !isNumber(width) || !isNumber(height)) return null;
  return [x - width / 2, x + width / 2, y - height / 2, y + height / 2];
}

/** What the script wrote, else the class and the first score. */
function textOf(item: Members, classId: number | undefined, label: BoxFile['label']): string {
  const caption = item['box_caption'];
  if (typeof caption === 'string' && caption.trim() !== '') return caption;
  const words = classId === undefined ? [] : [className(label(classId), classId)];
  const scores = membersOf(item['scores']);
  for (const name in scores) {
    const score = scores[name];
    if (!isNumber(score)) continue;
    words.push(String(Number(score.toPrecision(SCORE_DIGITS))));
    break;
  }
  return words.join(' ');
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
