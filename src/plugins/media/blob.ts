/** Files of media values as blobs in tensors. @module */

import type { ContentNeed, Contents } from '../saved-content.ts';
import type { BlobReference } from '../summary.ts';
import { extensionOf, type MediaFile } from './media-file.ts';
import { placeholderFor } from './placeholder.ts';

/**
 * What TensorBoard shows in the browser: PNG, JPEG, GIF and BMP by their content type
 * (`tensorboard/util/img_mime_type_detector.py`), WebP as nameless bytes, which browsers take for a picture where one is
 * due.
 */
const PICTURES: ReadonlySet<string> = new Set(['png', 'jpg', 'jpeg', 'gif', 'bmp', 'webp']);
/** The only encoding of TensorBoard's audio plugin (`AudioPluginData.Encoding`). */
const CLIPS: ReadonlySet<string> = new Set(['wav']);

/** Whether the Images dashboard can show it. */
export function isPicture({ file }: MediaFile): boolean {
  return PICTURES.has(extensionOf(file.file));
}

/** Whether the Audio dashboard can play it. */
export function isClip({ file }: MediaFile): boolean {
  return CLIPS.has(extensionOf(file.file));
}

/** What must be known for `blobOf`. */
export function blobNeeds({ file }: MediaFile): readonly ContentNeed[] {
  return file.size === null ? [{ kind: 'size', file }] : [];
}

/** The file's bytes; a placeholder where they are lost. */
export function blobOf({ file }: MediaFile, contents: Contents): Uint8Array | BlobReference {
  const size = file.size ?? contents.size(file);
  if (size === 'lost') return placeholderFor(file.file);
  return { ...file, size: size === 'unknown' ? null : size };
}
