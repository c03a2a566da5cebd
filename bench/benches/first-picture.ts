/**
 * From the first question of TensorBoard about pictures to the bytes of one, through the data server and over a double of
 * W&B's backend, which holds the file and is late with everything.
 * @module
 */

import { join } from 'node:path';
import { Client, credentials } from '@grpc/grpc-js';
import { DATA_PROVIDER_CODECS } from '../../src/protobuf/index.ts';
import { DataProviderClient } from '../../test/support/data-provider-client.ts';
import { startWandbServer, type WandbServer } from '../../test/support/wandb-server/index.ts';
import type { Bench, Figure } from '../bench.ts';
import { DataServerProcess } from '../data-server-process.ts';
import { IMAGE_BYTES, IMAGE_KEY, imageJson, imageName, makeImage } from '../image-run.ts';
import { median } from '../median.ts';
import { clientVariables, DOUBLE_API_KEY, DOUBLE_ENTITY } from '../wandb-double.ts';
import type { Workshop } from '../workshop.ts';

const LATENCY_MS = 50;
const STEPS = 1000;
const ROUNDS = 7;
const PROJECT = 'pictures';
/** As many points of a series as TensorBoard asks for. */
const POINTS = 10;
const METRIC = 'loss';

export const firstPicture: Bench = {
  name: 'first-picture',
  title: `a picture of ${IMAGE_BYTES / 1e6} MB of a double of W&B that answers after ${LATENCY_MS} ms`,
  run,
};

async function* run(workshop: Workshop): AsyncIterable<Figure> {
  // In this process, which waits meanwhile, so that its requests can be counted.
  await using double = await startWandbServer({
    ...{ apiKey: DOUBLE_API_KEY, entity: DOUBLE_ENTITY, latencyMs: LATENCY_MS },
  });
  logRun(double);
  const cacheDir = workshop.diskFolder();
  const start = () => startDataServer(workshop, double, cacheDir);
  await readHistory(start);
  const looks: Look[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await using server = await start();
    looks.push(await look(server, double));
  }
  yield* figures(looks);
}

function* figures(looks: readonly Look[]): Iterable<Figure> {
  const middle = (of: (look: Look) => number) => median(looks.map(of));
  const ms = { unit: 'ms', better: 'less', peer: null, goal: null } as const;
  const what = 'ListBlobSequences, ReadBlobSequences, and the first bytes of ReadBlob';
  yield { ...ms, what, ours: middle(({ firstMs }) => firstMs), goal: { value: 300 } };
  yield { ...ms, what: '… until the keys are there', ours: middle(({ keysMs }) => keysMs) };
  yield { ...ms, what: '… until the picture is whole', ours: middle(({ wholeMs }) => wholeMs) };
  const requests = middle(({ requests: count }) => count);
  yield { ...ms, unit: 'requests', what: '… asked of the server for it', ours: requests };
  yield { ...ms, what: 'ReadBlob of another picture', ours: middle(({ nextMs }) => nextMs) };
  yield { ...ms, what: 'ReadBlob of the first again', ours: middle(({ againMs }) => againMs) };
}

/** Milliseconds from the first question on, but for the last two, which count from their own. */
interface Look {
  readonly keysMs: number;
  readonly firstMs: number;
  readonly wholeMs: number;
  readonly requests: number;
  readonly nextMs: number;
  readonly againMs: number;
}

async function look({ address }: DataServerProcess, double: WandbServer): Promise<Look> {
  using client = new DataProviderClient(address);
  const pluginFilter = { pluginName: 'images' };
  while (((await client.call('ListRuns', {})).runs ?? []).length === 0);
  double.requests.reset();
  const startMs = performance.now();
  await client.call('ListBlobSequences', { pluginFilter });
  const { runs = [] } = await client.call('ReadBlobSequences', {
    pluginFilter,
    downsample: { numPoints: POINTS },
  });
  const keysMs = performance.now() - startMs;
  // TensorBoard skips width and height.
  const keys = (runs[0]?.tags?.[0]?.data?.values ?? []).map(({ blobRefs }) => blobRefs?.[2]?.blobKey ?? '');
  const [first, next] = [keys.at(-1), keys.at(0)];
  if (first === undefined || next === undefined) throw new Error('the data server has no pictures');
  const picture = await readBlob(address, first);
  const requests = double.requests.count();
  const another = await readBlob(address, next);
  const again = await readBlob(address, first);
  const [firstMs, wholeMs] = [keysMs + picture.firstMs, keysMs + picture.wholeMs];
  return { keysMs, firstMs, wholeMs, requests, nextMs: another.wholeMs, againMs: again.wholeMs };
}

/** Milliseconds until the first of its bytes are there, and until all are. */
async function readBlob(address: string, blobKey: string): Promise<{ firstMs: number; wholeMs: number }> {
  const { request, response } = DATA_PROVIDER_CODECS.ReadBlob;
  const client = new Client(address, credentials.createInsecure());
  const startMs = performance.now();
  const call = client.makeServerStreamRequest(
    '/tensorboard.data.TensorBoardDataProvider/ReadBlob',
    () => Buffer.from(request.encode({ blobKey })),
    (bytes: Buffer) => response.decode(bytes),
    {},
  );
  let firstMs: number | undefined;
  let bytes = 0;
  for await (const { data } of call) {
    firstMs ??= performance.now() - startMs;
    bytes += data?.length ?? 0;
  }
  const wholeMs = performance.now() - startMs;
  client.close();
  if (bytes !== IMAGE_BYTES || firstMs === undefined) throw new Error(`a picture of ${bytes} bytes`);
  return { firstMs, wholeMs };
}

/** A run that has ended, with a picture at each step, all of the same bytes. */
function logRun({ store }: WandbServer): void {
  const rows = Array.from({ length: STEPS }, (_, step) => {
    const picture = JSON.parse(imageJson(step)) as Record<string, string | number>;
    return {
      _step: step,
      _timestamp: 1_700_000_000 + step,
      [METRIC]: Math.sin(step / 100),
      [IMAGE_KEY]: picture,
    };
  });
  const one = store
    .project(DOUBLE_ENTITY, PROJECT)
    .addRun({ id: 'run-0', createdAt: 1_700_000_000_000, rows });
  const bytes = makeImage();
  for (let step = 0; step < STEPS; step++) one.addFile(imageName(step), bytes);
  one.finish();
  one.history.statistics();
}

/** Until a metric is there, and with it all of history: it is cached from then on. */
async function readHistory(start: () => Promise<DataServerProcess>): Promise<void> {
  await using server = await start();
  await server.untilComplete(METRIC, 1, STEPS - 1);
  await untilPictures(server);
}

/** Pictures of a run are known once its rows were read. */
async function untilPictures({ address }: DataServerProcess): Promise<void> {
  using client = new DataProviderClient(address);
  const pluginFilter = { pluginName: 'images' };
  while (((await client.call('ListBlobSequences', { pluginFilter })).runs ?? []).length === 0);
}

async function startDataServer(
  workshop: Workshop,
  double: WandbServer,
  cacheDir: string,
): Promise<DataServerProcess> {
  const folder = workshop.diskFolder();
  const variables = { ...clientVariables(double.url, folder), WANDB_LOGDIR_CACHE_DIR: cacheDir };
  return await DataServerProcess.start({
    command: [process.execPath, workshop.dataServer],
    logdir: `wandb:${DOUBLE_ENTITY}/${PROJECT}`,
    portFile: join(folder, 'port'),
    variables,
  });
}
