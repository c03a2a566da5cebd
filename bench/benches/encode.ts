/** Turning history rows into event-file bytes, against the writers of TensorBoard and PyTorch. @module */

import { join } from 'node:path';
import type { Bench, Figure, Goal } from '../bench.ts';
import { median } from '../median.ts';
import type { Workshop } from '../workshop.ts';

const ROUNDS = 3;
/** Rows the Python writers get: a few seconds of work. */
const TENSORBOARD_ROWS = 60_000;
const TORCH_ROWS = 10_000;

interface Rate {
  readonly pointsPerCpuSecond: number;
}

/** Who writes, and one round of it: points per CPU-second. */
interface Writer {
  readonly name: string;
  readonly measure: () => Promise<Rate>;
}

export const encode: Bench = {
  name: 'encode',
  title: 'rows of 8 values become events; regular: one set of tags, irregular: 256 sets at random',
  run,
};

async function* run(workshop: Workshop): AsyncIterable<Figure> {
  const peers = pythonWriters(workshop, workshop.memoryFolder());
  const peerRates = peers.map((): number[] => []);
  const file = join(workshop.memoryFolder(), 'events');
  const ours = subjects(workshop, file);
  const ourRates = ours.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    await measureAll(ours, ourRates);
    await measureAll(peers, peerRates);
  }
  for (const [i, { name, goals }] of ours.entries()) {
    for (const [j, peer] of peers.entries()) {
      const value = median(peerRates[j]!) / 1e6;
      yield {
        what: name,
        unit: 'M points/CPU-s',
        better: 'more',
        ours: median(ourRates[i]!) / 1e6,
        peer: { name: peer.name, value },
        goal: j === 0 ? goals.value : goals.torch,
      };
    }
  }
}

async function measureAll(writers: readonly Writer[], rates: readonly number[][]): Promise<void> {
  for (const [i, { measure }] of writers.entries()) rates[i]!.push((await measure()).pointsPerCpuSecond);
}

interface OurWriter extends Writer {
  readonly goals: { readonly value: Goal | null; readonly torch: Goal | null };
}

function subjects(workshop: Workshop, file: string): OurWriter[] {
  const subject = (variety: string, target: string) => () =>
    workshop.subject<Rate>('encode.js', [variety, target]);
  const torch: Goal = { ratio: 400 };
  const none = { value: null, torch: null };
  return [
    {
      name: 'regular rows, to a file',
      measure: subject('regular', file),
      goals: { value: { value: 50 }, torch },
    },
    {
      name: 'irregular rows, to a file',
      measure: subject('irregular', file),
      goals: { value: { value: 25 }, torch },
    },
    { name: 'regular rows, in memory', measure: subject('regular', '-'), goals: none },
    { name: 'irregular rows, in memory', measure: subject('irregular', '-'), goals: none },
  ];
}

function pythonWriters(workshop: Workshop, folder: string): Writer[] {
  const writer = (python: string, kind: string, rows: number) => () =>
    workshop.peer<Rate>(python, 'encode.py', [kind, folder, String(rows)]);
  const python = workshop.python();
  const tensorboard = { name: 'EventFileWriter', measure: writer(python, 'tensorboard', TENSORBOARD_ROWS) };
  const torchPython = workshop.torchPython();
  if (torchPython === null) return [tensorboard];
  return [tensorboard, { name: 'torch SummaryWriter', measure: writer(torchPython, 'torch', TORCH_ROWS) }];
}
