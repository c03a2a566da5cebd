/** Many small runs that differ, written as the Python SDK's logs are. @module */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RowValue, valueJson, WandbLogWriter } from './wandb-log-writer.ts';

export interface NumberedRuns {
  readonly runs: number;
  readonly rows: number;
  /** What each was started with. */
  readonly config?: (run: number) => Readonly<Record<string, RowValue>>;
}

/** Of run 7, `loss` falls from 8 to nearly 7 and `acc` rises. */
export const lossOf = (run: number, step: number) => run + 1 / (step + 1);

/** Runs `run-0000` and so on, of one project, into a folder of logs. */
export function writeNumberedRuns(folder: string, { runs, rows, config = () => ({}) }: NumberedRuns): void {
  for (let run = 0; run < runs; run++) {
    const id = `run-${`${run}`.padStart(4, '0')}`;
    const directory = join(folder, `run-20260101_000000-${id}`);
    mkdirSync(directory, { recursive: true });
    const startTime = { seconds: 1_700_000_000 + run };
    const update = Object.entries(config(run)).map(([key, value]) => ({ key, valueJson: valueJson(value) }));
    const facts = { displayName: id, startTime, config: { update } };
    const log = new WandbLogWriter({ style: 'python' }).begin(id, facts);
    for (let step = 0; step < rows; step++)
      log.row({ loss: lossOf(run, step), acc: step / rows, _step: step, _timestamp: 1.7e9 + step });
    writeFileSync(join(directory, `run-${id}.wandb`), log.exit().bytes());
  }
}
