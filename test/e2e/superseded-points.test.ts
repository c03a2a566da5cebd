/**
 * A run that was resumed from a checkpoint, in both of TensorBoard's loaders on its event file and through our data server:
 * the same points of each tag in all three.
 * @module
 */

import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type DataServer, ownDataServer, startDataServer } from '../support/data-servers.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/local-runs.ts';
import { DATA_SERVER } from '../support/program.ts';
import { PYTHON_MISSING, runPython } from '../support/python.ts';
import { serveRuns } from '../support/served-runs.ts';
import { until } from '../support/waiting.ts';
import { WandbLogWriter } from '../support/wandb-log-writer.ts';

type Points = Readonly<Record<string, readonly (readonly [step: number, value: number])[]>>;

const ASKED = { plugin_filter: { plugin_name: 'scalars' }, downsample: { num_points: 1000 } };

/** Trains for 50 steps, validating every tenth; goes on from step 30 and ends at 45 without a learning rate. */
function logs(): ReadonlyMap<string, Uint8Array> {
  const trained = (from: number, to: number, part: number) => {
    const log = new WandbLogWriter().begin('r', {
      project: 'resumed',
      startTime: { seconds: 1.7e9 + 1000 * part, nanos: 0 },
    });
    for (let step = from; step < to; step++) {
      log.row({ loss: 100 * part + step, _step: step, _timestamp: 1.7e9 + 1000 * part + step });
      if (step % 10 !== 9) continue;
      const both = part === 0 ? { lr: step } : {};
      log.row({
        val: 100 * part + step,
        ...both,
        _step: step + 1000,
        _timestamp: 1.7e9 + 1000 * part + step,
      });
    }
    return log.exit(part === 0 ? 1 : 0).bytes();
  };
  return new Map([
    ['offline-run-20231114_221320-r', trained(0, 50, 0)],
    ['offline-run-20231114_223000-r', trained(30, 45, 1)],
  ]);
}

/** What the newest value at each step is, where a tag that returns takes back what it has from there on. */
const LOSS = Array.from({ length: 45 }, (_, step) => [step, step < 30 ? step : 100 + step] as const);

function pointsOf({ runs = [] }: Answer): Points {
  const tags = runs[0]?.tags ?? [];
  return Object.fromEntries(
    tags.map(({ tagName, data }) => [
      tagName,
      data!.step.map((step, i) => [Number(step), Number(data!.value[i])] as const),
    ]),
  );
}

describe.skipIf(PYTHON_MISSING !== null)('a run that was resumed from a checkpoint', () => {
  let folder: TemporaryFolder;
  let eventFolder: string;
  const servers: DataServer[] = [];

  beforeAll(async () => {
    folder = await temporaryFolder();
    for (const [name, bytes] of logs()) await folder.write(`wandb/${name}/run-r.wandb`, bytes);
    await using served = await serveRuns(join(folder.path, 'wandb'), join(folder.path, 'served'));
    const copy = join(folder.path, 'copy');
    await until(async () => {
      await served.copy('acme/resumed', copy);
      return (await eventFile(copy)) !== undefined;
    }, 'the event file');
    eventFolder = dirname((await eventFile(copy))!);
    servers.push(await startDataServer(DATA_SERVER, join(folder.path, 'wandb'), folder.path));
    servers.push(await startDataServer(await ownDataServer(), copy, folder.path));
  });

  afterAll(async () => {
    for (const server of servers) await server[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  it('has the same points in the Python loader, the Rust loader and our data server', async () => {
    const python = JSON.parse(await runPython('loaded-points.py', [eventFolder])) as Points;
    expect(python['loss']).toEqual(LOSS);
    expect(Object.keys(python).sort()).toEqual(['loss', 'lr', 'val']);
    for (const server of servers) {
      await until(
        async () => Object.keys(pointsOf(await server.answer('ReadScalars', ASKED))).length === 3,
        'tags',
      );
      expect(pointsOf(await server.answer('ReadScalars', ASKED))).toEqual(python);
    }
  });
});

async function eventFile(folder: string): Promise<string | undefined> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const name = names.find((path) => path.includes('tfevents'));
  return name && join(folder, name);
}
