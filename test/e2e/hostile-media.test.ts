/**
 * Media that the real SDK logged under keys that climb, are absolute, are no names of files everywhere, or are nearly too long
 * for one: every picture and table is shown, from a folder and from a server, and nothing is served that is no file of the run.
 * @module
 */

import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogdirTree } from '../../src/tree/index.ts';
import { treeThroughMount } from '../contract/mount.ts';
import { buildHouse, eventPath, type House, readWhole, signal } from '../support/house.ts';
import { ask } from '../support/http-door.ts';
import { localSource, type TemporaryFolder, temporaryFolder } from '../support/local-runs.ts';
import { type ByTag, digestOf } from '../support/media-truth.ts';
import { MOUNTING_MISSING, mountTree } from '../support/mounting.ts';
import { PYTHON, PYTHON_MISSING } from '../support/python.ts';
import { copyRecordedRuns } from '../support/recorded-runs.ts';
import { IS_FULL } from '../support/scale.ts';
import { type ServedRuns, serveRuns } from '../support/served-runs.ts';
import { shownMedia } from '../support/shown-media.ts';
import { TensorBoard } from '../support/tensorboard.ts';
import { startWandbServer, uploadRuns } from '../support/wandb-server/index.ts';

const PROJECT = 'acme/hostile';
const RUN = 'hostile media';
const HOME = `${PROJECT}/${RUN}`;
/** Of the keys in make-runs.py the SDK takes pictures under 35, each with a list of two beside, and tables under 32. */
const PICTURES = { rows: 70, files: 105 };
const TABLES = 32;
const SECRET = 'nobody may read this';
/** From below the run's directory to what lies above, as a careless server would take it. */
const CLIMBS = ['..', '%2e%2e', '.%2E', '..%2f.', '..%5c..', '..\\..', '%252e%252e', '%2f', '%00/..'];

type Origin = 'folder' | 'server';

const tooMuch = IS_FULL ? null : 'at full scale only';
/** How TensorBoard comes to the run, and why it is not tried. */
const WAYS: readonly (readonly [door: 'mount' | 'gRPC', skipped: string | null])[] = [
  ['mount', MOUNTING_MISSING ?? tooMuch],
  ['gRPC', null],
];

/** A row that make-runs.py handed to the SDK, with digests of its pictures or words of its table. */
interface Offered {
  readonly kind: string;
  readonly step: number;
  readonly values: Readonly<Record<string, unknown>>;
  readonly digests: readonly string[];
  readonly words?: string;
}

interface RunDocument {
  readonly history: { readonly rows: number };
  readonly series: readonly { readonly key: string; readonly points: number }[];
  readonly notShown: readonly { readonly type: string; readonly reason: string }[];
}

for (const origin of ['folder', 'server'] as const) {
  const skipped = PYTHON_MISSING ?? (origin === 'folder' ? null : tooMuch);
  const title = `media under hostile keys, of a ${origin}`;
  describe.skipIf(skipped !== null)(skipped === null ? title : `${title} (skipped: ${skipped})`, () => {
    testOrigin(origin);
  });
}

function testOrigin(origin: Origin): void {
  const parts: AsyncDisposable[] = [];
  let folder: TemporaryFolder;
  let rows: readonly Offered[];
  let saved: string;
  let served: ServedRuns;

  beforeAll(async () => {
    folder = await temporaryFolder();
    parts.push(folder);
    const { wandb, truth } = await copyRecordedRuns(folder.path, ['hostmedia']);
    rows = takenRows(await readFile(join(truth, 'hostmedia.jsonl'), 'utf8'));
    saved = await savedFilesIn(wandb);
    served = await (origin === 'folder' ? serve(wandb) : serveFromServer(wandb));
    parts.push(served);
  });

  afterAll(async () => {
    for (const part of parts.toReversed()) await part[Symbol.asyncDispose]();
  });

  const mountPoint = () => join(folder.path, 'mnt');

  async function serve(source: string, words: readonly string[] = [], variables = {}): Promise<ServedRuns> {
    const mounting = MOUNTING_MISSING === null ? ['--mount', mountPoint()] : [];
    const all = ['--grpc-port', '0', ...mounting, ...words];
    return await serveRuns(source, join(folder.path, 'served'), all, variables);
  }

  async function serveFromServer(wandb: string): Promise<ServedRuns> {
    const server = await startWandbServer();
    parts.push(server);
    await uploadRuns(server, wandb, { python: PYTHON });
    return await serve(PROJECT, ['--base-url', server.url], { WANDB_API_KEY: server.apiKey });
  }

  // The Rust loader of the mount gives no picture of a tag that JSON escapes: it can't read its own blob keys then.
  describe.concurrent('are all shown', () => {
    for (const [door, skipped] of WAYS) {
      const title = `through ${door}`;
      it.skipIf(skipped !== null)(skipped === null ? title : `${title} (skipped: ${skipped})`, async () => {
        await using board =
          door === 'mount'
            ? await TensorBoard.start(join(mountPoint(), PROJECT), ['--load_fast', 'false'])
            : await TensorBoard.asking(await served.grpcAddress());
        await expectShown(board, rows, served);
      });
    }
  });

  it('are in run.json, each key once, and nothing of them is lost', async () => {
    const { history, series, notShown } = documentOf(await served.read(`${HOME}/run.json`));
    expect(history.rows).toBe(PICTURES.rows + TABLES);
    const keys = rows.flatMap(({ values }) => Object.keys(values));
    const told = series.map(({ key, points }) => `${key}: ${points}`);
    expect(told.toSorted()).toEqual(keys.map((key) => `${key}: 1`).toSorted());
    // Of records, which a server does not count.
    expect(notShown.map(({ type }) => type)).toEqual(origin === 'folder' ? ['file', 'artifact'] : []);
  });

  it('open no way out of the directory of the run', async () => {
    const places = [dirname(saved), dirname(dirname(saved)), folder.path];
    for (const place of places) await writeFile(join(place, 'secret.txt'), SECRET);
    const server = { ...served, isPublic: false, publicUrls: [] };
    const home = HOME.replace(' ', '%20');
    for (const path of climbingPaths(home)) {
      const { status, body } = await ask(server, path);
      expect([path, status >= 400, body.includes(SECRET)]).toEqual([path, true, false]);
    }
    const { status } = await ask(server, `/logdir/${home}/@files/requirements.txt`);
    expect(status).toBe(200);
  });
}

describe.skipIf(PYTHON_MISSING !== null)('files of media under hostile keys', () => {
  it('are below @files, each of them, and nobody else has any there', async () => {
    await using folder = await temporaryFolder();
    await using house = await houseIn(folder);
    const own = await digestsOf(treeThroughMount(house.saved), 'media');
    expect(own.length).toBe(PICTURES.files + TABLES);
    expect(await digestsOf(house.tree, `${HOME}/@files/media`)).toEqual(own);
    if (MOUNTING_MISSING !== null) return;
    await using mount = await mountTree(house.tree);
    expect(await digestsOf(treeThroughMount(mount.directory), `${HOME}/@files/media`)).toEqual(own);
  });

  it('are named in run.json where they are lost, and nothing takes their place', async () => {
    await using folder = await temporaryFolder();
    await using house = await houseIn(folder);
    const images = join(house.saved, 'media/images');
    const entries = await readdir(images, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((file) => join(file.parentPath, file.name));
    const contents = await Promise.all(files.map((file) => readFile(file)));
    const isGone = (_: unknown, i: number) => i % 5 === 0;
    const gone = files.filter(isGone);
    await Promise.all(gone.map((file) => rm(file)));
    const shown = await readWhole(house.tree, await eventPath(house.tree, HOME));
    expect(contents.map((bytes) => !shown.includes(bytes))).toEqual(files.map(isGone));
    const { notShown } = documentOf(await readWhole(house.tree, `${HOME}/run.json`));
    const lost = notShown.filter(({ type }) => type === 'lost').map(({ reason }) => pathIn(reason));
    expect(lost.length).toBe(PICTURES.files / 5);
    expect(lost.toSorted()).toEqual(gone.map(pathIn).toSorted());
  });
});

/** All pictures and tables, each at its step, and none beside. Tables open where their texts say. */
async function expectShown(board: TensorBoard, rows: readonly Offered[], served: ServedRuns): Promise<void> {
  // What a run tells at its exit stands behind everything else.
  await board.until(
    () => board.texts(RUN, 'wandb/overview'),
    (texts) => texts.some(({ text }) => text.includes('finished')),
  );
  const pictures = rows.filter(({ digests }) => digests.length > 0);
  const tables = rows.filter(({ words }) => words !== undefined);
  expect([pictures.length, tables.length]).toEqual([PICTURES.rows, TABLES]);
  const { images, texts } = await shownMedia(board, RUN, new Set(rows.flatMap(({ digests }) => digests)));
  // Had two keys one tag, it would have two pictures.
  expect([Object.keys(images).length, Object.keys(texts).length]).toEqual([PICTURES.rows, TABLES]);
  expect(byStep(images)).toEqual(
    pictures.map(({ step, digests }) => [step, digests.map((digest) => `image/png ${digest}`)]),
  );
  const shown = byStep(texts);
  expect(shown.map(([step, pieces]) => [step, pieces.find((text) => /^table \d+$/.test(text))])).toEqual(
    tables.map(({ step, words }) => [step, words]),
  );
  const places = shown.map(
    ([, pieces]) => /@files\/.*?(?= in the run.s directory|$)/m.exec(pieces.join('\n'))?.[0],
  );
  for (const [i, place] of places.entries())
    expect(`${await served.read(`${HOME}/${place}`)}`).toContain(tables[i]!.words);
  expect(board.output).not.toMatch(/Traceback/);
}

function byStep<T>(tags: ByTag<T>): (readonly [step: number, value: T])[] {
  const points = Object.values(tags).flat();
  return points.toSorted(([a], [b]) => a - b);
}

/** Requests for `secret.txt`, one directory up to six above some of the run. */
function climbingPaths(home: string): string[] {
  const homes = [`/logdir/${home}`, `/logdir/${home}/@files`, `/webhdfs/v1/${home}/@files/media/images/list`];
  const climbs = CLIMBS.flatMap((climb) =>
    [1, 2, 3, 4, 5, 6].map((times) => Array(times).fill(climb).join('/')),
  );
  return homes.flatMap((start) => climbs.map((climb) => `${start}/${climb}/secret.txt?op=OPEN`));
}

/** Rows that the SDK did not refuse, in the order of their steps. */
function takenRows(truth: string): readonly Offered[] {
  const lines = truth.trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Offered).filter(({ kind }) => kind === 'row');
}

/** A picture's, from the run's files down. */
function pathIn(text: string): string | undefined {
  return /media\/images\/.*\.png/s.exec(text)?.[0];
}

function documentOf(bytes: Buffer): RunDocument {
  return JSON.parse(`${bytes}`) as RunDocument;
}

/** Of a copy of the recording, with the folder that the SDK saved its files in. */
async function houseIn(folder: TemporaryFolder): Promise<House & { readonly saved: string }> {
  const { wandb } = await copyRecordedRuns(folder.path, ['hostmedia']);
  const house = await buildHouse({ sources: [localSource(wandb)] });
  return { ...house, saved: await savedFilesIn(wandb) };
}

/** The folder that the SDK saved the run's files in. */
async function savedFilesIn(wandb: string): Promise<string> {
  const [run = ''] = (await readdir(wandb)).filter((name) => name.endsWith('-hostmedia'));
  return join(wandb, run, 'files');
}

/** Of all files below a directory, sorted. */
async function digestsOf(tree: LogdirTree, path: string): Promise<readonly string[]> {
  const digests: string[] = [];
  for (const { kind, name } of await tree.list(path, { signal })) {
    const below = `${path}/${name}`;
    if (kind === 'directory') digests.push(...(await digestsOf(tree, below)));
    else digests.push(digestOf(await readWhole(tree, below)));
  }
  return digests.toSorted();
}
