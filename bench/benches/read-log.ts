/** Reading a long `.wandb` log, against the SDK's own readers, in Python and in Go. @module */

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bench, Figure } from '../bench.ts';
import { GoReader } from '../go-reader.ts';
import { median } from '../median.ts';
import type { Workshop } from '../workshop.ts';

const ROWS = 200_000;
const METRICS = 8;
const ROUNDS = 3;

interface Reading {
  readonly rows: number;
  readonly points: number;
  readonly seconds: number;
  /** Of all threads. */
  readonly cpuSeconds: number;
}

interface OurReading extends Reading {
  readonly peakRssMegabytes: number;
  readonly longestStallMs: number;
}

export const readLog: Bench = {
  name: 'read-log',
  title: `a log of ${ROWS} rows x ${METRICS} metrics, against the SDK's readers (DataStore, protobuf, json; wandb-core)`,
  run,
};

async function* run(workshop: Workshop): AsyncIterable<Figure> {
  const folder = longRun(workshop);
  const log = logIn(folder);
  const goReader = GoReader.build(workshop);
  const ours: OurReading[] = [];
  const python: Reading[] = [];
  const go: Reading[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await workshop.subject<OurReading>('read-log.js', [folder]));
    python.push(await workshop.peer<Reading>(workshop.python(), 'read_log.py', [log]));
    if (goReader !== null) go.push(await goReader.read<Reading>(log));
  }
  const counted = [...ours, ...python, ...go].map(({ rows, points }) => `${rows} rows, ${points} points`);
  if (new Set(counted).size > 1) throw new Error(`readers disagree: ${[...new Set(counted)].join('; ')}`);
  yield* against({ name: 'wandb 0.28.2, Python', ratio: 30 }, ours, python);
  if (goReader !== null) yield* against({ name: 'wandb-core, Go', ratio: 1 }, ours, go);
  const middle = (of: (reading: OurReading) => number) => median(ours.map(of));
  const alone = { better: 'less', peer: null, goal: null } as const;
  yield { ...alone, what: 'peak memory', unit: 'MB', ours: middle((reading) => reading.peakRssMegabytes) };
  yield { ...alone, what: 'longest stall', unit: 'ms', ours: middle((reading) => reading.longestStallMs) };
}

/** The clock, and what all threads took of processors: on a busy machine this is what to go by. */
function* against(
  { name, ratio }: { readonly name: string; readonly ratio: number },
  ours: readonly Reading[],
  peers: readonly Reading[],
): Iterable<Figure> {
  const figure = (what: string, of: (reading: Reading) => number): Figure => ({
    what,
    unit: 's',
    better: 'less',
    ours: median(ours.map(of)),
    peer: { name, value: median(peers.map(of)) },
    goal: { ratio },
  });
  yield figure('read the log to its end', ({ seconds }) => seconds);
  yield { ...figure('processor time of it', ({ cpuSeconds }) => cpuSeconds), goal: null };
}

/** A wandb folder with the one run, logged by the real SDK on first use: some minutes. */
function longRun(workshop: Workshop): string {
  const given = process.env['WANDB_LOGDIR_BENCH_LOG'];
  if (given !== undefined) return given;
  const made = join(workshop.cache, `long-${ROWS}x${METRICS}`);
  if (!existsSync(made)) logLongRun(workshop, made);
  return join(made, 'wandb');
}

function logLongRun(workshop: Workshop, target: string): void {
  console.error(`logging ${ROWS} rows into ${target}`);
  const script = fileURLToPath(new URL('../../../test/support/make-runs.py', import.meta.url));
  const partial = `${target}.partial`;
  const where = ['--out', partial, '--truth', join(partial, 'truth')];
  const size = ['--rows', String(ROWS), '--metrics', String(METRICS)];
  execFileSync(workshop.python(), [script, 'long', ...where, ...size], { cwd: tmpdir(), stdio: 'inherit' });
  renameSync(partial, target);
}

function logIn(folder: string): string {
  const runs = readdirSync(folder).filter((name) => /^(offline-)?run-/.test(name));
  const logs = runs.flatMap((run) =>
    readdirSync(join(folder, run))
      .filter((name) => name.endsWith('.wandb'))
      .map((name) => join(folder, run, name)),
  );
  const [log] = logs;
  if (log === undefined || logs.length > 1)
    throw new Error(`${folder}: expected one run, found ${logs.length}`);
  return log;
}
