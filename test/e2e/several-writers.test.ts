/**
 * Runs of the real SDK to which several processes log, or that were rewound, in both of TensorBoard's loaders on their
 * event files, through our data server and in their documents: nobody's curve is lost, and what a rewind takes back is gone.
 * @module
 */

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TemporaryFolder, temporaryFolder } from '../support/local-runs.ts';
import { type Points, type PointsByDoor, pointsByDoor } from '../support/points-by-door.ts';
import { PYTHON_MISSING, runPython } from '../support/python.ts';
import { startWandbServer, type WandbServer } from '../support/wandb-server/index.ts';

const PROJECT = 'acme/together';

interface Process {
  readonly name: string;
  readonly init: Readonly<Record<string, unknown>>;
  readonly rows: readonly Readonly<Record<string, number>>[];
  readonly waitFor?: readonly string[];
  readonly settings?: Readonly<Record<string, unknown>>;
}

const rows = (count: number, row: (i: number) => Readonly<Record<string, number>>) =>
  Array.from({ length: count }, (_, i) => row(i));
const steps = (from: number, to: number, value: (step: number) => number) =>
  Array.from({ length: to - from }, (_, i) => [from + i, value(from + i)] as const);

describe.skipIf(PYTHON_MISSING !== null)('runs that several processes logged', () => {
  let folder: TemporaryFolder;
  let server: WandbServer;
  let shown: PointsByDoor;

  beforeAll(async () => {
    folder = await temporaryFolder();
    server = await startWandbServer();
    const ranks = ['rank-0', 'rank-1'];
    await Promise.all([
      // Each waits until the other has begun, as ranks of one training do.
      ...ranks.map((name, rank) =>
        log({
          name,
          init: { id: 'ranks', mode: 'offline' },
          rows: rows(20, (i) => ({ loss: 100 * rank + i, [name]: i })),
          waitFor: ranks,
        }),
      ),
      logInTurn([
        {
          name: 'first-to-share',
          init: { id: 'shared', mode: 'shared' },
          rows: rows(10, (i) => ({ loss: i, train: i })),
          settings: { x_disable_stats: true },
        },
        {
          name: 'second-to-share',
          init: { id: 'shared', mode: 'shared' },
          rows: rows(6, (i) => ({ loss: 100 + i, accuracy: i })),
          settings: { x_disable_stats: true, x_primary: false },
        },
      ]),
      logInTurn([
        {
          name: 'to-rewind',
          init: { id: 'rewound', mode: 'offline' },
          rows: rows(12, (i) => ({ loss: i, lr: i })),
        },
        {
          name: 'rewind',
          init: { resume_from: 'rewound?_step=7', mode: 'offline' },
          rows: rows(3, (i) => ({ loss: 100 + i })),
        },
      ]),
    ]);
    shown = await pointsByDoor(join(folder.path, 'wandb'), folder.path, PROJECT, 3);
  }, 180_000);

  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  async function log({ settings = {}, waitFor = [], init, ...process }: Process): Promise<void> {
    const named = { project: 'together', entity: 'acme', name: init['id'], ...init };
    const plan = {
      ...process,
      init: named,
      settings: { x_disable_stats: true, ...settings },
      waitFor,
      dir: folder.path,
    };
    const { url, apiKey } = server;
    await runPython('log-rows.py', [JSON.stringify(plan)], {
      HOME: folder.path,
      WANDB_BASE_URL: url,
      WANDB_API_KEY: apiKey,
      WANDB_SILENT: 'true',
    });
  }

  async function logInTurn(processes: readonly Process[]): Promise<void> {
    for (const process of processes) await log(process);
  }

  it('have the same points in every door', () => {
    const { python, rust, grpc, documents } = shown;
    expect(Object.keys(python).sort()).toEqual(['ranks', 'rewound', 'shared']);
    expect(rust).toEqual(python);
    expect(grpc).toEqual(python);
    const counted = Object.entries(python).map(([run, points]) => [run, countsOf(points)] as const);
    expect(documents).toEqual(Object.fromEntries(counted));
  });

  it('show every rank of a training, under the plain tag and one beside it', () => {
    const { loss, 'loss/writer-2': other, ...own } = shown.python['ranks']!;
    const curves = [0, 100].map((first) => steps(0, 20, (step) => first + step));
    expect([loss, other].sort((a, b) => a![0]![1] - b![0]![1])).toEqual(curves);
    expect(own).toEqual({ 'rank-0': curves[0], 'rank-1': curves[0] });
  });

  it('show all that share a run, though the SDK writes no steps', () => {
    expect(shown.python['shared']).toEqual({
      loss: steps(0, 10, (step) => step),
      train: steps(0, 10, (step) => step),
      'loss/writer-2': steps(0, 6, (step) => 100 + step),
      accuracy: steps(0, 6, (step) => step),
    });
  });

  it('show of a run that was rewound what it is now, whatever key it logs again', () => {
    expect(shown.python['rewound']).toEqual({
      loss: [...steps(0, 8, (step) => step), ...steps(8, 11, (step) => 92 + step)],
      lr: steps(0, 8, (step) => step),
    });
  });
});

function countsOf(points: Points): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(points).map(([tag, of]) => [tag, of.length]));
}
