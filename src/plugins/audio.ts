/**
 * TensorBoard's Audio dashboard: WAV files that a run logged.
 *
 * Summaries as `tf.summary.audio` writes them: a string tensor of rank 1 whose elements are the files as they are
 * (`tensorboard/plugins/audio/summary_v2.py`, `audio_plugin.py`). It tells browsers that all of them are WAV.
 * @module
 */

import { AUDIO_ENCODING, audioPluginDataCodec, DATA_CLASS, type SummaryMetadata } from '../protobuf/index.ts';
import { blobNeeds, blobOf, isClip } from './media/blob.ts';
import { type MediaFile, mediaFiles } from './media/media-file.ts';
import type { CellSeries, Plugin } from './plugin.ts';

const METADATA: SummaryMetadata = {
  pluginData: { pluginName: 'audio', content: audioPluginDataCodec.encode({ encoding: AUDIO_ENCODING.wav }) },
  dataClass: DATA_CLASS.blobSequence,
};

const CLIPS: CellSeries = {
  accepts: (type) => type === 'audio-file' || type === 'audio',
  tag: (key) => key,
  metadata: null,
  isSampled: true,
  needs: (text) => clipsOf(text).flatMap(blobNeeds),
  read: (text, contents) => {
    const strings = clipsOf(text).map((clip) => blobOf(clip, contents));
    if (strings.length === 0) return [];
    return [{ suffix: '', metadata: METADATA, tensor: { shape: [strings.length], strings } }];
  },
};

export const AUDIO: Plugin = {
  name: 'audio',
  dataClass: 'blob-sequence',
  typeName: 'audio',
  reservedTags: [],
  cells: [CLIPS],
};

function clipsOf(text: string): MediaFile[] {
  return mediaFiles(text).filter(isClip);
}
