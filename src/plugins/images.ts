/**
 * TensorBoard's Images dashboard, and pictures in Time Series: pictures that a run logged, and those with boxes and masks
 * drawn onto them.
 *
 * Summaries as `tf.summary.image` writes them: a string tensor of rank 1 that holds width and height of the first picture in
 * ASCII, which TensorBoard skips, and then the files as they are (`tensorboard/plugins/image/summary_v2.py`,
 * `images_plugin.py`). Each picture is a sample, which TensorBoard shows as a card.
 * @module
 */

import { DATA_CLASS, imagePluginDataCodec, type SummaryMetadata } from '../protobuf/index.ts';
import { blobNeeds, blobOf, isPicture } from './media/blob.ts';
import { type MediaFile, mediaFiles } from './media/media-file.ts';
import type { CellSeries, CellValue, Plugin } from './plugin.ts';
import type { ContentNeed, Contents, Drawing } from './saved-content.ts';
import type { BlobReference, TensorContent } from './summary.ts';

const METADATA: SummaryMetadata = {
  pluginData: { pluginName: 'images', content: imagePluginDataCodec.encode({}) },
  dataClass: DATA_CLASS.blobSequence,
};

/** Videos may be GIFs, which browsers play wherever they show pictures. */
const TYPES: ReadonlySet<string> = new Set(['image-file', 'images/separated', 'video-file', 'videos']);

const PICTURES: CellSeries = {
  accepts: (type) => TYPES.has(type),
  tag: (key) => key,
  metadata: null,
  isSampled: true,
  needs: (text) => picturesOf(text).flatMap(needsOf),
  read: (text, contents) => pointsOf(picturesOf(text), contents),
};

export const IMAGES: Plugin = {
  name: 'images',
  dataClass: 'blob-sequence',
  typeName: 'image',
  reservedTags: [],
  cells: [PICTURES],
};

function picturesOf(text: string): MediaFile[] {
  return mediaFiles(text).filter(isPicture);
}

function needsOf(picture: MediaFile): ContentNeed[] {
  const drawing = drawingOf(picture);
  return [...blobNeeds(picture), ...(drawing === null ? [] : [{ kind: 'drawing', drawing } as const])];
}

/** None without boxes or masks, and where nobody says how large the picture is. */
function drawingOf({ file, width, height, boxes, masks }: MediaFile): Drawing | null {
  if (width === null || height === null || boxes.length + masks.length === 0) return null;
  return { picture: file, width, height, boxes, masks };
}

function pointsOf(pictures: readonly MediaFile[], contents: Contents): CellValue[] {
  const [first] = pictures;
  if (first === undefined) return [];
  const strings = [ascii(first.width), ascii(first.height), ...samplesOf(pictures, contents)];
  const tensor: TensorContent = { shape: [strings.length], strings };
  return [{ suffix: '', metadata: METADATA, tensor }];
}

/**
 * One sample for each picture, drawn onto where that can be; then, once more, those that were drawn onto as they were
 * logged. So the first sample is the drawn one, and a sample is the same picture at all steps, drawn or not.
 */
function samplesOf(pictures: readonly MediaFile[], contents: Contents): (Uint8Array | BlobReference)[] {
  const drawn = pictures.map((picture) => drawnBlob(picture, contents));
  return [
    ...pictures.map((picture, i) => drawn[i] ?? blobOf(picture, contents)),
    ...pictures.filter((_, i) => drawn[i] !== null).map((picture) => blobOf(picture, contents)),
  ];
}

function drawnBlob(picture: MediaFile, contents: Contents): BlobReference | null {
  const drawing = drawingOf(picture);
  const size = drawing === null ? 'lost' : contents.drawing(drawing);
  if (drawing === null || size === 'lost') return null;
  return { file: picture.file.file, size: size === 'unknown' ? null : size, digest: null, drawing };
}

/** 0 where nobody says. */
function ascii(pixels: number | null): Uint8Array {
  return new TextEncoder().encode(String(pixels ?? 0));
}
