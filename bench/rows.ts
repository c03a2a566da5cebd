/** Rows of history as training scripts log them, made up. @module */

import type { HistoryRow, RowShape } from '../src/core/index.ts';
import { randomNumbers } from '../test/support/random.ts';

/** Tags of 4 to 24 characters, as people name them. */
export const TAGS = [
  'train/loss',
  'train/accuracy',
  'train/grad_norm',
  'lr',
  'eval/loss',
  'eval/accuracy',
  'eval/perplexity',
  'optimizer/weight_decay',
  'throughput/tokens_per_sec',
  'throughput/step_seconds',
  'gpu/memory_allocated_gb',
  'data/epoch',
  'loss/reconstruction',
  'loss/kl',
  'loss/total',
  'reward/mean',
] as const;

/** Ends of the shapes: how many, and keys per row. */
export interface Variety {
  readonly shapes: number;
  readonly keysPerRow: number;
}

/** Every row has the same eight tags. */
export const REGULAR: Variety = { shapes: 1, keysPerRow: 8 };
/** Each row has eight tags of sixteen, one of 256 choices, at random. */
export const IRREGULAR: Variety = { shapes: 256, keysPerRow: 8 };

/** Endless rows, the same each time: steps from 0, two a second. */
export function* rows({ shapes: shapeCount, keysPerRow }: Variety): Generator<HistoryRow> {
  const random = randomNumbers(1);
  const shapes = Array.from({ length: shapeCount }, () => pickShape(keysPerRow, random));
  for (let step = 0; ; step++) {
    const shape = shapes[Math.floor(random() * shapeCount)]!;
    const values = shape.keys.map((_, i) => Math.sin(step / 1000 + i) + 0.1 * random());
    yield { kind: 'history', step, timestamp: 1_700_000_000 + step / 2, shape, values, cells: [] };
  }
}

function pickShape(count: number, random: () => number): RowShape {
  const left = [...TAGS] as string[];
  const keys = Array.from({ length: count }, () => left.splice(Math.floor(random() * left.length), 1)[0]!);
  return { keys: keys.sort() };
}
