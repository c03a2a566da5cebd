/** How many values of a run are no numbers, in words. @module */

import { countText, pluralText } from '../../../core/index.ts';
import type { LoggedMedia, MediaCount, MediaKind } from '../../../overview/index.ts';

const NOUNS: Readonly<Record<MediaKind, string>> = {
  image: 'image',
  video: 'video',
  sound: 'audio clip',
  table: 'table',
  mesh: '3D object',
  graph: 'graph',
  histogram: 'histogram',
  text: 'text',
  other: 'other value',
};

/** `6 images, 3 lists of images, 2 tables`. '' for none. */
export function mediaText(counts: readonly MediaCount[]): string {
  return counts
    .map(({ kind, isList, count }) =>
      isList ? `${pluralText(count, 'list')} of ${NOUNS[kind]}s` : pluralText(count, NOUNS[kind]),
    )
    .join(', ');
}

/** `3 values, the newest at step 1,200`. */
export function newestText({ count, step }: LoggedMedia): string {
  const at = `at step ${countText(step)}`;
  return count === 1 ? `1 value, ${at}` : `${pluralText(count, 'value')}, the newest ${at}`;
}

/** `image-file`; of a table how large it is too. */
export function typeText({ type, extent }: LoggedMedia): string {
  if (extent === null) return type;
  return `${type}, ${pluralText(extent.rows, 'row')}, ${pluralText(extent.columns, 'column')}`;
}
