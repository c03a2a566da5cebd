/** What TensorBoard's HParams dashboard reads of a run, as proto/tensorboard_hparams.proto declares it. @module */

import { type Codec, codecOf } from './codec.ts';

/** At most one member of the oneof `data` is set. */
export interface HParamsPluginData {
  version?: number;
  /** oneof data. */
  sessionStartInfo?: SessionStartInfo;
  /** oneof data. */
  sessionEndInfo?: SessionEndInfo;
}

export interface SessionStartInfo {
  hparams?: Readonly<Record<string, HParamValue>>;
  modelUri?: string;
  monitorUrl?: string;
  groupName?: string;
  /** Unix seconds. */
  startTimeSecs?: number;
}

export const SESSION_END = { unknown: 0, success: 1, failure: 2, running: 3 } as const;

export interface SessionEndInfo {
  /** One of SESSION_END. */
  status?: number;
  /** Unix seconds. */
  endTimeSecs?: number;
}

/** Exactly one is set. */
export interface HParamValue {
  numberValue?: number;
  stringValue?: string;
  boolValue?: boolean;
}

export const hparamsCodec: Codec<HParamsPluginData> = codecOf('tensorboard.hparams.HParamsPluginData');
