/**
 * Media that the real SDK logged, shown by the real TensorBoard: histograms, pictures, sounds, texts, curves, meshes and
 * graphs are those that the run's log and the files beside it tell, through every door and from a server too.
 * @module
 */

import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TemporaryFolder, temporaryFolder } from '../support/local-runs.ts';
import { digestOf, mediaLogIn, mediaTruth, type ShownMedia } from '../support/media-truth.ts';
import { MOUNTING_MISSING } from '../support/mounting.ts';
import { PYTHON, PYTHON_MISSING } from '../support/python.ts';
import { copyRecordedRuns, type RecordedRuns } from '../support/recorded-runs.ts';
import { type ServedRuns, serveRuns } from '../support/served-runs.ts';
import { bytesAt, shownMedia } from '../support/shown-media.ts';
import { TensorBoard } from '../support/tensorboard.ts';
import { until } from '../support/waiting.ts';
import { startWandbServer, uploadRuns, type WandbServer } from '../support/wandb-server/index.ts';

const RUN = 'media';
const PROJECT = 'acme/research';
/** A server that is some way off. */
const LATENCY_MS = 20;
const RUST = ['--load_fast', 'true'];
const PYTHON_LOADER = ['--load_fast', 'false'];
const IMAGES = '/data/plugin/images';

describe.skipIf(PYTHON_MISSING !== null)('media of the real SDK in the real TensorBoard', () => {
  let folder: TemporaryFolder;
  let recorded: RecordedRuns;
  let local: ServedRuns;
  let server: WandbServer;
  let cloud: ServedRuns;
  let truth: ShownMedia;
  let files: ReadonlySet<string>;

  beforeAll(async () => {
    folder = await temporaryFolder();
    recorded = await copyRecordedRuns(folder.path, ['media']);
    const log = await mediaLogIn(recorded.wandb);
    server = await startWandbServer();
    const mounting = MOUNTING_MISSING === null ? ['--mount', mountPoint()] : [];
    local = await serveRuns(recorded.wandb, join(folder.path, 'local'), ['--grpc-port', '0', ...mounting]);
    [truth, files] = await Promise.all([
      mediaTruth(log),
      digestsBelow(join(dirname(log), 'files', 'media')),
      uploadRuns(server, recorded.wandb, { python: PYTHON }),
    ]);
    server.latencyMs = LATENCY_MS;
    cloud = await serveCloud('cloud');
  });

  afterAll(async () => {
    await cloud?.[Symbol.asyncDispose]();
    await local?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  const mountPoint = () => join(folder.path, 'mnt');
  /** One that has fetched nothing yet. */
  const serveCloud = (name: string) =>
    serveRuns(PROJECT, join(folder.path, name), ['--base-url', server.url, '--grpc-port', '0'], {
      WANDB_API_KEY: server.apiKey,
    });

  /** Everything there is in a TensorBoard, once it has read that. */
  async function expectTruth(board: TensorBoard): Promise<void> {
    // What a run tells at its exit stands behind everything else.
    await board.until(
      () => board.texts(RUN, 'wandb/overview'),
      (texts) => texts.some(({ text }) => text.includes('finished')),
    );
    expect(sorted(await shownMedia(board, RUN, files))).toEqual(sorted(truth));
    expect(board.output).not.toMatch(/Traceback/);
  }

  /** A copy of what is read to its end, which takes a moment. */
  async function wholeCopyOf(served: ServedRuns): Promise<string> {
    const copy = join(folder.path, 'copy');
    const isWhole = async () => {
      await served.copy(PROJECT, copy);
      const names = (await readdir(join(copy, RUN))).filter((name) => name.includes('tfevents'));
      const files = await Promise.all(names.map((name) => readFile(join(copy, RUN, name))));
      return files.some((file) => file.includes('finished'));
    };
    await until(isWhole, 'the whole event file');
    return copy;
  }

  it('are of every kind', () => {
    const counts = Object.entries(truth).map(([part, tags]) => [part, Object.keys(tags).length]);
    expect(Object.fromEntries(counts)).toEqual({
      ...{ histograms: 4, images: 7, audio: 2, texts: 21, curves: 2, meshes: 5, graphs: 1 },
    });
    expect(files.size).toBeGreaterThan(60);
  });

  describe.concurrent('are shown as logged', () => {
    it.skipIf(MOUNTING_MISSING !== null)('by the Rust loader, on a mount', async () => {
      await using board = await TensorBoard.start(join(mountPoint(), PROJECT), RUST);
      await expectTruth(board);
      expect(board.hasDataServer).toBe(true);
    });

    it('by the Python loader, over WebHDFS', async () => {
      await using board = await TensorBoard.start(
        `webhdfs://127.0.0.1:${local.port}/${PROJECT}`,
        PYTHON_LOADER,
      );
      await expectTruth(board);
    });

    it('by the data server', async () => {
      await using board = await TensorBoard.asking(await local.grpcAddress());
      await expectTruth(board);
    });

    it('by the data server, from a W&B server', async () => {
      await using board = await TensorBoard.asking(await cloud.grpcAddress());
      await expectTruth(board);
    });

    it('by the Rust loader on a copy, from a W&B server', async () => {
      await using board = await TensorBoard.start(await wholeCopyOf(cloud), RUST);
      await expectTruth(board);
    });
  });

  it('have boxes and masks where they were drawn, and nowhere else', async () => {
    await using board = await TensorBoard.asking(await local.grpcAddress());
    const samples = await Promise.all(['0', '1'].map((sample) => pixelsOf(board, sample)));
    const [drawn, plain] = samples as [Buffer, Buffer];
    const isDrawn = (x: number, y: number) => differs(drawn, plain, { x, y });
    // make-runs.py: a mask from 40, 100 to 160, 200, and a box from 128, 24 to 288, 144.
    expect([isDrawn(60, 180), isDrawn(128, 60), isDrawn(200, 143)]).toEqual([true, true, true]);
    expect([isDrawn(5, 60), isDrawn(20, 150), isDrawn(200, 100), isDrawn(310, 60)]).not.toContain(true);
  });

  it('are fetched from a server when they are looked at, and no earlier', async () => {
    await using served = await serveCloud('lazy');
    server.requests.reset();
    const fetched = (folder = '') =>
      Object.keys(server.requests.downloads()).filter((name) => name.startsWith(`media001/media/${folder}`));
    const home = `${PROJECT}/${RUN}`;
    for (const path of [PROJECT, home, `${home}/@files/media`]) await served.list(path);
    expect(fetched()).toEqual([]);

    await using board = await TensorBoard.asking(await served.grpcAddress());
    await board.get('/data/plugins_listing');
    for (const plugin of ['histograms', 'images', 'audio', 'text'])
      await board.get(`/data/plugin/${plugin}/tags`);
    const [first] = await picturesOf(board, 'img', '0');
    const pictures = () => [...fetched('images/'), ...fetched('audio/'), ...fetched('videos/')];
    expect(pictures()).toEqual([]);

    for (let times = 0; times < 2; times++)
      await bytesAt(`${board.url}${IMAGES}/individualImage?${first!.query}`);
    expect(pictures()).toEqual([expect.stringMatching(/\/img_0_[0-9a-f]+\.png$/)]);
    expect(server.requests.downloads()[pictures()[0]!]).toBe(1);
  });

  it('are not fetched for the size of an event file, unless it depends on them', async () => {
    await using served = await serveCloud('sizes');
    server.requests.reset();
    const names = (await served.list(`${PROJECT}/${RUN}`)).map(({ name }) => name);
    for (const name of names) await statOf(served, `${PROJECT}/${RUN}/${name}`);
    const media = Object.keys(server.requests.downloads()).filter((name) => name.includes('/media/'));
    expect(media.filter((name) => !/\/(?:table|graph|object3D)\/|drawn/.test(name))).toEqual([]);
  });

  /** Pictures of a sample, in the order of steps. */
  async function picturesOf(board: TensorBoard, tag: string, sample: string) {
    const query = { run: RUN, tag, sample };
    return await board.get<readonly { readonly query: string }[]>(`${IMAGES}/images`, query);
  }

  async function pixelsOf(board: TensorBoard, sample: string): Promise<Buffer> {
    const [first] = await picturesOf(board, 'pictures/drawn', sample);
    const { bytes } = await bytesAt(`${board.url}${IMAGES}/individualImage?${first!.query}`);
    return await sharp(bytes).removeAlpha().raw().toBuffer();
  }
});

/** Of pictures that are 320 pixels wide. */
function differs(one: Buffer, other: Buffer, { x, y }: { readonly x: number; readonly y: number }): boolean {
  const at = 3 * (y * 320 + x);
  return !one.subarray(at, at + 3).equals(other.subarray(at, at + 3));
}

async function digestsBelow(path: string): Promise<ReadonlySet<string>> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const found = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return new Set(await Promise.all(found.map(async (file) => digestOf(await readFile(file)))));
}

/** Tags in the order of their names: every door has an order of its own. */
function sorted(media: ShownMedia): Record<string, [string, unknown][]> {
  const byName = (tags: object) => Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(Object.entries(media).map(([part, tags]) => [part, byName(tags)]));
}

async function statOf(served: ServedRuns, path: string): Promise<number> {
  const response = await fetch(`${served.url}/webhdfs/v1/${path}?op=GETFILESTATUS`);
  return ((await response.json()) as { FileStatus: { length: number } }).FileStatus.length;
}
