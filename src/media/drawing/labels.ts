/** What is written beside a box or a colour: names of classes, scores, cut and in characters that can be drawn. @module */

/** Names of classes, by layer and class id; undefined where nobody named the class. */
export interface ClassLabels {
  box(layer: string, classId: number): string | undefined;
  mask(layer: string, classId: number): string | undefined;
}

/** Longer text would hide the picture. */
const MAX_CHARACTERS = 60;
const PRINTABLE = /^[ -~]$/;

/** A text as it is drawn: cut, with `?` for what there is no glyph of. */
export function drawnText(text: string): string {
  // A character takes two code units at most.
  const characters = [...text.slice(0, 2 * MAX_CHARACTERS)].slice(0, MAX_CHARACTERS);
  return characters.map((character) => (PRINTABLE.test(character) ? character : '?')).join('');
}

/** The name of a class; W&B's own default where it was given none. */
export function className(label: string | undefined, classId: number): string {
  return label === undefined || label.trim() === '' ? `class_${classId}` : label;
}

/** Names of what is behind everything, which is shown as it is. */
const BACKGROUND = new Set(['bg', 'background']);

/** Class 0 is the background, too, where it has no name of its own: the SDK calls it `class_0` then. */
export function isBackground(label: string | undefined, classId: number): boolean {
  const name = className(label, classId).trim().toLowerCase();
  return BACKGROUND.has(name) || (classId === 0 && name === 'class_0');
}
