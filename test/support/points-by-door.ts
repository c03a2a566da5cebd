/** The scalars that each door shows of the runs in a wandb folder, history and samples of the machine. @module */

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Answer, ownDataServer, startDataServer } from './data-servers.ts';
import { DATA_SERVER } from './program.ts';
import { runPython } from './python.ts';
import { type ServedRuns, serveRuns } from './served-runs.ts';
import { until } from './waiting.ts';

export type Points = Readonly<Record<string, readonly (readonly [step: number, value: number])[]>>;

/** By the name of the run. */
export type RunPoints = Readonly<Record<string, Points>>;

export interface PointsByDoor {
  /** TensorBoard's Python loader on the event files. */
  readonly python: RunPoints;
  /** Its Rust loader on them. */
  readonly rust: RunPoints;
  /** Our data server, by gRPC. */
  readonly grpc: RunPoints;
  /** How many points `run.json` tells of each tag. */
  readonly documents: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

const ASKED = { plugin_filter: { plugin_name: 'scalars' }, downsample: { num_points: 100_000 } };

/** Of the runs of a project, which its folder has `count` of; what they need is put below `folder`. */
export async function pointsByDoor(
  wandb: string,
  folder: string,
  project: string,
  count: number,
): Promise<PointsByDoor> {
  await using served = await serveRuns(wandb, join(folder, 'served'));
  const copy = join(folder, 'copy');
  await until(async () => {
    await served.copy(project, copy);
    const names = await readdir(copy, { recursive: true });
    return names.filter((name) => name.includes('tfevents')).length === count;
  }, 'the event files');
  const python: Record<string, Points> = {};
  const documents: Record<string, Record<string, number>> = {};
  for (const { name } of await served.list(project)) {
    python[name] = JSON.parse(await runPython('loaded-points.py', [join(copy, name)])) as Points;
    documents[name] = await pointsInDocument(served, `${project}/${name}`);
  }
  const tagCount = Object.values(python).flatMap((points) => Object.keys(points)).length;
  const rust = await pointsOfServer(await ownDataServer(), copy, folder, tagCount);
  const grpc = await pointsOfServer(DATA_SERVER, wandb, folder, tagCount);
  return { python, rust, grpc, documents };
}

async function pointsInDocument(served: ServedRuns, run: string): Promise<Record<string, number>> {
  const { series } = JSON.parse((await served.read(`${run}/run.json`)).toString()) as {
    readonly series: readonly { readonly tag: string; readonly type: string; readonly points: number }[];
  };
  const scalars = series.filter(({ type }) => type === 'scalar');
  return Object.fromEntries(scalars.map(({ tag, points }) => [tag, points]));
}

async function pointsOfServer(
  program: string,
  logdir: string,
  folder: string,
  tagCount: number,
): Promise<RunPoints> {
  await using server = await startDataServer(program, logdir, folder);
  const answer = () => server.answer('ReadScalars', ASKED);
  await until(
    async () => (await answer()).runs?.flatMap(({ tags = [] }) => tags).length === tagCount,
    'tags',
  );
  return pointsIn(await answer());
}

function pointsIn({ runs = [] }: Answer): RunPoints {
  return Object.fromEntries(
    runs.map(({ runName, tags = [] }) => [
      runName.split('/').at(-1)!,
      Object.fromEntries(
        tags.map(({ tagName, data }) => [
          tagName,
          data!.step.map((step, i) => [Number(step), Number(data!.value[i])] as const),
        ]),
      ),
    ]),
  );
}
