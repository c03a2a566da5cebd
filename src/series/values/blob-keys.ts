/**
 * Keys by which TensorBoard asks for single blobs. A key says where the bytes are, so nothing has to be kept for it: they
 * stand in a file that was saved with a run, or, where they are few, in the key itself. Bytes that are made of files and are
 * many, such as those of a graph, are kept for a while.
 * @module
 */

import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import * as z from 'zod';
import { LogdirError } from '../../core/index.ts';
import { type BlobReference, isBlobReference } from '../../plugins/index.ts';

/** A key travels in addresses and requests, which have bounds. */
const MAX_INLINE_BYTES = 2048;
/** TensorBoard asks for a blob right after it was given the key. */
const MAX_KEPT_BYTES = 32 * 1024 * 1024;

const fileSchema = z.object({ file: z.string(), size: z.number().nullable(), digest: z.string().nullable() });
const layerSchema = z.object({ name: z.string(), file: fileSchema });
const drawingSchema = z.object({
  picture: fileSchema,
  width: z.number(),
  height: z.number(),
  boxes: z.array(layerSchema),
  masks: z.array(layerSchema),
});
/** JSON of a key. `kept`: a digest of bytes. */
const keySchema = z.union([
  z.object({ bytes: z.string() }),
  z.object({ kept: z.string() }),
  z.object({ runId: z.string(), ...fileSchema.shape, drawing: drawingSchema.optional() }),
]);

export type BlobPlace =
  | { readonly bytes: Uint8Array }
  | { readonly runId: string; readonly blob: BlobReference };

export class BlobKeys {
  readonly #kept = new LRUCache<string, Uint8Array>({
    maxSize: MAX_KEPT_BYTES,
    sizeCalculation: ({ length }) => Math.max(1, length),
  });

  /** The key of a blob: base64url of the JSON that says where it is. `runId`: the run's. */
  of(runId: string, blob: Uint8Array | BlobReference): string {
    return Buffer.from(JSON.stringify(this.#placeText(runId, blob))).toString('base64url');
  }

  /** Where the bytes are. @throws LogdirError `not-found` for a text that is no key. */
  placeOf(key: string): BlobPlace {
    const parsed = keySchema.safeParse(jsonOf(key));
    if (!parsed.success) throw noBlob();
    const place = parsed.data;
    if ('bytes' in place) return { bytes: Buffer.from(place.bytes, 'base64') };
    if ('kept' in place) {
      const bytes = this.#kept.get(place.kept);
      if (bytes === undefined) throw noBlob();
      return { bytes };
    }
    const { runId, file, size, digest, drawing } = place;
    return { runId, blob: { file, size, digest, ...(drawing !== undefined && { drawing }) } };
  }

  #placeText(runId: string, blob: Uint8Array | BlobReference): object {
    if (isBlobReference(blob)) return { runId, ...blob };
    if (blob.length <= MAX_INLINE_BYTES) return { bytes: Buffer.from(blob).toString('base64') };
    const kept = createHash('sha256').update(blob).digest('base64url');
    this.#kept.set(kept, blob);
    return { kept };
  }
}

function jsonOf(key: string): unknown {
  try {
    return JSON.parse(Buffer.from(key, 'base64url').toString());
  } catch {
    return undefined;
  }
}

export function noBlob(): LogdirError {
  return new LogdirError('not-found', 'no blob has that key: keys come from ReadBlobSequences');
}
