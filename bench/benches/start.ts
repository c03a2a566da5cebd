/** What it takes to start the program for a short command: processor time, against Node that does nothing. @module */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Bench, Figure, Goal } from '../bench.ts';
import { DataServerProcess } from '../data-server-process.ts';
import { interleaved, median } from '../median.ts';
import { type DoubleShape, WandbDouble } from '../wandb-double.ts';
import type { Workshop } from '../workshop.ts';

const ROUNDS = 9;
const PEER = 'node -e 0';
/** Where Node itself takes 50 ms. */
const SHORT_GOAL: Goal = { value: 150 };
const PORT_GOAL: Goal = { value: 300 };

/** Listed by another process before. */
const MANY: DoubleShape = { runs: 10_000, rows: 1, latencyMs: 0 };
const MANY_GOAL: Goal = { value: 500 };
const MANY_ROUNDS = 3;

/** A shell tells the user and system time of its children so, in the second of two lines (POSIX, times). */
const TIMES = /(\d+)m([\d.]+)s (\d+)m([\d.]+)s\s*$/;

interface Command {
  readonly what: string;
  readonly words: readonly string[];
  readonly goal: Goal | null;
}

export const start: Bench = {
  name: 'start',
  title: 'processor time of short commands, and of a data server until its port is told, against Node alone',
  run,
};

async function* run(workshop: Workshop): AsyncIterable<Figure> {
  const { program } = workshop;
  const folder = workshop.diskFolder();
  const list = [program, 'ls', workshop.examples, '--cache-dir', join(folder, 'cache')];
  const commands: readonly Command[] = [
    { what: '--version', words: [program, '--version'], goal: SHORT_GOAL },
    { what: '--help', words: [program, '--help'], goal: SHORT_GOAL },
    { what: 'serve --help', words: [program, 'serve', '--help'], goal: SHORT_GOAL },
    {
      what: 'candidates for a shell',
      words: [program, '--complete', 'bash', 'wandb-logdir serve --'],
      goal: SHORT_GOAL,
    },
    { what: 'ls of the example runs, read before', words: list, goal: null },
  ];
  cpuMs(list, {});
  const subjects = [['-e', '0'], ...commands.map(({ words }) => words)];
  const [nothing = Number.NaN, ...figures] = await interleaved(ROUNDS, subjects, (words) => cpuMs(words, {}));
  const common = { unit: 'CPU-ms', better: 'less' } as const;
  const peer = { name: PEER, value: nothing };
  for (const [i, { what, goal }] of commands.entries())
    yield { ...common, what, ours: figures[i]!, peer, goal };
  yield* untilPort(workshop, folder);
  yield* manyRuns(workshop);
}

async function* untilPort(workshop: Workshop, folder: string): AsyncIterable<Figure> {
  const cpu: number[] = [];
  const wall: number[] = [];
  const variables = { WANDB_LOGDIR_CACHE_DIR: join(folder, 'cache') };
  for (let round = 0; round < ROUNDS; round++) {
    await using server = await DataServerProcess.start({
      ...{ command: [process.execPath, workshop.dataServer], portFile: join(folder, 'port') },
      ...{ logdir: workshop.examples, variables },
    });
    wall.push(performance.now() - server.startedMs);
    cpu.push(server.cpuMs());
  }
  const common = { better: 'less', peer: null } as const;
  const what = 'data server until its port is told, the example runs';
  yield { ...common, unit: 'ms', what, ours: median(wall), goal: PORT_GOAL };
  yield { ...common, unit: 'CPU-ms', what: '… processor time of it', ours: median(cpu), goal: null };
}

async function* manyRuns(workshop: Workshop): AsyncIterable<Figure> {
  await using double = await WandbDouble.start(workshop, MANY);
  const folder = workshop.diskFolder();
  const words = [workshop.program, 'ls', 'wandb:acme/pages', '--cache-dir', folder];
  cpuMs(words, double.variables);
  const [ours = Number.NaN] = await interleaved(MANY_ROUNDS, [words], (all) => cpuMs(all, double.variables));
  const what = `ls of ${MANY.runs} runs of a server that answers at once`;
  yield { what, unit: 'CPU-ms', better: 'less', ours, peer: null, goal: MANY_GOAL };
}

/** Processor time of Node with these words, of all its threads. */
function cpuMs(words: readonly string[], variables: Readonly<Record<string, string>>): number {
  const script = '"$0" "$@" > /dev/null || exit 1; times';
  const { status, stdout, stderr } = spawnSync('sh', ['-c', script, process.execPath, ...words], {
    encoding: 'utf8',
    env: { ...process.env, ...variables },
  });
  const [, userMinutes, user, systemMinutes, system] = TIMES.exec(stdout) ?? [];
  if (status !== 0 || system === undefined) throw new Error(`${words.join(' ')}: ${stderr}`);
  return 1000 * (60 * (Number(userMinutes) + Number(systemMinutes)) + Number(user) + Number(system));
}
