/** The gRPC door, asked by a real client: every call, every filter, and what is refused. @module */

import { setTimeout as delay } from 'node:timers/promises';
import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogdirError, runKey } from '../../../src/core/index.ts';
import { createGeneralMethods } from '../../../src/frontends/grpc/general-methods.ts';
import { GENERAL_METHODS } from '../../../src/frontends/grpc/general-services.ts';
import { createGrpcFrontend } from '../../../src/frontends/grpc/index.ts';
import { silentLogger } from '../../../src/observability/index.ts';
import { DATA_PROVIDER_CODECS, hparamsCodec } from '../../../src/protobuf/index.ts';
import type { DataProvider } from '../../../src/series/index.ts';
import { buildHouse, type House } from '../../support/house.ts';
import { type GrpcDoor, grpcDoor, providerOver } from '../../support/provider.ts';
import { configRecord, exitRecord, factsRecord, row, text } from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

const RUN = runKey('team', 'vision', 'aaa');
const SCALARS = { pluginFilter: { pluginName: 'scalars' } };
const TEXT = { pluginFilter: { pluginName: 'text' } };
const HPARAMS = { pluginFilter: { pluginName: 'hparams' } };
const POINTS = { downsample: { numPoints: 1000 } };

let source: ScriptedSource;
let house: House;
let provider: DataProvider;
let door: GrpcDoor;
beforeEach(async () => {
  source = new ScriptedSource();
  source.add(RUN, [
    factsRecord('alpha', 1.7e9),
    configRecord({ lr: 0.1 }),
    row(0, { loss: 1, 'value/nan': Number.NaN }),
    row(2 ** 40, { loss: 0.5, 'value/nan': Number.POSITIVE_INFINITY }, [text('note', 'größer')]),
    exitRecord(1),
  ]);
  house = await buildHouse({ sources: [source] });
  provider = providerOver(house);
  door = await grpcDoor(provider, house);
});
afterEach(async () => {
  await door[Symbol.asyncDispose]();
  await house[Symbol.asyncDispose]();
});

const refusal = async (asked: Promise<unknown>) =>
  await asked.then(
    () => null,
    ({ code, details }: ServiceError) => ({ code: status[code], details }),
  );

describe('a call', () => {
  it('tells of the experiment', async () => {
    await door.call('ListRuns', {});
    expect(await door.call('GetExperiment', {})).toEqual({
      dataLocation: 'script (1 run)',
      name: 'script',
      description: 'Weights & Biases runs, shown by wandb-logdir',
      creationTime: { seconds: 1.7e9 },
    });
  });

  it('lists plugins and runs', async () => {
    expect((await door.call('ListPlugins', {})).plugins).toEqual([
      { name: 'scalars' },
      { name: 'text' },
      { name: 'hparams' },
    ]);
    expect(await door.call('ListRuns', {})).toEqual({ runs: [{ name: 'alpha', startTime: 1.7e9 }] });
  });

  it('lists scalars as TensorBoard takes them', async () => {
    const { runs } = await door.call('ListScalars', SCALARS);
    expect(runs?.map(({ runName }) => runName)).toEqual(['alpha']);
    expect(runs?.[0]?.tags?.find(({ tagName }) => tagName === 'loss')).toEqual({
      tagName: 'loss',
      metadata: {
        maxStep: 2 ** 40,
        maxWallTime: 1.7e9 + 2 ** 40,
        summaryMetadata: { pluginData: { pluginName: 'scalars' }, dataClass: 1 },
      },
    });
  });

  it('reads scalars side by side, whatever the values', async () => {
    const { runs } = await door.call('ReadScalars', { ...SCALARS, ...POINTS });
    const data = Object.fromEntries(runs?.[0]?.tags?.map(({ tagName, data: held }) => [tagName, held]) ?? []);
    expect(data['loss']).toEqual({ step: [0, 2 ** 40], wallTime: [1.7e9, 1.7e9 + 2 ** 40], value: [1, 0.5] });
    expect(data['value/nan']?.value).toEqual([Number.NaN, Number.POSITIVE_INFINITY]);
  });

  it('reads texts as string tensors of rank 0', async () => {
    const filter = { runTagFilter: { tags: { names: ['note'] } } };
    expect((await door.call('ListTensors', { ...TEXT, ...filter })).runs?.[0]?.tags).toHaveLength(1);
    const { runs } = await door.call('ReadTensors', { ...TEXT, ...POINTS, ...filter });
    const value = runs?.[0]?.tags?.[0]?.data?.value?.[0];
    expect({ ...value, stringVal: String(value?.stringVal?.[0]) }).toEqual({
      dtype: 7,
      tensorShape: {},
      stringVal: 'größer',
    });
  });

  it('lists sessions with all there is to them in the metadata', async () => {
    const { runs } = await door.call('ListTensors', HPARAMS);
    const content = (name: string) => {
      const tag = runs?.[0]?.tags?.find(({ tagName }) => tagName === `_hparams_/${name}`);
      expect(tag?.metadata?.summaryMetadata?.pluginData?.pluginName).toBe('hparams');
      return hparamsCodec.decode(tag?.metadata?.summaryMetadata?.pluginData?.content ?? new Uint8Array());
    };
    expect(content('session_start_info').sessionStartInfo).toEqual({
      hparams: { lr: { numberValue: 0.1 } },
      startTimeSecs: 1.7e9,
    });
    expect(content('session_end_info').sessionEndInfo).toEqual({ status: 2, endTimeSecs: 1.7e9 + 2 ** 40 });
    const read = await door.call('ReadTensors', { ...HPARAMS, ...POINTS });
    expect(read.runs?.[0]?.tags?.map(({ data }) => data?.value?.[0]?.tensorShape)).toEqual([
      { dim: [{}] },
      { dim: [{}] },
    ]);
  });

  it('finds nothing of plugins that no run has anything for', async () => {
    const images = { pluginFilter: { pluginName: 'images' } };
    expect(await door.call('ListScalars', images)).toEqual({});
    expect(await door.call('ReadScalars', { ...images, ...POINTS })).toEqual({});
    expect(await door.call('ListTensors', images)).toEqual({});
    expect(await door.call('ReadTensors', { ...images, ...POINTS })).toEqual({});
    expect(await door.call('ListBlobSequences', images)).toEqual({});
    expect(await door.call('ReadBlobSequences', { ...images, ...POINTS })).toEqual({});
  });
});

describe('filters', () => {
  const read = async (runTagFilter?: object) =>
    (await door.call('ReadScalars', { ...SCALARS, ...POINTS, ...(runTagFilter && { runTagFilter }) })).runs ??
    [];

  it('that are absent select all, and those without names nothing', async () => {
    expect(await read()).toHaveLength(1);
    expect(await read({})).toHaveLength(1);
    expect(await read({ runs: {} })).toHaveLength(0);
    expect(await read({ tags: {} })).toHaveLength(0);
  });

  it('with unknown names leave those out, and a run without the tag too', async () => {
    expect(await read({ runs: { names: ['alpha', 'omega'] } })).toHaveLength(1);
    expect(await read({ tags: { names: ['loss', 'no such'] } })).toEqual([
      { runName: 'alpha', tags: [expect.objectContaining({ tagName: 'loss' })] },
    ]);
    expect(await read({ tags: { names: ['no such'] } })).toEqual([]);
  });
});

describe('an experiment', () => {
  it('is the same by the two names TensorBoard has for it, and there is no other', async () => {
    expect(await door.call('ListRuns', { experimentId: 'defaultExperimentId' })).toEqual(
      await door.call('ListRuns', { experimentId: '' }),
    );
    for (const name of ['GetExperiment', 'ListPlugins', 'ListRuns'] as const) {
      expect(await refusal(door.call(name, { experimentId: 'other' }))).toMatchObject({ code: 'NOT_FOUND' });
    }
    const asked = door.call('ReadScalars', { ...SCALARS, ...POINTS, experimentId: 'other' });
    expect(await refusal(asked)).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('what is wrong is refused with a sentence', () => {
  it('no plugin, no downsampling, a negative one', async () => {
    expect(await refusal(door.call('ListScalars', {}))).toEqual({
      code: 'INVALID_ARGUMENT',
      details: 'plugin_filter.plugin_name must be given',
    });
    expect(await refusal(door.call('ReadScalars', SCALARS))).toEqual({
      code: 'INVALID_ARGUMENT',
      details: 'downsample must be given',
    });
    const negative = { ...SCALARS, downsample: { numPoints: -1 } };
    expect(await refusal(door.call('ReadScalars', negative))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await refusal(door.call('ReadBlobSequences', TEXT))).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it.each(['', 'garbage', '../../etc/passwd', Buffer.from('["","alpha","x",0,0]').toString('base64url')])(
    'the blob key %j',
    async (blobKey) => {
      expect(await streamed(door.server.address, blobKey)).toBe('NOT_FOUND');
    },
  );

  it('trouble with a source, by its kind', async () => {
    const troubled = { ...provider };
    for (const [code, expected] of [
      ['unavailable', 'UNAVAILABLE'],
      ['rate-limited', 'UNAVAILABLE'],
      ['permission-denied', 'PERMISSION_DENIED'],
      ['not-found', 'NOT_FOUND'],
      ['exhausted', 'RESOURCE_EXHAUSTED'],
      ['corrupt', 'DATA_LOSS'],
    ] as const) {
      const runs = async () => {
        throw new LogdirError(code, 'because');
      };
      await using other = await grpcDoor({ ...troubled, runs } as DataProvider, house);
      expect(await refusal(other.call('ListRuns', {}))).toEqual({ code: expected, details: 'because' });
    }
  });

  it('and what nobody foresaw without its details', async () => {
    const runs = async () => {
      throw new TypeError('secret detail');
    };
    await using other = await grpcDoor({ ...provider, runs } as DataProvider, house);
    const refused = await refusal(other.call('ListRuns', {}));
    expect(refused).toMatchObject({ code: 'INTERNAL' });
    expect(refused?.details).not.toContain('secret');
  });
});

describe('a blob', () => {
  it('is sent in as many pieces as it comes in', async () => {
    const readBlob = async function* () {
      for (let i = 0; i < 100; i++) yield Buffer.alloc(100_000, i);
    };
    await using other = await grpcDoor({ ...provider, readBlob } as DataProvider, house);
    const pieces: Buffer[] = [];
    expect(await streamed(other.server.address, 'key', pieces)).toBe('OK');
    const data = pieces.map((piece) => DATA_PROVIDER_CODECS.ReadBlob.response.decode(piece).data);
    expect(data.map((bytes) => [bytes?.length, bytes?.[0] ?? 0])).toEqual(
      Array.from({ length: 100 }, (_, i) => [100_000, i]),
    );
  });

  it('whose file goes away ends with what went wrong', async () => {
    const readBlob = async function* () {
      yield Buffer.from('first');
      throw new LogdirError('not-found', 'the file is gone');
    };
    await using other = await grpcDoor({ ...provider, readBlob } as DataProvider, house);
    expect(await streamed(other.server.address, 'key')).toBe('NOT_FOUND');
  });
});

describe('the door', () => {
  it('tells a call that nobody waits for any more', async () => {
    let aborted = false;
    const runs = async ({ signal }: { signal: AbortSignal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      aborted = true;
      return [];
    };
    await using other = await grpcDoor({ ...provider, runs } as DataProvider, house);
    const waiting = new AbortController();
    const asked = refusal(other.call('ListRuns', {}, waiting.signal));
    await delay(100);
    waiting.abort();
    expect(await asked).toMatchObject({ code: 'CANCELLED' });
    await expect.poll(() => aborted).toBe(true);
  });

  it('answers ten thousand calls at a time', async () => {
    await door.call('ListScalars', SCALARS);
    const answers = await Promise.all(
      Array.from({ length: 10_000 }, () => door.call('ReadScalars', { ...SCALARS, ...POINTS })),
    );
    expect(answers.every(({ runs }) => runs?.[0]?.tags?.length === 2)).toBe(true);
  });

  it('counts calls by their outcome', async () => {
    await door.call('ListRuns', {});
    await refusal(door.call('ListScalars', {}));
    const { body } = await house.metrics.expose();
    expect(body).toContain('wandb_logdir_grpc_requests_total{method="ListRuns",status="OK"} 1');
    expect(body).toContain(
      'wandb_logdir_grpc_requests_total{method="ListScalars",status="INVALID_ARGUMENT"} 1',
    );
  });

  it('says which port is taken', async () => {
    const { port } = door.server;
    const again = createGrpcFrontend({ provider, logger: silentLogger(), metrics: house.metrics });
    const listening = again.listen({ host: '127.0.0.1', port, tls: null });
    await expect(listening).rejects.toThrow(`can't listen on 127.0.0.1:${port}`);
  });

  it('is healthy, and tells what can be called', async () => {
    expect(await rawCall(door.server.address, '/grpc.health.v1.Health/Check')).toEqual(Buffer.from([8, 1]));
    const [reflected] = await rawStream(
      door.server.address,
      '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
      [
        // list_services = 7: any text
        Buffer.from([0x3a, 1, 0x2a]),
      ],
    );
    expect(String(reflected)).toContain('tensorboard.data.TensorBoardDataProvider');
    const list = await rawCall(door.server.address, '/grpc.health.v1.Health/List');
    expect(String(list)).toContain('tensorboard.data.TensorBoardDataProvider');
  });

  it("has every method of gRPC's own services", async () => {
    expect(Object.keys(GENERAL_METHODS).sort()).toEqual([...(await createGeneralMethods()).keys()].sort());
  });
});

function rawCall(address: string, path: string): Promise<Buffer> {
  const client = new Client(address, credentials.createInsecure());
  return new Promise<Buffer>((resolve, reject) => {
    const same = (bytes: Buffer) => bytes;
    client.makeUnaryRequest(path, same, same, Buffer.alloc(0), (error, bytes) =>
      error === null ? resolve(bytes!) : reject(error),
    );
  }).finally(() => client.close());
}

async function rawStream(address: string, path: string, messages: readonly Buffer[]): Promise<Buffer[]> {
  const client = new Client(address, credentials.createInsecure());
  const same = (bytes: Buffer) => bytes;
  const call = client.makeBidiStreamRequest(path, same, same);
  const answers: Buffer[] = [];
  call.on('data', (bytes: Buffer) => answers.push(bytes));
  for (const message of messages) call.write(message);
  call.end();
  await new Promise((resolve, reject) => call.on('end', resolve).on('error', reject));
  client.close();
  return answers;
}

/** The status of ReadBlob. */
/** What a stream ends with; `pieces` takes what came before. */
async function streamed(address: string, blobKey: string, pieces: Buffer[] = []): Promise<string> {
  const client = new Client(address, credentials.createInsecure());
  const key = Buffer.from(blobKey);
  const message = Buffer.concat([Buffer.from([0x0a, key.length]), key]);
  const path = '/tensorboard.data.TensorBoardDataProvider/ReadBlob';
  const same = (bytes: Buffer) => bytes;
  const call = client.makeServerStreamRequest(path, same, same, message);
  const code = await new Promise<status>((resolve) => {
    call.on('error', (error: ServiceError) => resolve(error.code));
    call.on('end', () => resolve(status.OK));
    call.on('data', (piece: Buffer) => pieces.push(piece));
  });
  client.close();
  return status[code];
}
