/** What was found of needs, as plugins take it. Pure. @module */

import type { ContentNeed, Contents, Drawing } from '../plugins/index.ts';

/** Bytes of content; the number of bytes of a file or a drawing. */
export type Found = Uint8Array | number | 'lost' | 'too-large';

/** Tells needs apart, and finds them again in what was decided. */
export function needKey(need: ContentNeed): string {
  if (need.kind === 'drawing') return `drawing ${drawingText(need.drawing)}`;
  return `${need.kind} ${need.file.file}`;
}

function drawingText({ picture, boxes, masks }: Drawing): string {
  const layers = [...boxes, ...masks].map(({ name, file }) => [name, file.file]);
  return JSON.stringify([picture.file, ...layers]);
}

export function contentsOf(found: ReadonlyMap<string, Found>): Contents {
  const at = (need: ContentNeed) => found.get(needKey(need)) ?? 'unknown';
  return {
    size: (file) => lengthOf(at({ kind: 'size', file })),
    drawing: (drawing) => lengthOf(at({ kind: 'drawing', drawing })),
    content: (file) => {
      const value = at({ kind: 'content', file, maxBytes: 0 });
      return typeof value === 'number' ? 'unknown' : value;
    },
  };
}

function lengthOf(found: Found | 'unknown'): number | 'lost' | 'unknown' {
  if (typeof found === 'number') return found;
  return found === 'unknown' ? 'unknown' : 'lost';
}
