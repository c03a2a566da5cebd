/** Names as one component of a path: reversible, and safe on any file system. @module */

/** What a file system takes as one component (`NAME_MAX` of Linux). */
const MAX_COMPONENT_BYTES = 255;

/** Stands for `/` and looks like it: U+2215, division slash. People read these names in TensorBoard's list of runs. */
const SLASH = '\u2215';

/**
 * `%` itself, the slash's stand-in, and control characters; a leading `@` is kept for unlisted directories such as
 * `@files`.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is for
const UNSAFE = /[%\u2215\u0000-\u001f\u007f-\u009f]|^@|^\.{1,2}$/gu;

/**
 * A name as one path component: NFC, `/` as `\u2215`, and what else can't stand in one percent-encoded. With that slash
 * put back and percent signs decoded it is the name again. May be longer than a file system takes: see `fitComponent`.
 */
export function encodeComponent(name: string): string {
  // Through UTF-8 first: a lone surrogate has no bytes of its own.
  return Buffer.from(name, 'utf8')
    .toString('utf8')
    .normalize('NFC')
    .replace(UNSAFE, (part: string) => [...new TextEncoder().encode(part)].map(percent).join(''))
    .replaceAll('/', SLASH);
}

function percent(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

/** A component of at most 255 bytes: a longer one is cut at a character and gets `suffix`, which keeps it apart. */
export function fitComponent(component: string, suffix: string): string {
  if (Buffer.byteLength(component) <= MAX_COMPONENT_BYTES) return component;
  const room = MAX_COMPONENT_BYTES - Buffer.byteLength(suffix);
  let cut = '';
  let bytes = 0;
  for (const character of component) {
    bytes += Buffer.byteLength(character);
    if (bytes > room) break;
    cut += character;
  }
  // Half an escape would decode to something else.
  return cut.replace(/%[0-9A-F]?$/, '') + suffix;
}
