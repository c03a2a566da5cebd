/**
 * Captions of pictures and clips, which the dashboards of those have no place for: a text beside them, as a numbered list in
 * the order of the samples.
 * @module
 */

import { isClip, isPicture } from '../media/blob.ts';
import { type MediaFile, mediaFiles } from '../media/media-file.ts';
import type { CellSeries } from '../plugin.ts';
import { textTensor } from '../summary.ts';
import { escapedCut } from './markdown.ts';
import { TEXT_METADATA } from './text-metadata.ts';

const TYPES: ReadonlySet<string> = new Set(['image-file', 'images/separated', 'audio-file', 'audio']);
const MAX_CAPTIONS = 100;
const MAX_CHARACTERS = 1000;
/** What Python-Markdown takes for the first item of a list within the item. */
const ITEM_NUMBER = /^(\p{Nd}+)\./u;
/** Markdown counts the items by itself, so that none may be left out. */
const NO_CAPTION = '—';

export const CAPTIONS: CellSeries = {
  accepts: (type) => TYPES.has(type),
  tag: (key) => `${key}/captions`,
  metadata: null,
  read: (text) => {
    const markdown = captionsMarkdown(mediaFiles(text));
    if (markdown === null) return [];
    return [{ suffix: '', metadata: TEXT_METADATA, tensor: textTensor(markdown) }];
  },
};

/** Null where there is no caption. Files that are no samples come last, as numbers are those of samples. */
function captionsMarkdown(files: readonly MediaFile[]): string | null {
  const ordered = [...files.filter(isSample), ...files.filter((file) => !isSample(file))];
  const count = ordered.findLastIndex(({ caption }) => caption !== null) + 1;
  if (count === 0) return null;
  const items = ordered
    .slice(0, Math.min(count, MAX_CAPTIONS))
    .map(({ caption }, i) => `${i + 1}. ${item(caption)}`);
  const more = count - items.length;
  return items.join('\n') + (more > 0 ? `\n\nand ${more} more` : '');
}

function isSample(file: MediaFile): boolean {
  return isPicture(file) || isClip(file);
}

function item(caption: string | null): string {
  if (caption === null) return NO_CAPTION;
  return escapedCut(caption.trim(), MAX_CHARACTERS).replace(ITEM_NUMBER, '$1&#46;');
}
