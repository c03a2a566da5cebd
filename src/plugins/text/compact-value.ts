/** W&B's JSON of a value as a block of Markdown that shows it verbatim. @module */

import { cutText } from '../../core/index.ts';
import { compactJson, parseWandbJson } from '../../wandb-json/index.ts';
import { codeBlock } from './markdown.ts';

/** Longer texts are not parsed for the little that is shown of them. */
const MAX_PARSED_CHARACTERS = 1024 * 1024;

/** The value without spaces, cut with an ellipsis. NaN and infinities are strings. */
export function compactValue(text: string, maxCharacters: number): string {
  const json =
    text.length > MAX_PARSED_CHARACTERS
      ? // Between tokens only: strings of JSON hold no line breaks.
        text.slice(0, maxCharacters + 1).replaceAll(/\p{Cc}/gu, ' ')
      : compactJson(parseWandbJson(text), maxCharacters);
  return codeBlock(cutText(json, maxCharacters));
}
