/** A run with the log whose event file is made. @module */

import type { Run, RunLog } from '../history/index.ts';

export interface LoggedRun {
  readonly run: Run;
  readonly log: RunLog;
}
