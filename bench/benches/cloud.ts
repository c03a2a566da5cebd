/** Runs of a W&B server, against scripts that export them; and what its answers cost to take in. @module */

import type { Bench, Figure, Goal } from '../bench.ts';
import { median } from '../median.ts';
import { type DoubleProject, type DoubleShape, WandbDouble } from '../wandb-double.ts';
import type { Workshop } from '../workshop.ts';

const ROUNDS = 5;
/** A script takes minutes. */
const PEER_ROUNDS = 2;
const PEER = 'scan_history of wandb 0.30.0, EventFileWriter';

/** In words: how the runs of a project come. */
const PROJECTS: Readonly<Record<DoubleProject, string>> = { pages: 'in pages', parquet: 'exported' };

const COMPARED: readonly DoubleShape[] = [
  { runs: 1, rows: 125_000, latencyMs: 30 },
  { runs: 50, rows: 5000, latencyMs: 150 },
];
const COMPARED_GOAL: Goal = { ratio: 40 };

const COLD_AND_WARM: DoubleShape = { runs: 100, rows: 1000, latencyMs: 50 };
const COLD_GOAL: Goal = { value: 3 };
const WARM_GOAL: Goal = { value: 0.1 };

/** Forms of rows, for the decoder: their names, and the goals in millions of points. */
const FORMS = [
  { form: 'lines', what: 'rows of a page, JSON', goal: { value: 3 } },
  { form: 'SNAPPY', what: 'rows of an export, parquet, SNAPPY', goal: { value: 5 } },
  { form: 'ZSTD', what: 'rows of an export, parquet, ZSTD', goal: { value: 5 } },
] as const;

interface Reading {
  readonly runs: number;
  readonly rows: number;
  readonly seconds: number;
}

interface OurReading extends Reading {
  readonly listedSeconds: number;
  readonly peakRssMegabytes: number;
}

export const cloud: Bench = {
  name: 'cloud',
  title:
    'runs of 8 keys of a double of W&B with latency, read as event files, against a script that exports them',
  run,
};

async function* run(workshop: Workshop): AsyncIterable<Figure> {
  for (const shape of COMPARED) yield* compared(workshop, shape);
  yield* coldAndWarm(workshop, COLD_AND_WARM);
  for (const { form, what, goal } of FORMS) {
    const { pointsPerCpuSecond } = await workshop.subject<{ readonly pointsPerCpuSecond: number }>(
      'cloud-rows.js',
      [form],
    );
    const ours = pointsPerCpuSecond / 1e6;
    yield { what, unit: 'M points/CPU-s', better: 'more', ours, peer: null, goal };
  }
}

/** The peer's fastest reading and the middle one of ours, all whole. */
async function* compared(workshop: Workshop, shape: DoubleShape): AsyncIterable<Figure> {
  await using double = await WandbDouble.start(workshop, shape);
  const ours = { pages: [] as OurReading[], parquet: [] as OurReading[] };
  const peers: Reading[] = [];
  for (let round = 0; round < Math.max(ROUNDS, PEER_ROUNDS); round++) {
    if (round < PEER_ROUNDS) peers.push(await double.export<Reading>('parquet'));
    for (const project of projects())
      ours[project].push(await double.read<OurReading>(project, workshop.diskFolder()));
  }
  checkRows(shape, [...peers, ...ours.pages, ...ours.parquet]);
  const value = Math.min(...peers.map(({ seconds }) => seconds));
  for (const project of projects()) {
    const common = { better: 'less', unit: 's', peer: { name: PEER, value } } as const;
    const seconds = median(ours[project].map((reading) => reading.seconds));
    yield { ...common, what: `${nameOf(shape)}, ${PROJECTS[project]}`, ours: seconds, goal: COMPARED_GOAL };
  }
  const megabytes = Math.max(...ours.pages.map(({ peakRssMegabytes }) => peakRssMegabytes));
  yield { what: '… peak memory', unit: 'MB', better: 'less', ours: megabytes, peer: null, goal: null };
}

/** Read with an empty cache, and again by another process. */
async function* coldAndWarm(workshop: Workshop, shape: DoubleShape): AsyncIterable<Figure> {
  await using double = await WandbDouble.start(workshop, shape);
  const common = { unit: 's', better: 'less', peer: null } as const;
  for (const project of projects()) {
    const cold: OurReading[] = [];
    const warm: OurReading[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const cache = workshop.diskFolder();
      cold.push(await double.read<OurReading>(project, cache));
      warm.push(await double.read<OurReading>(project, cache));
    }
    checkRows(shape, [...cold, ...warm]);
    const what = `${nameOf(shape)}, ${PROJECTS[project]}`;
    const middle = (readings: readonly OurReading[], of: (reading: OurReading) => number) =>
      median(readings.map(of));
    const seconds = (reading: OurReading) => reading.seconds;
    yield { ...common, what: `${what}, cold cache`, ours: middle(cold, seconds), goal: COLD_GOAL };
    yield { ...common, what: '… warm cache', ours: middle(warm, seconds), goal: WARM_GOAL };
    const listed = middle(warm, ({ listedSeconds }) => listedSeconds);
    yield { ...common, what: '… of it until the runs are listed', ours: listed, goal: null };
  }
}

const projects = () => Object.keys(PROJECTS) as DoubleProject[];

function nameOf({ runs, rows, latencyMs }: DoubleShape): string {
  return `${runs} ${runs === 1 ? 'run' : 'runs'} x ${rows} rows at ${latencyMs} ms`;
}

function checkRows({ runs, rows }: DoubleShape, readings: readonly Reading[]): void {
  const wrong = readings.find((reading) => reading.runs !== runs || reading.rows !== runs * rows);
  if (wrong !== undefined) throw new Error(`expected ${runs} x ${rows} rows: ${JSON.stringify(wrong)}`);
}
