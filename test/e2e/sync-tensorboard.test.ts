/**
 * Runs that the real SDK logged with `sync_tensorboard`: `@tensorboard` has the event files that were written beside them, byte
 * for byte, in which the real TensorBoard shows what was written; and the runs' own series have the same numbers once.
 * @module
 */

import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEvents, scalarsOf } from '../support/event-reader.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/local-runs.ts';
import { digestOf } from '../support/media-truth.ts';
import { MOUNTING_MISSING } from '../support/mounting.ts';
import { PYTHON_MISSING } from '../support/python.ts';
import { copyRecordedRuns } from '../support/recorded-runs.ts';
import { IS_FULL } from '../support/scale.ts';
import { SdkClient } from '../support/sdk-client.ts';
import { type ServedRuns, serveRuns } from '../support/served-runs.ts';
import { shownMedia } from '../support/shown-media.ts';
import { TensorBoard } from '../support/tensorboard.ts';
import { startWandbServer } from '../support/wandb-server/index.ts';

const PROJECT = 'acme/research';
/** By id, the name of a run of make-runs.py, the folder of its writers, and what these are called. */
const RUNS = {
  tbnested: { name: 'two folders', folder: 'nested', writers: ['train', 'eval'] },
  tbsingle: { name: 'one folder', folder: 'single', writers: [''] },
} as const;
type RunId = keyof typeof RUNS;
const IDS = ['tbnested', 'tbsingle'] as const satisfies readonly RunId[];
/** Of each, events of one tag by all its writers. */
const STEPS = { tbnested: 46, tbsingle: 20 };
const FILES = 5;
/** Pictures and texts as well: TensorBoard keeps ten of them otherwise. */
const ALL_POINTS = ['--samples_per_plugin', 'scalars=1000,images=1000,text=1000,histograms=1000'];

type Origin = 'folder' | 'server';
const tooMuch = IS_FULL ? null : 'at full scale only';

interface Written {
  readonly kind: string;
  readonly writer: string;
  readonly step: number;
  readonly tag: string;
  readonly value: number | string | readonly number[] | { readonly float: string };
  readonly digests: readonly string[];
}

type Points = readonly (readonly [step: number, value: unknown])[];

for (const origin of ['folder', 'server'] as const) {
  const skipped = PYTHON_MISSING ?? (origin === 'folder' ? null : tooMuch);
  const title = `runs with sync_tensorboard, of a ${origin}`;
  describe.skipIf(skipped !== null)(skipped === null ? title : `${title} (skipped: ${skipped})`, () => {
    testOrigin(origin);
  });
}

function testOrigin(origin: Origin): void {
  const parts: AsyncDisposable[] = [];
  let folder: TemporaryFolder;
  /** The folder of the writers, and that of what they wrote. */
  let places: { readonly events: string; readonly truth: string };
  let served: ServedRuns;
  let events: Readonly<Record<RunId, readonly Written[]>>;

  beforeAll(async () => {
    folder = await temporaryFolder();
    parts.push(folder);
    served = await (origin === 'folder' ? serveFolder() : serveFromServer());
    parts.push(served);
    const [tbnested, tbsingle] = await Promise.all(IDS.map((id) => writtenIn(places.truth, id)));
    events = { tbnested: tbnested ?? [], tbsingle: tbsingle ?? [] };
  });

  afterAll(async () => {
    for (const part of parts.toReversed()) await part[Symbol.asyncDispose]();
  });

  const mountPoint = () => join(folder.path, 'mnt');

  async function serveFolder(): Promise<ServedRuns> {
    const copied = await copyRecordedRuns(folder.path, ['tb']);
    places = copied;
    return await serve(copied.wandb);
  }

  /** Logged online: `wandb sync` of such runs panics where their event files are, in version 0.30.0. */
  async function serveFromServer(): Promise<ServedRuns> {
    const server = await startWandbServer();
    parts.push(server);
    const sdk = await SdkClient.create(server);
    parts.push(sdk);
    await sdk.log('tb');
    places = { events: sdk.folder('runs/runs'), truth: sdk.folder('truth') };
    return await serve(PROJECT, ['--base-url', server.url], { WANDB_API_KEY: server.apiKey });
  }

  async function serve(source: string, words: readonly string[] = [], variables = {}): Promise<ServedRuns> {
    const mounting = MOUNTING_MISSING === null ? ['--mount', mountPoint()] : [];
    const all = ['--grpc-port', '0', ...mounting, ...words];
    return await serveRuns(source, join(folder.path, 'served'), all, variables);
  }

  it('have their event files below @tensorboard, byte for byte, and no other file', async () => {
    let files = 0;
    for (const id of IDS) {
      const { name, folder: written } = RUNS[id];
      const own = await filesBelow(join(places.events, written));
      const copy = join(folder.path, 'copy', id);
      await served.copy(`${PROJECT}/${name}/@tensorboard`, copy);
      expect(await filesBelow(copy)).toEqual(own);
      if (MOUNTING_MISSING === null)
        expect(await filesBelow(join(mountPoint(), PROJECT, name, '@tensorboard'))).toEqual(own);
      files += own.size;
    }
    expect(files).toBe(FILES);
  });

  const unseen = MOUNTING_MISSING;
  const title = 'are shown by TensorBoard on @tensorboard as their writers wrote them';
  it.skipIf(unseen !== null)(unseen === null ? title : `${title} (skipped: ${unseen})`, async () => {
    const { name, writers } = RUNS.tbnested;
    const logdir = join(mountPoint(), PROJECT, name, '@tensorboard');
    await using board = await TensorBoard.start(logdir, ['--load_fast', 'true', ...ALL_POINTS]);
    await board.until(
      () => Promise.all(writers.map((writer) => board.texts(writer, 'note'))),
      (texts) => texts.flat().length === STEPS.tbnested,
    );
    expect(await board.runs()).toEqual(writers.toSorted());
    for (const writer of writers) await expectWritten(board, writer, events.tbnested);
    expect(board.output).not.toMatch(/Traceback/);
  });

  it('have each number of their event files once, under one tag, in files of their own', async () => {
    for (const id of IDS) {
      const home = `${PROJECT}/${RUNS[id].name}`;
      const document = JSON.parse(`${await served.read(`${home}/run.json`)}`) as RunDocument;
      const own = id === 'tbnested' ? ['global_step', 'own'] : ['global_step'];
      const tags = document.series.map(({ tag }) => tag);
      expect(tags.toSorted()).toEqual([...own, ...tagsOf(id)].toSorted());
      const file = await served.read(`${home}/${document.eventFile.name}`);
      const scalars = scalarsOf(readEvents(file));
      expectNumbers(id, events[id], (tag) => scalars.get(tag) ?? []);
    }
  });

  it('have them once in the data provider as well', async () => {
    await using board = await TensorBoard.asking(await served.grpcAddress(), ALL_POINTS);
    const scalars = await board.scalarTags();
    for (const id of IDS) {
      const { name } = RUNS[id];
      const shown = await shownMedia(board, name, new Set(events[id].flatMap(({ digests }) => digests)));
      const others = [shown.images, shown.histograms, shown.texts].flatMap((of) => Object.keys(of));
      const tags = [...(scalars[name] ?? []), ...others].filter((tag) => !tag.startsWith('system/'));
      expect(tags.toSorted()).toEqual(expect.arrayContaining(tagsOf(id)));
      expect(new Set(tags).size).toBe(tags.length);
      const points = new Map<string, Points>();
      for (const tag of tagsOf(id, ['loss', 'score']))
        points.set(
          tag,
          (await board.scalars(name, tag)).map(([, step, value]) => [step, Number(value)]),
        );
      expectNumbers(id, events[id], (tag) => points.get(tag) ?? []);
    }
  });
}

interface RunDocument {
  readonly eventFile: { readonly name: string };
  readonly series: readonly { readonly tag: string }[];
}

/** What the SDK takes over from event files: all but texts. */
function tagsOf(id: RunId, tags = ['loss', 'score', 'weights', 'sample']): string[] {
  return RUNS[id].writers.flatMap((writer) => tags.map((tag) => tagIn(writer, tag)));
}

function tagIn(writer: string, tag: string): string {
  return writer === '' ? tag : `${writer}/${tag}`;
}

/** In a run's own series: numbers of its writers, by the steps that these gave them. */
function expectNumbers(id: RunId, events: readonly Written[], shown: (tag: string) => Points): void {
  let count = 0;
  for (const writer of RUNS[id].writers) {
    for (const tag of ['loss', 'score']) {
      const points = pointsOf(events, writer, tag, ({ value }) => Math.fround(numberOf(value)));
      expect([writer, tag, shown(tagIn(writer, tag))]).toEqual([writer, tag, points]);
      count += points.length;
    }
  }
  expect(count).toBe(2 * STEPS[id]);
}

/** In a TensorBoard that reads the files of a writer: everything. */
async function expectWritten(board: TensorBoard, writer: string, events: readonly Written[]): Promise<void> {
  const wanted = (tag: string, told: (event: Written) => unknown) => pointsOf(events, writer, tag, told);
  const shown = await shownMedia(board, writer, new Set(events.flatMap(({ digests }) => digests)));
  const counts = (shown.histograms['weights'] ?? []).map(([step, buckets]) => [
    step,
    buckets.map((bucket) => bucket[2]),
  ]);
  expect(counts).toEqual(wanted('weights', ({ value }) => value));
  expect(shown.images['sample']).toEqual(
    wanted('sample', ({ digests }) => digests.map((digest) => `image/png ${digest}`)),
  );
  expect(shown.texts['note']).toEqual(wanted('note', ({ value }) => [value]));
  for (const tag of ['loss', 'score']) {
    const points = (await board.scalars(writer, tag)).map(([, step, value]) => [step, Number(value)]);
    expect(points).toEqual(wanted(tag, ({ value }) => Math.fround(numberOf(value))));
  }
}

function pointsOf(
  events: readonly Written[],
  writer: string,
  tag: string,
  told: (event: Written) => unknown,
): Points {
  const own = events.filter((event) => event.writer === writer && event.tag === tag);
  return own.map((event) => [event.step, told(event)]);
}

function numberOf(value: Written['value']): number {
  return Number(typeof value === 'object' && 'float' in value ? value.float : value);
}

async function writtenIn(truth: string, id: RunId): Promise<readonly Written[]> {
  const lines = (await readFile(join(truth, `${id}.jsonl`), 'utf8')).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Written).filter(({ kind }) => kind === 'event');
}

/** Digests by path below a folder. */
async function filesBelow(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((file) => join(file.parentPath, file.name));
  const digests = files
    .toSorted()
    .map(async (file) => [relative(folder, file), digestOf(await readFile(file))] as const);
  return new Map(await Promise.all(digests));
}
