/** What was found of needs, as plugins take it, and the keys by which it is found again. Pure. @module */

import { createHash } from 'node:crypto';
import type { BlobReference, ContentNeed, Contents, Drawing } from '../plugins/index.ts';

/** Bytes of content; the number of bytes of a file or a drawing. */
export type Found = Uint8Array | number | 'lost' | 'too-large';

/** Whether a key is of something that was drawn. */
const DRAWN: ReadonlySet<unknown> = new Set(['drawing', 'drawn']);

/**
 * Tells needs apart, and finds them again in what was decided. By all that is said of a file: values that name the same file
 * and tell other things of it are decided on their own, in whatever order they come.
 */
export function needKey(need: ContentNeed): string {
  switch (need.kind) {
    case 'size':
      return keyOf('size', need.file.file);
    case 'content': {
      const { file, size, digest } = need.file;
      return keyOf('content', file, size, digest, need.maxBytes);
    }
    case 'drawing':
      return keyOf('drawing', need.drawing.picture.file, drawingId(need.drawing));
  }
}

/** The same for blobs. */
export function blobKey({ file, size, digest, drawing }: BlobReference): string {
  return drawing === undefined
    ? keyOf('blob', file, size, digest)
    : keyOf('drawn', file, size, drawingId(drawing));
}

interface KeyFacts {
  readonly file: string;
  readonly isDrawn: boolean;
  /** Whether nothing of the file is fetched for it. */
  readonly isLength: boolean;
}

/** What a key is of. */
export function ofKey(key: string): KeyFacts {
  const [kind, file] = JSON.parse(key) as readonly unknown[];
  return { file: String(file), isDrawn: DRAWN.has(kind), isLength: kind === 'size' };
}

/** Layers may be many. */
export function drawingId(drawing: Drawing): string {
  return createHash('sha256').update(JSON.stringify(drawing)).digest('hex').slice(0, 32);
}

export function contentsOf(found: ReadonlyMap<string, Found>): Contents {
  const at = (need: ContentNeed) => found.get(needKey(need)) ?? 'unknown';
  return {
    size: (file) => lengthOf(at({ kind: 'size', file })),
    drawing: (drawing) => lengthOf(at({ kind: 'drawing', drawing })),
    content: (file, maxBytes) => {
      const value = at({ kind: 'content', file, maxBytes });
      return typeof value === 'number' ? 'unknown' : value;
    },
  };
}

function keyOf(...parts: readonly unknown[]): string {
  return JSON.stringify(parts);
}

function lengthOf(found: Found | 'unknown'): number | 'lost' | 'unknown' {
  if (typeof found === 'number') return found;
  return found === 'unknown' ? 'unknown' : 'lost';
}
