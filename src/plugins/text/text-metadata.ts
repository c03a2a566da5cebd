/** What makes a summary a text, as `tf.summary.text` writes it (`tensorboard/plugins/text/metadata.py`). @module */

import { DATA_CLASS, type SummaryMetadata } from '../../protobuf/index.ts';

export const TEXT_METADATA: SummaryMetadata = {
  pluginData: { pluginName: 'text' },
  dataClass: DATA_CLASS.tensor,
};
