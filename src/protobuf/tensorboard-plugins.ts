/**
 * Plugin data in the metadata of summaries, as proto/tensorboard_plugins.proto and proto/tensorboard_event.proto declare
 * it.
 * @module
 */

import { type Codec, codecOf } from './codec.ts';

export interface PrCurvePluginData {
  version?: number;
  /** Columns of each point's tensor. */
  numThresholds?: number;
}

export interface ImagePluginData {
  version?: number;
  /** Whether the summary was an `image` value that TensorBoard made a tensor of. */
  convertedToTensor?: boolean;
}

export const AUDIO_ENCODING = { unknown: 0, wav: 11 } as const;

export interface AudioPluginData {
  version?: number;
  /** One of AUDIO_ENCODING. */
  encoding?: number;
  /** Whether the summary was an `audio` value that TensorBoard made a tensor of. */
  convertedToTensor?: boolean;
}

export const MESH_CONTENT = { undefined: 0, vertex: 1, face: 2, color: 3 } as const;

/** Of one of the summaries that make up a mesh. */
export interface MeshPluginData {
  version?: number;
  /** Of the mesh; the same in all its summaries. */
  name?: string;
  /** One of MESH_CONTENT. */
  contentType?: number;
  /** Options of Three.js. */
  jsonConfig?: string;
  /** Of the tensor: batch, elements, 3. */
  shape?: readonly number[];
  /** Which summaries the mesh has: a bit 1 << content type for each. */
  components?: number;
}

export const prCurvePluginDataCodec: Codec<PrCurvePluginData> = codecOf('tensorboard.PrCurvePluginData');
export const imagePluginDataCodec: Codec<ImagePluginData> = codecOf('tensorboard.ImagePluginData');
export const audioPluginDataCodec: Codec<AudioPluginData> = codecOf('tensorboard.AudioPluginData');
export const meshPluginDataCodec: Codec<MeshPluginData> = codecOf('tensorboard.MeshPluginData');
