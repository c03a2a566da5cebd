/** Many local runs with the same rows, written as the Python SDK's logs are: one id and file each. @module */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type WandbRecord, wandbRecordCodec } from '../src/protobuf/index.ts';
import { randomNumbers } from '../test/support/random.ts';
import { frameRecords } from '../test/support/wandb-log-writer.ts';

export interface CloneOptions {
  readonly project: string;
  readonly runs: number;
  readonly tags: number;
  readonly rows: number;
}

const START_SECONDS = 1_700_000_000;

/** Writes `run-<time>-<id>/run-<id>.wandb` for each run into a wandb folder. */
export function writeClonedRuns(folder: string, { project, runs, tags, rows }: CloneOptions): void {
  const history = historyPayloads(tags, rows);
  for (let number = 0; number < runs; number++) {
    const runId = `${project}-${String(number).padStart(4, '0')}`;
    const directory = join(folder, `run-20260101_000000-${runId}`);
    mkdirSync(directory, { recursive: true });
    const payloads = [...beginning(project, runId, number), ...history, ending()];
    writeFileSync(join(directory, `run-${runId}.wandb`), frameRecords(payloads));
  }
}

/** The whole log of one run that is still being written. */
export function growingLog(project: string, runId: string, tags: number, rows: number): Uint8Array {
  return frameRecords([...beginning(project, runId, 0), ...historyPayloads(tags, rows)]);
}

function beginning(project: string, runId: string, number: number): Uint8Array[] {
  const run = {
    runId,
    entity: 'acme',
    project,
    displayName: runId,
    startTime: { seconds: START_SECONDS + number },
  };
  return [{ header: { versionInfo: { producer: '0.17.0' } } }, { run }].map(payload);
}

function ending(): Uint8Array {
  return payload({ exit: { exitCode: 0, runtime: 500 } });
}

function historyPayloads(tags: number, rows: number): readonly Uint8Array[] {
  const random = randomNumbers(1);
  return Array.from({ length: rows }, (_, step) => {
    const values = Array.from({ length: tags }, (_unused, tag) => ({
      key: `group${tag % 4}/metric${tag}`,
      valueJson: String(Math.sin(step / 100 + tag) + 0.1 * random()),
    }));
    const clock = [
      { key: '_step', valueJson: String(step) },
      { key: '_timestamp', valueJson: String(START_SECONDS + step / 2) },
    ];
    return payload({ history: { item: [...values, ...clock], step: { num: step } } });
  });
}

function payload(record: WandbRecord): Uint8Array {
  return wandbRecordCodec.encode(record);
}
