/**
 * Arbitrary text within the Markdown that TensorBoard's Text dashboard renders (`tensorboard/plugin_util.py`: Python-Markdown
 * with tables and fenced code, then bleach): it shows as it is, whatever markup, HTML or line breaks it holds.
 * @module
 */

import { cutText, savedFilePath, wellFormed } from '../../core/index.ts';

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

/** Beyond it a reference to an artifact is cut: they have some 200 characters. */
const MAX_REFERENCE_CHARACTERS = 256;
/** Beyond it a path is cut: no system opens a longer one. */
const MAX_PATH_CHARACTERS = 4096;
/** Of characters that a code span shows as they are, which it does with everything but markup of its own and HTML. */
const PLAIN_PATH = /^(?:[^`\\<>&\s\p{C}]| )+$/u;

/** Where in the run's directory a file saved with the run lies. */
export function savedPlace(file: string): string {
  return codeSpan(cutText(`@files/${savedFilePath(file)}`, MAX_PATH_CHARACTERS));
}

/** A reference, as a code span where that shows it as it is. */
export function pathText(whole: string): string {
  return codeSpan(cutText(whole, MAX_REFERENCE_CHARACTERS));
}

function codeSpan(path: string): string {
  return PLAIN_PATH.test(path) ? `\`${path}\`` : escapedText(path);
}

/** As an indented block: indentation needs no fence that a text could close. */
export function codeBlock(text: string): string {
  return text
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
}
