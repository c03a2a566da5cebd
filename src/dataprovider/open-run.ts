/** A run with its log open. @module */

import type { EventView } from '../eventfile/index.ts';
import type { Run, RunLog, RunPreview } from '../history/index.ts';
import type { PathValue } from '../model/index.ts';
import type { TagTable } from '../plugins/index.ts';
import type { RunSeries } from './run-series.ts';

export interface OpenRun {
  readonly name: string;
  readonly run: Run;
  readonly log: RunLog;
  /** The event file: steps of samples of the machine, and the run's own texts. */
  readonly view: EventView;
  readonly tags: TagTable;
  readonly series: RunSeries;
  /** What its source sums up, where nobody has read it yet; null otherwise. */
  readonly preview: RunPreview | null;
  readonly config: readonly PathValue[];
  /** Unix seconds; 0 while unknown. */
  readonly startTime: number;
}
