/** What the double exports: files that hyparquet reads, in the shapes W&B's own exports have. @module */

import { asyncBufferFromUrl, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askGraphql, askRun } from '../../support/wandb-client.ts';
import {
  type ExportOptions,
  type JsonObject,
  type Run,
  startWandbServer,
  type WandbServer,
} from '../../support/wandb-server/index.ts';

const PATH = 'acme/vision/r';
let server: WandbServer;
let run: Run;
beforeEach(async () => {
  server = await startWandbServer({ shufflesParquetUrls: false });
  run = server.store.project('acme', 'vision').addRun({ id: 'r' });
});
afterEach(async () => await server[Symbol.asyncDispose]());

interface Exported {
  readonly parquetUrls: readonly string[];
  readonly liveData: readonly JsonObject[];
}

async function exported(liveKeys: readonly string[] = ['_step']): Promise<Exported> {
  const fields = `parquetHistory(liveKeys: ${JSON.stringify(liveKeys)}) { parquetUrls liveData }`;
  return (await askRun<{ parquetHistory: Exported }>(server, PATH, fields)).parquetHistory;
}

type Row = Record<string, unknown>;

/** Rows of a file, read over HTTP in ranges. Strings are strings, other bytes bytes. */
async function read(url: string): Promise<Row[]> {
  const file = await asyncBufferFromUrl({ url });
  return (await parquetReadObjects({ file, compressors, utf8: false })) as Row[];
}

async function readAll(): Promise<Row[][]> {
  const { parquetUrls } = await exported();
  return await Promise.all(parquetUrls.map(read));
}

async function exportOf(rows: readonly JsonObject[], options: ExportOptions = {}): Promise<Row[]> {
  run.append(rows);
  run.exports.exportHistory(options);
  const [only] = await readAll();
  return only!;
}

const text = (value: unknown) => new TextDecoder().decode(value as Uint8Array);

describe('a column', () => {
  it('of finite numbers is a double, and null where a row lacks it; so are step and times', async () => {
    const rows = await exportOf([{ loss: 1, _timestamp: 1.7e9 }, { acc: 2 }]);
    expect(rows[0]).toEqual({ _step: 0, _timestamp: 1.7e9, _runtime: 0, loss: 1, acc: null });
    const metadata = await parquetMetadataAsync(
      await asyncBufferFromUrl({ url: (await exported()).parquetUrls[0]! }),
    );
    const types = Object.fromEntries(metadata.schema.slice(1).map(({ name, type }) => [name, type]));
    expect(types).toEqual({
      _step: 'DOUBLE',
      _timestamp: 'DOUBLE',
      _runtime: 'DOUBLE',
      loss: 'DOUBLE',
      acc: 'DOUBLE',
    });
  });

  it('that ever held a number that is not finite is a struct of number and word', async () => {
    const rows = await exportOf([{ loss: 1 }, { loss: Number.NaN }, { loss: Number.NEGATIVE_INFINITY }, {}]);
    expect(rows.map(({ loss }) => loss)).toEqual([
      { _type_float64: 1, _type_utf8: null },
      { _type_float64: null, _type_utf8: 'NaN' },
      { _type_float64: null, _type_utf8: '-Infinity' },
      undefined,
    ]);
  });

  it('of mixed types is a struct with one member that is not null', async () => {
    const rows = await exportOf([
      { x: 1 },
      { x: 'one' },
      { x: true },
      { x: [1, 2] },
      { x: { _type: 'html-file', size: 3 } },
    ]);
    const held = rows.map(({ x }) =>
      Object.entries(x as Row).filter(([, value]) => value !== undefined && value !== null),
    );
    expect(held).toEqual([
      [['_type_float64', 1]],
      [['_type_utf8', 'one']],
      [['_type_bool', true]],
      [['_type_list', [1, 2]]],
      [['_type_struct', { _type: 'html-file', size: 3 }]],
    ]);
  });

  it('of a nested dict has a dotted name, beside a key that is its prefix', async () => {
    const [first, second] = await exportOf([{ a: { b: { c: 1 } } }, { a: 2 }]);
    expect([first!['a.b.c'], first!['a'], second!['a']]).toEqual([1, null, 2]);
  });

  it('of media is one struct, with every field of its kind', async () => {
    const image = { _type: 'image-file', path: 'media/a.png', size: 12 };
    const rows = await exportOf([
      { img: image },
      { img: { ...image, caption: 'c' } },
      { h: { _type: 'histogram', values: [1, 2], bins: [0, 1, 2] } },
    ]);
    expect(rows[0]!['img']).toEqual({ ...image, caption: null });
    expect(rows[1]!['img']).toEqual({ ...image, caption: 'c' });
    expect(rows[2]!['h']).toEqual({ _type: 'histogram', values: [1, 2], bins: [0, 1, 2] });
    expect(Object.keys(rows[2]!)).not.toContain('h._type');
  });

  it('of lists keeps mixed elements apart, and lists of dicts as structs', async () => {
    const [row] = await exportOf([{ mixed: [1, 'two', null], dicts: [{ a: 1 }, { b: 'x' }], empty: [] }]);
    expect(row!['mixed']).toEqual([
      { _type_float64: 1, _type_utf8: null },
      { _type_float64: null, _type_utf8: 'two' },
      undefined,
    ]);
    expect(row!['dicts']).toEqual([
      { a: 1, b: null },
      { a: null, b: 'x' },
    ]);
    expect(row!['empty']).toEqual([]);
  });

  it('that is too irregular is JSON in bytes; text is told from it by its type', async () => {
    const [row] = await exportOf(
      [{ deep: [[[[[[[1]]]]]]], forced: { _type: 'x', nan: Number.NaN }, plain: 'text' }],
      {
        jsonKeys: ['forced'],
      },
    );
    expect(text(row!['forced'])).toBe('{"_type":"x","nan":"NaN"}');
    expect(row!['plain']).toBe('text');
    let deep = row!['deep'];
    while (Array.isArray(deep)) deep = deep[0] as unknown;
    expect(text(deep)).toBe('[1]');
  });

  it('may have any name, and hold nothing at all', async () => {
    const [row] = await exportOf([
      { '': 1, 'a\u0000b': 2, 'é😀/x y': 3, none: null, __proto__x: 4, ['__proto__']: 5 },
    ]);
    expect([row!['a\u0000b'], row!['é😀/x y'], row!['none'], row!['__proto__x']]).toEqual([2, 3, null, 4]);
  });
});

describe('a file', () => {
  const ROWS = { count: 1000, columns: { loss: (index: number) => index / 2 } };

  it.each(['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'ZSTD'] as const)('is readable as %s', async (codec) => {
    run.append(ROWS);
    run.exports.exportHistory({ codec, rowGroupRows: 300 });
    const [rows] = await readAll();
    expect(rows!.map(({ loss }) => loss)).toEqual(Array.from({ length: 1000 }, (_, index) => index / 2));
    const metadata = await parquetMetadataAsync(
      await asyncBufferFromUrl({ url: (await exported()).parquetUrls[0]! }),
    );
    expect(metadata.row_groups.map(({ num_rows }) => Number(num_rows))).toEqual([300, 300, 300, 100]);
    expect(metadata.row_groups[0]!.columns[0]!.meta_data!.codec).toBe(codec);
  });

  it('stands beside others, each with the types of its own rows, and rows may repeat', async () => {
    run.append([{ loss: 1 }, { loss: 2 }, { loss: Number.NaN }, { loss: 4, acc: 5 }]);
    run.exports.exportHistory({ files: 2, repeatedRows: 1 });
    const [first, second] = await readAll();
    expect(first!.map(({ loss }) => loss)).toEqual([1, 2]);
    expect(second!.map(({ _step }) => _step)).toEqual([1, 2, 3]);
    expect(second![0]).toMatchObject({ loss: { _type_float64: 2 } });
    expect(first![0]).not.toHaveProperty('acc');
    expect(run.exports.historyFiles.map(({ name }) => name)).toEqual(['0000.parquet', '0001.parquet']);
  });

  it('may have the types of the whole run', async () => {
    run.append([{ loss: 1 }, { loss: Number.NaN }]);
    run.exports.exportHistory({ files: 2, typedBy: 'run' });
    const [first] = await readAll();
    expect(first![0]!['loss']).toMatchObject({ _type_float64: 1 });
  });

  it.each([
    ['reversed', [4, 3, 2, 1, 0]],
    ['shuffled', [1, 3, 0, 2, 4]],
  ] as const)('may be %s', async (order, expected) => {
    const rows = await exportOf(
      Array.from({ length: 5 }, () => ({ loss: 1 })),
      { order },
    );
    expect(rows.map(({ _step }) => _step)).toEqual(expected);
  });

  it('is listed in another order each time, unless told otherwise', async () => {
    await server[Symbol.asyncDispose]();
    server = await startWandbServer();
    run = server.store.project('acme', 'vision').addRun({ id: 'r' });
    run.append(ROWS);
    run.exports.exportHistory({ files: 8 });
    const orders = [await exported(), await exported(), await exported()];
    const paths = orders.map(({ parquetUrls }) => parquetUrls.map((url) => new URL(url).pathname).join());
    expect(new Set(paths).size).toBeGreaterThan(1);
  });

  it('has statistics when it holds history, and none when it holds events', async () => {
    run.append([{ loss: 1 }, {}]);
    run.appendEvents([{ 'system.cpu': 1, _timestamp: 1.7e9 }]);
    run.exports.exportHistory();
    run.exports.exportEvents();
    const [history] = run.exports.historyFiles;
    const [events] = run.exports.eventFiles;
    const statistics = async (bytes: Uint8Array, key: string) => {
      const buffer = Uint8Array.from(bytes).buffer;
      const file = {
        byteLength: buffer.byteLength,
        slice: (start: number, end?: number) => buffer.slice(start, end),
      };
      const { row_groups } = await parquetMetadataAsync(file);
      const columns = row_groups[0]!.columns.map(({ meta_data }) => meta_data!);
      return columns.find((column) => column.path_in_schema[0] === key)?.statistics;
    };
    expect(await statistics(history!.bytes, 'loss')).toMatchObject({ null_count: 1n });
    expect(await statistics(events!.bytes, 'system.cpu')).toBeUndefined();
  });
});

describe('live data', () => {
  it('is every row before anything is exported, with the keys asked for', async () => {
    run.append([{ loss: 1, a: { b: 2 } }, { loss: Number.NaN }]);
    expect(await exported(['_step', 'loss', 'a.b'])).toEqual({
      parquetUrls: [],
      liveData: [
        { _step: 0, loss: 1, 'a.b': 2 },
        { _step: 1, loss: 'NaN' },
      ],
    });
    expect((await exported(['a.b'])).liveData).toEqual([{ 'a.b': 2 }]);
  });

  it('goes on after an export that is older than a resume', async () => {
    run.append([{ loss: 1 }, { loss: 2 }]);
    run.finish();
    run.exports.exportHistory();
    run.append([{ loss: 3 }]);
    expect((await exported()).liveData).toEqual([{ _step: 2 }]);
    expect((await readAll()).flat().map(({ _step }) => _step)).toEqual([0, 1]);
    run.exports.exportHistory();
    expect((await exported()).liveData).toEqual([]);
    expect((await readAll()).map((rows) => rows.map(({ _step }) => _step))).toEqual([[0, 1], [2]]);
  });

  it('may begin amid the rows', async () => {
    run.append({ count: 10, columns: {} });
    run.exports.exportHistory({ throughRow: 7 });
    expect((await exported()).liveData).toEqual([{ _step: 7 }, { _step: 8 }, { _step: 9 }]);
  });

  it('is all there is after a rewind', async () => {
    run.append([{ loss: 1 }, { loss: 2 }, { loss: 3 }]);
    run.exports.exportHistory();
    run.rewind(1);
    expect(await exported()).toEqual({ parquetUrls: [], liveData: [{ _step: 0 }, { _step: 1 }] });
  });

  it('may be absent though rows are live', async () => {
    await server[Symbol.asyncDispose]();
    server = await startWandbServer({ liveData: 'absent' });
    run = server.store.project('acme', 'vision').addRun({ id: 'r', rows: [{ loss: 1 }] });
    expect(await exported()).toEqual({ parquetUrls: [], liveData: [] });
  });
});

describe('the artifacts of an export', () => {
  const MEMBERSHIP = `query Stream($collection: String!) { project(name: "vision", entityName: "acme") {
    artifactCollection(name: $collection) { __typename artifactMembership(aliasName: "latest") { versionIndex
      files(first: 100) { pageInfo { hasNextPage } edges { node { name: displayName directUrl sizeBytes md5 } } } } } } }`;
  interface Membership {
    readonly artifactMembership: {
      readonly versionIndex: number;
      readonly files: {
        readonly edges: readonly { readonly node: { readonly name: string; readonly directUrl: string } }[];
      };
    };
  }

  async function membership(collection: string): Promise<Membership['artifactMembership'] | undefined> {
    const { data } = await askGraphql(server, MEMBERSHIP, { variables: { collection } });
    const { project } = data as { project: { artifactCollection: Membership | null } };
    return project.artifactCollection?.artifactMembership;
  }

  it('hold all files so far, a version for each export', async () => {
    run.append([{ loss: 1 }]);
    run.exports.exportHistory();
    run.append([{ loss: 2 }]);
    run.exports.exportHistory();
    const found = await membership('run-r-history');
    expect(found).toMatchObject({ versionIndex: 1 });
    const files = found!.files.edges.map(({ node }) => node);
    expect(files.map(({ name }) => name)).toEqual(['0000.parquet', '0001.parquet']);
    expect((await read(files[1]!.directUrl))[0]).toMatchObject({ loss: 2, _step: 1 });
    expect(await membership('run-r-events')).toBeUndefined();
  });

  it('hold system metrics, with dotted names and no step', async () => {
    run.appendEvents({ count: 3, columns: { 'system.gpu.0.gpu': (index) => index } });
    run.exports.exportEvents();
    const { files } = (await membership('run-r-events'))!;
    const rows = await read(files.edges[0]!.node.directUrl);
    expect(rows.map((row) => row['system.gpu.0.gpu'])).toEqual([0, 1, 2]);
    expect(rows[0]).not.toHaveProperty('_step');
    expect(rows[1]!['_timestamp']).toBe((rows[0]!['_timestamp'] as number) + 15);
  });

  it('are found in the older way, as outputs of the run', async () => {
    run.append([{ loss: 1 }]);
    run.exports.exportHistory();
    const fields = `outputArtifacts(first: 100) { edges { node { id versionIndex size artifactType { name }
      artifactSequence { name } currentManifest { file { directUrl } } } } }`;
    interface Node {
      readonly currentManifest: { readonly file: { readonly directUrl: string } };
    }
    const answer = await askRun<{ outputArtifacts: { edges: { node: Node }[] } }>(server, PATH, fields);
    const [node] = answer.outputArtifacts.edges.map((edge) => edge.node);
    expect(node).toMatchObject({
      versionIndex: 0,
      artifactType: { name: 'wandb-history' },
      artifactSequence: { name: 'run-r-history' },
    });
    const manifest = (await (await fetch(node!.currentManifest.file.directUrl)).json()) as {
      contents: object;
    };
    expect(Object.keys(manifest.contents)).toEqual(['0000.parquet']);
  });
});
