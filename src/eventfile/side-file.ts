/**
 * What was folded of a run's event file, kept beside its log: a document of the run, `h<generation>.view-<version>.json`, with
 * how it was folded in its name where that is not the usual way: checked JSON. It can be deleted
 * at any time; folding the log again takes as long as reading its rows.
 * @module
 */

import { checkedJson, encodeComponent, parseCheckedJson } from '../core/index.ts';
import type { RunLog } from '../history/index.ts';
import { mediaId } from './cell-samples.ts';
import type { FoldRecord } from './event-fold.ts';
import type { FoldPolicy } from './row-fold.ts';
import { DEFAULT_X_AXIS } from './step-axes.ts';

export interface SideFile extends FoldRecord {
  /** Commits of the log that are folded, and `RunLedger.fingerprintAt` of them. */
  readonly commits: number;
  readonly history: number;
  /** `MediaLedger.epoch`. */
  readonly epoch: number;
}

/** `version`: of the view. */
export function sideFileName(
  { generation }: RunLog,
  { version, xAxis, media, charts }: FoldPolicy & { readonly version: number },
): string {
  const axis = xAxis === DEFAULT_X_AXIS ? '' : `.x-${encodeComponent(xAxis)}`;
  const samples = mediaId(media) && `.m${mediaId(media)}`;
  return `h${generation}.view-${version}${axis}${samples}${charts ? '' : '.c0'}.json`;
}

export function sideFileContent(side: SideFile): Uint8Array {
  return Buffer.from(checkedJson(side), 'utf8');
}

/** Undefined for what is none, whole as it was written. */
export function parseSideFile(content: Uint8Array | undefined): SideFile | undefined {
  if (content === undefined) return undefined;
  return parseCheckedJson(Buffer.from(content).toString('utf8')) as SideFile | undefined;
}
