/**
 * Events that are not rows of scalars become records: whole, as a length alone, or in pieces where bytes are fetched.
 *
 *     Event   { wall_time = 1 double, step = 2 int64, file_version = 3 | summary = 5, … }
 *     Summary { value = 1 { tag = 1 string, tensor = 8 TensorProto, metadata = 9 SummaryMetadata } }
 *     TensorProto { dtype = 1, tensor_shape = 2, tensor_content = 4 bytes, string_val = 8 repeated bytes }
 *
 * protobufjs writes every field but those around the strings of a tensor. These may be blobs, whose size is known and
 * whose bytes are not at hand, so a record is a list of *parts*: bytes and blobs, from whose sizes all lengths follow.
 * @module
 */

import { LogdirError } from '../core/index.ts';
import {
  type BlobReference,
  isBlobReference,
  type SummaryContent,
  type TensorContent,
  tensorProto,
} from '../plugins/index.ts';
import {
  eventCodec,
  type SummaryMetadata,
  summaryMetadataCodec,
  type TensorBoardEvent,
  tensorCodec,
} from '../protobuf/index.ts';
import { CRC_START, crcBytes } from './crc32c.ts';
import { RECORD_OVERHEAD, recordFooter, recordHeader, writeRecord } from './record.ts';
import { varintBytes } from './varint.ts';

/** Wall times are Unix seconds, never NaN. */
export type LogEvent =
  /**
   * Version of the event format from here on. 2 is that of files TensorFlow writes: TensorBoard's Python loader keeps all
   * points of a tag whose step goes back. With 0 it looks at every event whose step is below that of the event before, and
   * drops what its tags have from that step on.
   */
  | { readonly kind: 'file-version'; readonly version: 0 | 2; readonly wallTime: number }
  /** A summary that holds nothing. */
  | { readonly kind: 'no-values'; readonly step: number; readonly wallTime: number }
  | {
      readonly kind: 'summary';
      readonly step: number;
      readonly wallTime: number;
      readonly tag: string;
      readonly content: SummaryContent;
    };

/** The bytes of a blob from its start, in pieces of any size. */
export type FetchBlob = (blob: BlobReference) => AsyncIterable<Uint8Array>;

type Part = Uint8Array | BlobReference;

/** Exact bytes of an event's record. Blobs count with the size they are said to have. */
export function eventLength(event: LogEvent): number {
  return totalLength(partsOf(event)) + RECORD_OVERHEAD;
}

/** The record of an event without blobs. @throws LogdirError `internal` for one with blobs. */
export function encodeEvent(event: LogEvent): Uint8Array {
  const parts = partsOf(event);
  const bytes = parts.filter((part) => part instanceof Uint8Array);
  if (bytes.length < parts.length)
    throw new LogdirError('internal', 'an event with blobs can be encoded in pieces only');
  return frame(Buffer.concat(bytes));
}

/**
 * The record of any event, its blobs fetched one after the other.
 * @throws LogdirError `corrupt` when a blob has not as many bytes as it was said to have, and what `fetchBlob` throws. The
 * pieces before are no use then: their header and the length of the file count the bytes that are missing.
 */
export async function* encodeEventPieces(event: LogEvent, fetchBlob: FetchBlob): AsyncGenerator<Uint8Array> {
  const parts = partsOf(event);
  yield recordHeader(totalLength(parts));
  let crc = CRC_START;
  for (const part of parts) {
    for await (const piece of isBlobReference(part) ? exactly(part, fetchBlob(part)) : [part]) {
      crc = crcBytes(crc, piece);
      yield piece;
    }
  }
  yield recordFooter(crc);
}

/** The record of one row of scalars through protobufjs; what `ScalarRowEncoder` must equal and where it ends. */
export function encodeScalarsPlainly(
  tags: readonly string[],
  step: number,
  wallTime: number,
  values: ArrayLike<number>,
): Uint8Array {
  const value = tags.map((tag, i) => ({ tag, simpleValue: values[i]! }));
  return frame(eventCodec.encode({ wallTime, step, summary: { value } }));
}

function frame(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(data.length + RECORD_OVERHEAD);
  writeRecord(record, new DataView(record.buffer), 0, data);
  return record;
}

function partsOf(event: LogEvent): readonly Part[] {
  if (event.kind !== 'summary') return [eventCodec.encode(plainEvent(event))];
  const { step, wallTime, tag, content } = event;
  const value = [
    ...(tag === '' ? [] : lengthDelimited(1, [Buffer.from(tag, 'utf8')])),
    ...lengthDelimited(8, tensorParts(content.tensor)),
    ...lengthDelimited(9, [metadataBytes(content.metadata)]),
  ];
  return [eventCodec.encode({ wallTime, step }), ...lengthDelimited(5, lengthDelimited(1, value))];
}

function plainEvent(event: Exclude<LogEvent, { readonly kind: 'summary' }>): TensorBoardEvent {
  const { wallTime } = event;
  switch (event.kind) {
    case 'file-version': {
      const sourceMetadata = { writer: 'wandb-logdir' };
      return { wallTime, fileVersion: `brain.Event:${event.version}`, sourceMetadata };
    }
    case 'no-values':
      return { wallTime, step: event.step, summary: { value: [] } };
  }
}

function tensorParts(tensor: TensorContent): readonly Part[] {
  const strings = 'strings' in tensor ? tensor.strings : [];
  return [
    tensorCodec.encode(tensorProto(tensor, [])),
    ...strings.flatMap((part) => lengthDelimited(8, [part])),
  ];
}

/** By identity: most metadata is one constant of its plugin. */
const METADATA = new WeakMap<SummaryMetadata, Uint8Array>();

function metadataBytes(metadata: SummaryMetadata): Uint8Array {
  let bytes = METADATA.get(metadata);
  if (bytes === undefined) {
    bytes = summaryMetadataCodec.encode(metadata);
    METADATA.set(metadata, bytes);
  }
  return bytes;
}

/** A field of wire type 2: `field << 3 | 2`, the length of its content as a varint, the content. */
function lengthDelimited(field: number, content: readonly Part[]): readonly Part[] {
  return [Uint8Array.from([(field << 3) | 2, ...varintBytes(totalLength(content))]), ...content];
}

function totalLength(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + (isBlobReference(part) ? sizeOf(part) : part.length), 0);
}

/** @throws LogdirError `internal` where it is not known: no event has such a blob. */
function sizeOf({ file, size }: BlobReference): number {
  if (size === null) throw new LogdirError('internal', `event: the length of ${file} is not known`);
  return size;
}

/** The pieces of a blob, counted. */
async function* exactly(blob: BlobReference, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { file } = blob;
  const size = sizeOf(blob);
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    if (bytes > size) break;
    yield piece;
  }
  if (bytes === size) return;
  const found = bytes > size ? `more than ${size}` : `only ${bytes} of ${size}`;
  throw new LogdirError(
    'corrupt',
    `${file} has ${found} bytes: it is not the file that was logged; save it with the run again`,
  );
}
