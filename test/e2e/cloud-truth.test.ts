/**
 * Runs of every kind, logged by the real SDK to a W&B server and read back by it: this program gives the same rows, as
 * records of its source and as event files, however the server has the rows. Merged with the folder that the SDK wrote
 * beside, no row is there twice.
 * @module
 */

import { cp, readdir, stat, truncate } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runKey } from '../../src/core/index.ts';
import { cloudSource } from '../support/cloud.ts';
import { readEvents } from '../support/event-reader.ts';
import { buildHouse, COMPLETE, eventPath, readWhole } from '../support/house.ts';
import { readAll, temporaryFolder } from '../support/local-runs.ts';
import { PYTHON_MISSING } from '../support/python.ts';
import {
  ofHistoryRow,
  ofSdkRow,
  type PlainRow,
  type Point,
  plainSeries,
  seriesOfEvents,
  seriesOfRows,
  systemSeries,
} from '../support/row-forms.ts';
import { scaled } from '../support/scale.ts';
import { SdkClient } from '../support/sdk-client.ts';
import { type ServedRuns, serveRuns } from '../support/served-runs.ts';
import { copyRuns, rowsIn, runPaths } from '../support/server-runs.ts';
import {
  type ExportOptions,
  type JsonObject,
  type ServerOptions,
  startWandbServer,
  type WandbServer,
} from '../support/wandb-server/index.ts';

const KINDS = [
  'scalars',
  'media',
  'empty',
  'sparse',
  'sweep',
  'resume',
  'branches',
  'hostile',
  'wide',
  'long',
  'crash',
];
const SIZES = ['--runs', '4', '--rows', `${scaled(1500, 5000)}`, '--metrics', '8'];
const TEN_MINUTES_MS = 600_000;

/** How a server has the rows of a run: what is exported, and what it answers of that as pages. */
interface Serving {
  readonly server: ServerOptions;
  /** Null: nothing. */
  readonly exports: ExportOptions | null;
  /** The share of rows that is exported. */
  readonly share?: number;
}

type NamedServing = readonly [string, Serving];
const SERVINGS: readonly NamedServing[] = [
  ['live rows alone', { server: {}, exports: null }],
  ['exported rows, in files alone', { server: { historyServes: 'live' }, exports: { codec: 'GZIP' } }],
  [
    'half of them exported, pages of the rest',
    { server: { historyServes: 'live' }, exports: { files: 3 }, share: 0.5 },
  ],
];
const SERVED_TWICE: readonly NamedServing[] = [
  [
    'exported rows, served as pages too',
    { server: { historyServes: 'all' }, exports: { files: 2, rowGroupRows: 60 } },
  ],
  [
    'half of them exported, all served as pages',
    { server: { historyServes: 'all' }, exports: {}, share: 0.5 },
  ],
];
const TRIED = scaled(SERVINGS, [...SERVINGS, ...SERVED_TWICE]);

/** What `scan_history` gives. It gives rows twice where pages have rows that files have, too: one of each step counts. */
async function rowsBySdk(server: WandbServer, paths: readonly string[]): Promise<Map<string, PlainRow[]>> {
  await using sdk = await SdkClient.create(server);
  const read = (await sdk.ask('rows', ...paths)) as Readonly<Record<string, readonly JsonObject[]>>;
  return new Map(
    paths.map((path) => {
      const byStep = new Map(read[path]!.map((row) => [Number(row['_step']), ofSdkRow(row)]));
      return [path, [...byStep.values()].sort((a, b) => a.step - b.step)];
    }),
  );
}

/** Whether a key ever held a number. */
function numericKeys(rows: readonly PlainRow[]): (key: string) => boolean {
  const keys = new Set<string>();
  for (const { values } of rows)
    for (const [key, value] of Object.entries(values)) if (typeof value === 'number') keys.add(key);
  return (key) => keys.has(key);
}

describe.skipIf(PYTHON_MISSING !== null)('runs that the real SDK logged to a server', () => {
  let origin: WandbServer;
  let sdk: SdkClient;

  beforeAll(async () => {
    origin = await startWandbServer();
    sdk = await SdkClient.create(origin);
    await sdk.log(...KINDS, ...SIZES);
  }, TEN_MINUTES_MS);

  afterAll(async () => {
    await sdk?.[Symbol.asyncDispose]();
    await origin?.[Symbol.asyncDispose]();
  });

  it('are of every kind', () => {
    expect(runPaths(origin).length).toBe(17);
  });

  describe.each(TRIED)('of which the server has %s', (_, { server: options, exports, share = 1 }) => {
    let server: WandbServer;
    let expected: ReadonlyMap<string, readonly PlainRow[]>;

    beforeAll(async () => {
      server = await startWandbServer(options);
      copyRuns(origin, server);
      for (const path of runPaths(server)) {
        const run = server.store.run(path);
        const throughRow = Math.floor(run.history.length * share);
        // No server writes a file without rows.
        const files = Math.min(exports?.files ?? 1, throughRow);
        if (exports !== null && files > 0) run.exports.exportHistory({ ...exports, throughRow, files });
      }
      expected = await rowsBySdk(server, runPaths(server));
    }, TEN_MINUTES_MS);

    afterAll(async () => {
      await server?.[Symbol.asyncDispose]();
    });

    it('are read by it whole', () => {
      for (const [path, rows] of expected)
        expect([path, rows.length]).toEqual([path, server.store.run(path).history.length]);
    });

    it('have the same rows as records of the source', async () => {
      await using cloud = await cloudSource(server, { entity: 'acme' });
      for (const [path, rows] of expected) {
        const [entity = '', project = '', id = ''] = path.split('/');
        const read = await readAll(cloud.source, runKey(entity, project, id));
        expect([path, read.rows.map(ofHistoryRow)]).toEqual([path, rows]);
      }
    });

    it('have the same values in event files', async () => {
      await using cloud = await cloudSource(server, { entity: 'acme' });
      await using house = await buildHouse({ sources: [cloud.source] });
      let points = 0;
      for (const [path, rows] of expected) {
        await house.tree.stat(`${path}/run.json`, COMPLETE);
        const bytes = await readWhole(house.tree, await eventPath(house.tree, path));
        const shown = seriesOfEvents(readEvents(bytes));
        const wanted = plainSeries(seriesOfRows(rows, numericKeys(rows)), rows);
        expect([path, plainSeries(shown, rows)]).toEqual([path, wanted]);
        points += [...wanted.values()].reduce((sum, series) => sum + series.length, 0);
      }
      expect(points).toBeGreaterThan(scaled(112_000, 140_000));
    });
  });

  describe('served beside the folder that the SDK wrote', () => {
    it('are as the folder alone has them: no row is there twice', async () => {
      await using folder = await temporaryFolder();
      const wandb = join(sdk.folder('runs'), 'wandb');
      await using merged = await serveBeside(wandb, join(folder.path, 'merged'));
      await using alone = await serveRuns(wandb, join(folder.path, 'alone'), ['--x-axis', 'step']);
      for (const path of runPaths(origin)) {
        const [both, own] = [await shownOf(merged, path), await shownOf(alone, path)];
        expect([path, both.locations.length]).toEqual([path, own.locations.length + 1]);
        const rows = rowsIn(origin, path);
        const expected = withLaterRows(plainSeries(seriesOfEvents(own.events), rows), rows);
        expect([path, plainSeries(seriesOfEvents(both.events), rows)]).toEqual([
          path,
          plainSeries(expected, rows),
        ]);
        expect([path, systemSeries(both.events)]).toEqual([path, systemSeries(own.events)]);
      }
    });

    it('are as the server has them where the folder has lost their ends', async () => {
      await using folder = await temporaryFolder();
      const wandb = join(folder.path, 'wandb');
      await cp(join(sdk.folder('runs'), 'wandb'), wandb, { recursive: true, verbatimSymlinks: true });
      for (const log of await newestLogs(wandb)) await cutShort(log, 0.6);
      await using merged = await serveBeside(wandb, join(folder.path, 'merged'));
      // A folder has the rows of runs that went back in the order they were logged in, of a fork its own alone, and it
      // tells the word NaN from the number and -0 from 0, which the server does not.
      const paths = runPaths(origin).filter((path) => !/branch01|forked01|again001|sparse01/.test(path));
      for (const path of paths) {
        const rows = rowsIn(origin, path);
        const { events } = await shownOf(merged, path);
        const wanted = plainSeries(seriesOfRows(rows, numericKeys(rows)), rows);
        expect([path, plainSeries(seriesOfEvents(events), rows)]).toEqual([path, wanted]);
      }
    });
  });

  async function serveBeside(wandb: string, folder: string): Promise<ServedRuns> {
    const projects = origin.store.projects.map(({ entity, name }) => `${entity}/${name}`);
    // Rows are compared by their own steps.
    const words = [...projects, '--base-url', origin.url, '--x-axis', 'step'];
    return await serveRuns(wandb, folder, words, { WANDB_API_KEY: origin.apiKey });
  }
});

interface RunDocument {
  readonly eventFile: { readonly name: string };
  readonly source: { readonly locations: readonly string[] };
}

/** The event file of a run once that has been read to its end, and where the run comes from. */
async function shownOf(served: ServedRuns, path: string) {
  const document = JSON.parse((await served.read(`${path}/run.json`)).toString()) as RunDocument;
  const bytes = await served.read(`${path}/${document.eventFile.name}`);
  return { events: readEvents(bytes), locations: document.source.locations };
}

/** Series, and what rows add beyond their last step: of a run that was killed the server may know more than its log. */
function withLaterRows(
  series: ReadonlyMap<string, Point[]>,
  rows: readonly PlainRow[],
): Map<string, Point[]> {
  const last = Math.max(-1, ...[...series.values()].flat().map(([, step]) => step));
  const later = rows.filter(({ step }) => step > last);
  const all = new Map(series);
  for (const [tag, points] of seriesOfRows(later, numericKeys(rows)))
    all.set(tag, [...(all.get(tag) ?? []), ...points]);
  return all;
}

/** The last log of each run of a folder. */
async function newestLogs(wandb: string): Promise<string[]> {
  const names = (await readdir(wandb, { recursive: true })).filter((name) => name.endsWith('.wandb'));
  const newest = new Map(names.sort().map((name) => [basename(name), join(wandb, name)]));
  return [...newest.values()];
}

async function cutShort(path: string, share: number): Promise<void> {
  await truncate(path, Math.floor((await stat(path)).size * share));
}
