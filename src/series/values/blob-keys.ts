/**
 * Keys by which TensorBoard asks for single blobs. A key says where the bytes are, so nothing has to be kept for it: they
 * stand in a file that was saved with a run, or, where they are few, in the key itself.
 * @module
 */

import { LogdirError } from '../../core/index.ts';
import { type BlobReference, isBlobReference } from '../../plugins/index.ts';

/** Base64url of the JSON of `[id of the run, file, size]` or `[base64 of the bytes]`. */
export function blobKey(runId: string, blob: Uint8Array | BlobReference): string {
  const place = isBlobReference(blob)
    ? [runId, blob.file, blob.size]
    : [Buffer.from(blob).toString('base64')];
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

export type BlobPlace =
  | { readonly bytes: Uint8Array }
  | { readonly runId: string; readonly file: string; readonly size: number };

/** @throws LogdirError `not-found` for a text that is no key. */
export function placeOfBlob(key: string): BlobPlace {
  const [first, file, size] = partsOf(key);
  if (typeof first === 'string' && file === undefined) return { bytes: Buffer.from(first, 'base64') };
  if (typeof first === 'string' && typeof file === 'string' && typeof size === 'number')
    return { runId: first, file, size };
  throw noBlob();
}

function partsOf(key: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(key, 'base64url').toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

export function noBlob(): LogdirError {
  return new LogdirError('not-found', 'no blob has that key: keys come from ReadBlobSequences');
}
