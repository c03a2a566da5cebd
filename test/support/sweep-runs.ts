/** Runs of a small sweep, as pages compare them: configs that differ, curves with a spike and a gap, summaries. @module */

import { type RunRecord, runKey } from '../../src/core/index.ts';
import { buildHouse, type House, type HouseOptions } from './house.ts';
import { configRecord, exitRecord, row, summaryRecord } from './records.ts';
import { ScriptedSource } from './scripted-source.ts';

export const SWEEP_SIZE = 14;
/** What a name, a key or a value may be. */
export const HOSTILE_TEXT = `<script>window.broken = 1</script>"' onload=x`;
/** Rows of each run. */
const ROWS = 400;

/** In `team/sweep`: `run 1` to `run 14`, by ids `s1` to `s14`; the last is called, configured and tagged as badly as can be. */
export async function sweepHouse(options: Partial<HouseOptions> = {}): Promise<House> {
  const source = new ScriptedSource();
  for (let i = 1; i <= SWEEP_SIZE; i++) source.add(runKey('team', 'sweep', `s${i}`), sweepRecords(i));
  const house = await buildHouse({ sources: [source], ...options });
  for (const run of house.history.catalogue.runs.values()) await run.update();
  return house;
}

export function sweepRecords(i: number): readonly RunRecord[] {
  const isHostile = i === SWEEP_SIZE;
  const lr = i / 1000;
  const loss = (step: number) => Math.exp(-step * lr) + 0.02 * Math.sin(step * i) + 0.05;
  const rows = Array.from({ length: ROWS }, (_, step) =>
    row(step, {
      'train/loss': i === 2 && step > 150 && step < 200 ? Number.NaN : loss(step),
      'val/accuracy': 1 - loss(step) / 2,
      'grad/norm': (step === 300 ? 50 : 1) * (1 + Math.cos(step / 20 + i)),
      ...(isHostile && { [HOSTILE_TEXT]: step }),
    }),
  );
  return [
    {
      kind: 'facts',
      facts: {
        displayName: isHostile ? HOSTILE_TEXT : `run ${i}`,
        startTime: 1.7e9 + 3600 * i,
        group: i % 2 === 0 ? 'baseline' : 'wide',
        tags: isHostile ? [HOSTILE_TEXT] : i === 3 ? ['best', 'two words'] : [],
      },
    },
    configRecord({
      ...{ lr, model: i % 2 === 0 ? 'resnet18' : 'vit-b/16', seed: 7, epochs: 10 * i },
      ...{ layers: [64, 64], _wandb: { cli_version: '0.30' } },
      ...(isHostile && { [HOSTILE_TEXT]: HOSTILE_TEXT }),
    }),
    ...rows,
    summaryRecord({
      ...{ 'train/loss': loss(ROWS - 1), 'val/accuracy': 1 - loss(ROWS - 1) / 2, _step: ROWS - 1 },
      ...(isHostile && { [HOSTILE_TEXT]: 1 }),
    }),
    ...(i === 5 ? [] : [exitRecord(i === 6 ? 1 : 0)]),
  ];
}
