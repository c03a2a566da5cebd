/**
 * `projector_config.pbtxt`: which vectors there are, and in which files beside it. Pure.
 *
 * A `ProjectorConfig` (`tensorboard/plugins/projector/projector_config.proto`) in protobuf's text format. Paths are relative to
 * its directory (`_rel_to_abs_asset_path` in `projector_plugin.py`, which takes a `~` at the beginning for a home directory).
 * @module
 */

import type { Embedding } from './embeddings.ts';

export const CONFIG_NAME = 'projector_config.pbtxt';

export function projectorConfig(embeddings: readonly Embedding[]): string {
  return embeddings.map(embeddingText).join('');
}

function embeddingText({ name, rows, dimensions, tensors, metadata }: Embedding): string {
  const fields = [
    `tensor_name: ${quoted(name)}`,
    `tensor_shape: ${rows}`,
    `tensor_shape: ${dimensions}`,
    `tensor_path: ${quoted(`./${tensors.name}`)}`,
    ...(metadata === undefined ? [] : [`metadata_path: ${quoted(`./${metadata.name}`)}`]),
  ];
  return `embeddings {\n${fields.map((field) => `  ${field}\n`).join('')}}\n`;
}

/** Names hold no control characters. */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
