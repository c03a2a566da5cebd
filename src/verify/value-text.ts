/**
 * Values that are no numbers as texts that are equal for equal values and short for long ones: their form, their size and a
 * digest. Pure.
 * @module
 */

import { createHash } from 'node:crypto';
import { DATA_TYPE, type SummaryMetadata, type TensorProto } from '../protobuf/index.ts';

/** Hexadecimal digits of a digest: 80 bits tell the values of a run apart. */
const DIGITS = 20;

/** A tensor. `parts`: its strings, or the bytes of its elements as one. */
export function tensorText(dtype: number, shape: readonly number[], parts: readonly Uint8Array[]): string {
  return `tensor [${shape.join(', ')}] of data type ${dtype}, ${partsText(parts)}`;
}

/** The same of a message. */
export function tensorProtoText({
  dtype = 0,
  tensorShape,
  tensorContent,
  stringVal = [],
}: TensorProto): string {
  const shape = (tensorShape?.dim ?? []).map(({ size = 0 }) => size);
  const parts = dtype === DATA_TYPE.string ? stringVal : [tensorContent ?? new Uint8Array()];
  return tensorText(dtype, shape, parts);
}

/** A sequence of blobs. */
export function blobsText(blobs: readonly Uint8Array[]): string {
  return `blobs, ${partsText(blobs)}`;
}

function partsText(parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  let bytes = 0;
  for (const part of parts) {
    hash.update(`${part.length} `).update(part);
    bytes += part.length;
  }
  return `${parts.length} of ${bytes} bytes, digest ${hash.digest('hex').slice(0, DIGITS)}`;
}

const METADATA = new WeakMap<SummaryMetadata, string>();

/** Metadata; most of it is one constant of its plugin. */
export function metadataText(metadata: SummaryMetadata): string {
  const known = METADATA.get(metadata);
  if (known !== undefined) return known;
  const { pluginData, displayName = '', summaryDescription = '', dataClass = 0 } = metadata;
  const content = pluginData?.content ?? new Uint8Array();
  const names = JSON.stringify([displayName, summaryDescription]);
  const text = `${pluginData?.pluginName ?? 'no plugin'}, data class ${dataClass}, ${names}, ${partsText([content])}`;
  METADATA.set(metadata, text);
  return text;
}
