/** The messages of TensorBoard event files, as proto/tensorboard_event.proto declares them. @module */

import { type Codec, codecOf } from './codec.ts';

/** One record of an event file. At most one member of the oneof `what` is set. */
export interface TensorBoardEvent {
  /** Unix seconds with fraction. */
  wallTime?: number;
  step?: number;
  /** oneof what. */
  fileVersion?: string;
  /** oneof what. */
  graphDef?: Uint8Array;
  /** oneof what. */
  summary?: TensorBoardSummary;
  /** oneof what. */
  sessionLog?: SessionLog;
  /** oneof what. */
  taggedRunMetadata?: { tag?: string; runMetadata?: Uint8Array };
  /** oneof what. */
  metaGraphDef?: Uint8Array;
  sourceMetadata?: { writer?: string };
}

export interface SessionLog {
  /** 0 unspecified, 1 start, 2 stop, 3 checkpoint. */
  status?: number;
  checkpointPath?: string;
  msg?: string;
}

export interface TensorBoardSummary {
  value?: readonly SummaryValue[];
}

/** One tagged value. At most one member of the oneof `value` is set. */
export interface SummaryValue {
  tag?: string;
  /** oneof value; encoded as float32, also when it is 0. */
  simpleValue?: number;
  /** oneof value. */
  image?: SummaryImage;
  /** oneof value. */
  histo?: HistogramProto;
  /** oneof value. */
  audio?: SummaryAudio;
  /** oneof value. */
  tensor?: TensorProto;
  nodeName?: string;
  metadata?: SummaryMetadata;
}

export interface SummaryImage {
  height?: number;
  width?: number;
  colorspace?: number;
  encodedImageString?: Uint8Array;
}

export interface SummaryAudio {
  sampleRate?: number;
  numChannels?: number;
  lengthFrames?: number;
  encodedAudioString?: Uint8Array;
  contentType?: string;
}

export interface HistogramProto {
  min?: number;
  max?: number;
  num?: number;
  sum?: number;
  sumSquares?: number;
  bucketLimit?: readonly number[];
  bucket?: readonly number[];
}

export const DATA_CLASS = { unknown: 0, scalar: 1, tensor: 2, blobSequence: 3 } as const;

export interface SummaryMetadata {
  pluginData?: { pluginName?: string; content?: Uint8Array };
  displayName?: string;
  summaryDescription?: string;
  /** One of DATA_CLASS. */
  dataClass?: number;
}

export const DATA_TYPE = { float: 1, double: 2, int32: 3, uint8: 4, string: 7, int64: 9, bool: 10 } as const;

export interface TensorProto {
  /** One of DATA_TYPE. */
  dtype?: number;
  tensorShape?: { dim?: readonly { size?: number; name?: string }[]; unknownRank?: boolean };
  versionNumber?: number;
  /** Little-endian, row-major. */
  tensorContent?: Uint8Array;
  floatVal?: readonly number[];
  doubleVal?: readonly number[];
  intVal?: readonly number[];
  stringVal?: readonly Uint8Array[];
  int64Val?: readonly number[];
  boolVal?: readonly boolean[];
}

export const eventCodec: Codec<TensorBoardEvent> = codecOf('tensorboard.Event');
export const tensorCodec: Codec<TensorProto> = codecOf('tensorboard.TensorProto');
export const summaryMetadataCodec: Codec<SummaryMetadata> = codecOf('tensorboard.SummaryMetadata');
