/** Every value of a run with media comes through every door as it was logged: by the library and by the command. */

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATOR } from '../../../src/namespace/index.ts';
import { type OpenDoor, type VerifyReport, verify } from '../../../src/verify/index.ts';
import { buildHouse, type House, signal } from '../../support/house.ts';
import { serveTree } from '../../support/http-door.ts';
import { localSource, type TemporaryFolder, temporaryFolder } from '../../support/local-runs.ts';
import { pictureJson, TABLE_TEXT, tableJson } from '../../support/media-run.ts';
import { MOUNTING_MISSING, mountTree } from '../../support/mounting.ts';
import { runProgram } from '../../support/program.ts';
import { grpcDoor, providerOver } from '../../support/provider.ts';
import { type RowValue, WandbLogWriter } from '../../support/wandb-log-writer.ts';

const SKIPPED = MOUNTING_MISSING === null ? '' : ` (skipped: ${MOUNTING_MISSING})`;
const PICTURE = 'media/images/cat_1_aa.png';
const PICTURE_TEXT = 'no picture, but bytes';
const TABLE = 'media/table/seen_3_aa.table.json';
const ROWS: readonly Readonly<Record<string, RowValue>>[] = [
  { loss: 1, cat: pictureJson(PICTURE, PICTURE_TEXT) as RowValue },
  { loss: 0.5, weights: { _type: 'histogram', values: [1, 2], bins: [0, 1, 2] } },
  { loss: 0.25, seen: tableJson(TABLE, TABLE_TEXT) as RowValue },
];
const RUN = 'acme/research/pictures';
/** Three numbers, the picture, the histogram, the table, and the overview at the start and at the exit; there is no config. */
const POINTS = { pointsIn: 8, pointsOut: 8 };

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
  const log = new WandbLogWriter().begin('pics', { displayName: 'pictures' });
  for (const [i, values] of ROWS.entries()) log.row({ ...values, _step: i, _timestamp: 1.7e9 + i });
  const run = 'wandb/offline-run-20240101_000000-pics';
  await folder.write(`${run}/run-pics.wandb`, log.exit().bytes());
  await folder.write(`${run}/files/${PICTURE}`, Buffer.from(PICTURE_TEXT));
  await folder.write(`${run}/files/${TABLE}`, Buffer.from(TABLE_TEXT));
});
afterAll(() => folder[Symbol.asyncDispose]());

type Opened = readonly [door: OpenDoor, close: AsyncDisposable];

const OPEN = {
  http: async ({ tree }: House): Promise<Opened> => {
    const server = await serveTree(tree);
    return [{ kind: 'http', url: server.url }, server];
  },
  grpc: async (house: House): Promise<Opened> => {
    const door = await grpcDoor(providerOver(house, { maxResponsePoints: 1e9 }), house);
    return [{ kind: 'grpc', address: door.server.address }, door];
  },
  mount: async ({ tree }: House): Promise<Opened> => {
    const mount = await mountTree(tree);
    return [{ kind: 'mount', directory: mount.directory }, mount];
  },
};

type Door = keyof typeof OPEN;

async function byLibrary(door: Door): Promise<VerifyReport> {
  await using house = await buildHouse({ sources: [localSource(folder.path)] });
  const [through, close] = await OPEN[door](house);
  await using _closed = close;
  const parts = { ...house, caller: OPERATOR, hiddenPlugins: new Set<string>() };
  return await verify(parts, { through, runs: null, signal, onProgress: () => undefined });
}

async function byCommand(door: Door): Promise<VerifyReport> {
  await using directory = await temporaryFolder();
  const words = ['verify', join(folder.path, 'wandb'), '--through', door, '--json'];
  const { code, stdout, stderr } = await runProgram(words, { cwd: directory.path });
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(String(stdout)) as VerifyReport;
}

/** Of a run with no value lost. */
function expectWhole({ through, runs, total }: VerifyReport, door: Door): void {
  expect(through).toBe(door);
  expect(runs).toMatchObject([
    { run: RUN, ...POINTS, placeholders: 0, losses: [], mismatchCount: 0, failure: null, notes: [] },
  ]);
  expect(total).toMatchObject({ ...POINTS, mismatchCount: 0, failures: 0 });
}

describe.each([
  ['the library', byLibrary],
  ['the command', byCommand],
])('a run with a picture, a histogram and a table, by %s', (_, report) => {
  it.each(['http', 'grpc'] as const)('is whole through %s', async (door) => {
    expectWhole(await report(door), door);
  });

  it.skipIf(MOUNTING_MISSING !== null)(`is whole through a mount${SKIPPED}`, async () => {
    expectWhole(await report('mount'), 'mount');
  });
});
