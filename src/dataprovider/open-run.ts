/** A run with its log open. @module */

import type { CatalogueRun, RunLog, RunPreview } from '../history/index.ts';
import type { PathValue } from '../model/index.ts';
import type { TagTable } from '../plugins/index.ts';
import type { RunSeries } from './run-series.ts';

export interface OpenRun {
  readonly name: string;
  readonly run: CatalogueRun;
  readonly log: RunLog;
  readonly tags: TagTable;
  readonly series: RunSeries;
  /** What its source sums up, where nobody has read it yet; null otherwise. */
  readonly preview: RunPreview | null;
  readonly config: readonly PathValue[];
  /** Unix seconds; 0 while unknown. */
  readonly startTime: number;
}
