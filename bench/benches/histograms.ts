/** Histograms of a run become an event file, against PyTorch's writer. @module */

import { join } from 'node:path';
import type { Bench, Figure } from '../bench.ts';
import { HISTOGRAMS } from '../histogram-shape.ts';
import { median } from '../median.ts';
import { MissingTool, type Workshop } from '../workshop.ts';

const ROUNDS = 3;
/** Steps that PyTorch's writer gets: a few seconds of work. */
const PEER_STEPS = 100;

interface Ours {
  /** Of folding and encoding all of them. */
  readonly cpuSeconds: number;
  readonly encodingCpuSeconds: number;
  readonly firstCpuSeconds: number;
}

/** Ways of PyTorch's writer, in words. */
const PEERS = {
  values: `torch add_histogram of ${HISTOGRAMS.values} numbers`,
  bins: `torch add_histogram, bins=${HISTOGRAMS.bins}`,
  raw: 'torch add_histogram_raw',
} as const;
type Peer = keyof typeof PEERS;

export const histograms: Bench = {
  name: 'histograms',
  title: `${HISTOGRAMS.steps} steps x ${HISTOGRAMS.tags} histograms of ${HISTOGRAMS.bins} bins become an event file`,
  run,
};

async function* run(workshop: Workshop): AsyncIterable<Figure> {
  const python = workshop.torchPython();
  const ours: Ours[] = [];
  const peers: Record<Peer, number[]> = { values: [], bins: [], raw: [] };
  for (let round = 0; round < ROUNDS; round++) {
    const target = join(workshop.memoryFolder(), 'events');
    ours.push(await workshop.subject<Ours>('histograms.js', [workshop.diskFolder(), target]));
    if (python === null) continue;
    for (const peer of Object.keys(PEERS) as Peer[])
      peers[peer].push(await peerSeconds(workshop, python, peer));
  }
  yield* figures(ours, python === null ? null : peers);
  if (python === null)
    throw new MissingTool('PyTorch: --torch, or BENCH_TORCH_PYTHON with the path of a Python that has it');
}

function* figures(
  ours: readonly Ours[],
  peers: Readonly<Record<Peer, readonly number[]>> | null,
): Iterable<Figure> {
  const count = HISTOGRAMS.steps * HISTOGRAMS.tags;
  const each = (of: (figures: Ours) => number) => (1e6 * median(ours.map(of))) / count;
  const common = { unit: 'CPU-µs', better: 'less' } as const;
  const whole = each(({ cpuSeconds }) => cpuSeconds);
  const what = 'a histogram, folded and encoded';
  if (peers === null) yield { ...common, what, ours: whole, peer: null, goal: null };
  else {
    for (const [peer, name] of Object.entries(PEERS) as [Peer, string][]) {
      const value = 1e6 * median(peers[peer]);
      const goal = peer === 'values' ? { ratio: 100 } : null;
      yield { ...common, what, ours: whole, peer: { name, value }, goal };
    }
  }
  const encoding = each(({ encodingCpuSeconds }) => encodingCpuSeconds);
  yield { ...common, what: '… encoded, when it was folded before', ours: encoding, peer: null, goal: null };
  const first = each(({ firstCpuSeconds }) => firstCpuSeconds);
  yield { ...common, what: '… in a process that has just started', ours: first, peer: null, goal: null };
}

async function peerSeconds(workshop: Workshop, python: string, peer: Peer): Promise<number> {
  const { tags, values, bins } = HISTOGRAMS;
  const shape = [PEER_STEPS, tags, values, bins].map(String);
  const { cpuSecondsEach } = await workshop.peer<{ readonly cpuSecondsEach: number }>(
    python,
    'histograms.py',
    [peer, workshop.memoryFolder(), ...shape],
  );
  return cpuSecondsEach;
}
