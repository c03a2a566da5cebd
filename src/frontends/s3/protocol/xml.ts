/** XML as S3 writes it: elements of text, each on its own. @module */

import { wellFormed } from '../../../core/index.ts';

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** What stands for itself nowhere, or would be read back as another character. */
const ESCAPED = /[&<>"'\t\r\n]/g;
/** XML 1.0 has no way to write these: keys with them need `encoding-type=url`. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is for
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

function escaped(text: string): string {
  return wellFormed(text)
    .replace(UNWRITABLE, '\ufffd')
    .replace(ESCAPED, (character) => `&#${character.charCodeAt(0)};`);
}

/** An element that holds text. */
export function textElement(name: string, text: string | number | boolean): string {
  return `<${name}>${typeof text === 'string' ? escaped(text) : text}</${name}>`;
}

/** An element that holds elements, written already. */
export function element(name: string, ...children: readonly string[]): string {
  return `<${name}>${children.join('')}</${name}>`;
}

/** A whole document. Errors stand in no namespace. */
export function xmlDocument(name: string, children: readonly string[], namespace = NAMESPACE): string {
  const attribute = namespace === '' ? '' : ` xmlns="${namespace}"`;
  return `${DECLARATION}<${name}${attribute}>${children.join('')}</${name}>`;
}
