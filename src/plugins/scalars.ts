/**
 * TensorBoard's Scalars and Time Series dashboards: the numbers of a run, those of the machine among them.
 *
 * One event holds all numbers of a row as plain `simple_value`s, which take half the bytes of tensors; TensorBoard's
 * loaders add this metadata as they read them (`tensorboard/data_compat.py`).
 * @module
 */

import { DATA_CLASS } from '../protobuf/index.ts';
import type { Plugin } from './plugin.ts';

export const SCALARS: Plugin = {
  name: 'scalars',
  dataClass: 'scalar',
  typeName: 'scalar',
  reservedTags: [],
  rows: {
    tag: (kind, key) => (kind === 'system' ? `system/${key}` : key),
    metadata: { pluginData: { pluginName: 'scalars' }, dataClass: DATA_CLASS.scalar },
  },
};
