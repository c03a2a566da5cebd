/** Turning history rows into event-file bytes, against the writers of TensorBoard and PyTorch, and one in C. @module */

import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bench, Figure, Goal } from '../bench.ts';
import { median } from '../median.ts';
import { REGULAR, rows } from '../rows.ts';
import type { Workshop } from '../workshop.ts';

const ROUNDS = 3;
/** Rows the Python writers get: a few seconds of work. */
const TENSORBOARD_ROWS = 60_000;
const TORCH_ROWS = 10_000;
const C_SOURCE = fileURLToPath(new URL('../../../bench/peers/encode.c', import.meta.url));

interface Rate {
  readonly pointsPerCpuSecond: number;
}

type PeerName = 'EventFileWriter' | 'torch SummaryWriter' | 'C, SSE4.2';

/** Who writes, and one round of it: points per CPU-second. */
interface Writer<Name extends string> {
  readonly name: Name;
  readonly measure: () => Promise<Rate>;
}

/** One of ours, with the peers it is held against: a goal for each, or none. */
interface Subject extends Writer<string> {
  readonly against: Partial<Record<PeerName, Goal | null>>;
}

export const encode: Bench = {
  name: 'encode',
  title: 'rows of 8 values become events; regular: one set of tags, irregular: 256 sets at random',
  run,
};

async function* run(workshop: Workshop): AsyncIterable<Figure> {
  const folder = workshop.memoryFolder();
  const peers = [...pythonWriters(workshop, folder), ...cWriter(folder)];
  const peerRates = peers.map((): number[] => []);
  const ours = subjects(workshop, join(folder, 'events'));
  const ourRates = ours.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    await measureAll(ours, ourRates);
    await measureAll(peers, peerRates);
  }
  for (const [i, { name, against }] of ours.entries()) {
    for (const [j, peer] of peers.entries()) {
      const goal = against[peer.name];
      if (goal === undefined) continue;
      yield {
        what: name,
        unit: 'M points/CPU-s',
        better: 'more',
        ours: median(ourRates[i]!) / 1e6,
        peer: { name: peer.name, value: median(peerRates[j]!) / 1e6 },
        goal,
      };
    }
  }
}

async function measureAll(writers: readonly Writer<string>[], rates: readonly number[][]): Promise<void> {
  for (const [i, { measure }] of writers.entries()) rates[i]!.push((await measure()).pointsPerCpuSecond);
}

function subjects(workshop: Workshop, file: string): Subject[] {
  const subject =
    (...words: readonly string[]) =>
    () =>
      workshop.subject<Rate>('encode.js', words);
  const torch: Goal = { ratio: 400 };
  return [
    {
      name: 'regular rows, to a file',
      measure: subject('regular', file),
      against: { EventFileWriter: { value: 50 }, 'torch SummaryWriter': torch },
    },
    {
      name: 'irregular rows, to a file',
      measure: subject('irregular', file),
      against: { EventFileWriter: { value: 25 }, 'torch SummaryWriter': torch },
    },
    {
      name: 'regular rows, in memory',
      measure: subject('regular', '-'),
      against: { EventFileWriter: { value: 130 }, 'torch SummaryWriter': null, 'C, SSE4.2': { ratio: 1 } },
    },
    {
      name: 'irregular rows, in memory',
      measure: subject('irregular', '-'),
      against: { EventFileWriter: { value: 70 }, 'torch SummaryWriter': null },
    },
    {
      name: 'regular rows, in memory, without WebAssembly',
      measure: subject('regular', '-', 'js'),
      against: { 'C, SSE4.2': null },
    },
    {
      name: 'irregular rows, in memory, without WebAssembly',
      measure: subject('irregular', '-', 'js'),
      against: { EventFileWriter: null },
    },
  ];
}

function pythonWriters(workshop: Workshop, folder: string): Writer<PeerName>[] {
  const writer = (python: string, kind: string, count: number) => () =>
    workshop.peer<Rate>(python, 'encode.py', [kind, folder, String(count)]);
  const python = workshop.python();
  const tensorboard: Writer<PeerName> = {
    name: 'EventFileWriter',
    measure: writer(python, 'tensorboard', TENSORBOARD_ROWS),
  };
  const torchPython = workshop.torchPython();
  if (torchPython === null) return [tensorboard];
  return [tensorboard, { name: 'torch SummaryWriter', measure: writer(torchPython, 'torch', TORCH_ROWS) }];
}

/** Of regular rows; none where there is no compiler for this processor's CRC instruction. */
function cWriter(folder: string): Writer<PeerName>[] {
  const program = join(folder, 'encode');
  const { status } = spawnSync('cc', ['-O3', '-msse4.2', '-o', program, C_SOURCE, '-lm'], {
    stdio: 'ignore',
  });
  if (status !== 0) {
    console.error('encode: without the peer in C, for which cc and SSE4.2 are needed');
    return [];
  }
  const { keys } = rows(REGULAR).next().value.shape;
  const measure = async () => JSON.parse(execFileSync(program, keys, { encoding: 'utf8' })) as Rate;
  return [{ name: 'C, SSE4.2', measure }];
}
