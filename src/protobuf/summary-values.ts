/** Summaries as TensorBoard's own plugins write them: what event files and the data provider have in common. @module */

import { DATA_CLASS, DATA_TYPE, type SummaryMetadata, type TensorProto } from './tensorboard-event.ts';
import { type HParamsPluginData, hparamsCodec } from './tensorboard-hparams.ts';

/** As `tf.summary.text` has it. */
export const TEXT_METADATA: SummaryMetadata = {
  pluginData: { pluginName: 'text' },
  dataClass: DATA_CLASS.tensor,
};

/** `tensorboard.plugins.hparams.metadata.NULL_TENSOR`: the smallest there is, as all is in the metadata. */
export const NULL_TENSOR: TensorProto = { dtype: DATA_TYPE.float, tensorShape: { dim: [{ size: 0 }] } };

/** A string tensor of rank 0. */
export function textTensor(text: string): TensorProto {
  return { dtype: DATA_TYPE.string, tensorShape: {}, stringVal: [new TextEncoder().encode(text)] };
}

/** What `tensorboard.plugins.hparams.summary_v2` makes, with the data class that TensorBoard adds as it reads. */
export function hparamsMetadata(data: HParamsPluginData): SummaryMetadata {
  const pluginData = { pluginName: 'hparams', content: hparamsCodec.encode(data) };
  return { pluginData, dataClass: DATA_CLASS.tensor };
}
