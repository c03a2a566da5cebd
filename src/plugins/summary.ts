/** The content of summaries: metadata and a tensor, whose strings may be blobs that are fetched when they are needed. @module */

import { DATA_TYPE, type SummaryMetadata, type TensorProto } from '../protobuf/index.ts';
import type { Drawing } from './saved-content.ts';

/** A `tensorboard.Summary.Value` without its tag. */
export interface SummaryContent {
  readonly metadata: SummaryMetadata;
  readonly tensor: TensorContent;
}

/** A `tensorboard.TensorProto`. `shape`: sizes of the dimensions, outermost first; [] for a single value. */
export type TensorContent = StringTensor | NumberTensor;

export interface StringTensor {
  readonly shape: readonly number[];
  /** In row-major order. */
  readonly strings: readonly (Uint8Array | BlobReference)[];
}

export interface NumberTensor {
  readonly shape: readonly number[];
  /** Of `DATA_TYPE`, and not a string. */
  readonly dtype: number;
  /** Elements in row-major order, little-endian. */
  readonly bytes: Uint8Array;
}

/** Bytes that a run saved in a file, or that are drawn of such files, and that are fetched when somebody reads them. */
export interface BlobReference {
  /** Path below the files saved with the run. */
  readonly file: string;
  /**
   * Bytes. Part of what an event's length is made of, so it must hold; null only where no event file is made
   * (`Contents`, `unknown`).
   */
  readonly size: number | null;
  /** W&B's digest of the bytes in hexadecimal (SHA-256 or its first 20 digits, or MD5); null where it gave none. */
  readonly digest: string | null;
  /** Set where the bytes are not the file's own, but those of a PNG with things drawn onto its picture. */
  readonly drawing?: Drawing;
}

export function isBlobReference(part: Uint8Array | BlobReference): part is BlobReference {
  return !(part instanceof Uint8Array);
}

/** The smallest tensor there is, for summaries whose metadata says all (`hparams.metadata.NULL_TENSOR`). */
export const EMPTY_TENSOR: TensorContent = { shape: [0], dtype: DATA_TYPE.float, bytes: new Uint8Array() };

const UTF8 = new TextEncoder();

/** A single text. */
export function textTensor(text: string): StringTensor {
  return { shape: [], strings: [UTF8.encode(text)] };
}

/** A single number, as a float of 32 bits. */
export function numberTensor(value: number): NumberTensor {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return { shape: [], dtype: DATA_TYPE.float, bytes };
}

/** The number in such a tensor. */
export function numberIn({ bytes }: NumberTensor): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getFloat32(0, true);
}

/** The tensor as a message. `strings`: those of a string tensor, its blobs fetched. Default: those it has, if none is a blob. */
export function tensorProto(tensor: TensorContent, strings = plainStrings(tensor)): TensorProto {
  const tensorShape = tensor.shape.length === 0 ? {} : { dim: tensor.shape.map((size) => ({ size })) };
  if (!('strings' in tensor)) return { dtype: tensor.dtype, tensorShape, tensorContent: tensor.bytes };
  return { dtype: DATA_TYPE.string, tensorShape, stringVal: strings };
}

function plainStrings(tensor: TensorContent): readonly Uint8Array[] {
  if (!('strings' in tensor)) return [];
  return tensor.strings.map((part) => {
    if (isBlobReference(part)) throw new TypeError(`tensor: ${part.file} has to be fetched first`);
    return part;
  });
}
