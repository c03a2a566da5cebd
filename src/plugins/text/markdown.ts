/**
 * Arbitrary text within the Markdown that TensorBoard's Text dashboard renders (`tensorboard/plugin_util.py`: Python-Markdown
 * with tables and fenced code, then bleach): it shows as it is, whatever markup, HTML or line breaks it holds.
 * @module
 */

import { cutText, encodeComponent, wellFormed } from '../../core/index.ts';

/** Line breaks of Unicode, any of which could end a table row or begin a block. */
const LINE_BREAKS = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/g;
/** They show nothing, and Python-Markdown marks its own places in a text with some of them. */
const CONTROL_CHARACTERS = /\p{Cc}/gu;
/** A hyphen before a letter or digit is none, and too common in names and numbers to be spelled as a reference. */
const MARKUP = /[\\`*_{}[\]<>()#+!|~&]|-(?![a-z\d])/gi;

/** One line for a table cell or within a list item. What Markdown or HTML would take for markup are character references. */
export function escapedText(text: string): string {
  return wellFormed(text)
    .replace(LINE_BREAKS, ' ⏎ ')
    .replaceAll('\t', ' ')
    .replace(CONTROL_CHARACTERS, '�')
    .replace(MARKUP, (mark) => `&#${mark.charCodeAt(0)};`);
}

/** `escapedText` of text that was cut before, so that no character reference is. */
export function escapedCut(text: string, maxCharacters: number): string {
  return escapedText(cutText(text, maxCharacters));
}

/** Beyond it a path is cut: names of files saved by W&B have some 100 characters, references to artifacts some 200. */
const MAX_PATH_CHARACTERS = 256;
/** Of characters that a code span shows as they are, which it does with everything but markup of its own and HTML. */
const PLAIN_PATH = /^(?:[^`\\<>&\s\p{C}]| )+$/u;

/** Where in the run's directory a file saved with the run lies. */
export function savedPlace(file: string): string {
  return pathText(['@files', ...file.split('/').map(encodeComponent)].join('/'));
}

/** A path or reference, as a code span where that shows it as it is. */
export function pathText(whole: string): string {
  const path = cutText(whole, MAX_PATH_CHARACTERS);
  return PLAIN_PATH.test(path) ? `\`${path}\`` : escapedText(path);
}

/** As an indented block: indentation needs no fence that a text could close. */
export function codeBlock(text: string): string {
  return text
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
}
