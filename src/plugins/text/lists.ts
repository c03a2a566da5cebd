/**
 * Lists, and dicts without anything to take apart, which no summary of TensorBoard holds: their JSON as text.
 * @module
 */

import type { CellSeries } from '../plugin.ts';
import { textTensor } from '../summary.ts';
import { compactValue } from './compact-value.ts';
import { TEXT_METADATA } from './text-metadata.ts';

/** A screenful: longer lists are data, which the history has. */
const MAX_CHARACTERS = 2000;

export const LISTS: CellSeries = {
  accepts: (type) => type === 'list' || type === 'object',
  tag: (key) => key,
  metadata: TEXT_METADATA,
  read: (text) => [
    { suffix: '', metadata: TEXT_METADATA, tensor: textTensor(compactValue(text, MAX_CHARACTERS)) },
  ],
};
