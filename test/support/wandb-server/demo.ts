/** A project to look at: `npm run wandb-server -- --seed demo`. @module */

import { randomNumbers } from '../random.ts';
import type { Run } from './store/run.ts';
import type { WandbStore } from './store/wandb-store.ts';

const RUNS = 20;
const ROWS = 1000;
const MINUTE_MS = 60_000;
const TICK_MS = 1000;

/** Twenty finished runs, some of them exported, in `ENTITY/demo`, and one that goes on; stop it with the result. */
export function seedDemo(store: WandbStore, entity: string): { stop(): void } {
  const project = store.project(entity, 'demo', { access: 'public' });
  for (let number = 0; number < RUNS; number++) {
    const createdAt = Date.now() - (RUNS - number) * 60 * MINUTE_MS;
    const run = project.addRun({
      id: `demo${String(number).padStart(4, '0')}`,
      displayName: `demo run ${number}`,
      group: `group ${number % 4}`,
      tags: ['demo'],
      createdAt,
      config: { learning_rate: 0.1 / (number + 1), seed: number },
      rows: { count: ROWS, columns: curves(number) },
    });
    run.finish(number % 10 === 9 ? 1 : 0);
    if (number % 2 === 0) run.exports.exportHistory();
  }
  return keepLogging(project.addRun({ id: 'demolive', displayName: 'live run', tags: ['demo'] }));
}

function curves(seed: number): Record<string, Float64Array> {
  const random = randomNumbers(seed + 1);
  const loss = Float64Array.from({ length: ROWS }, (_, step) => 2 / (1 + step / 80) + 0.1 * random());
  return { 'train/loss': loss, 'train/accuracy': loss.map((value) => 1 - value / 2.1) };
}

/** One row a second, for as long as the process lives. */
function keepLogging(run: Run): { stop(): void } {
  const timer = setInterval(() => {
    const seconds = run.history.length;
    run.append([{ 'train/loss': 2 / (1 + seconds / 80), _timestamp: Date.now() / 1000 }]);
  }, TICK_MS);
  return { stop: () => clearInterval(timer) };
}
