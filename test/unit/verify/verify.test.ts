/** Whatever differs between what was logged and what a reader gets is found. */

import { describe, expect, it } from 'vitest';
import { type RunRecord, runKey } from '../../../src/core/index.ts';
import { OPERATOR } from '../../../src/namespace/index.ts';
import { eventCodec, type SummaryValue, type TensorBoardEvent } from '../../../src/protobuf/index.ts';
import type { DataProvider } from '../../../src/series/index.ts';
import type { FileNode, LogdirTree, OpenFile, ReadOptions } from '../../../src/tree/index.ts';
import { type OpenDoor, type RunReport, verify } from '../../../src/verify/index.ts';
import { readEvents, slowMaskedCrc } from '../../support/event-reader.ts';
import { buildHouse, collect, type House, signal } from '../../support/house.ts';
import { mediaCells, mediaFiles } from '../../support/media-cells.ts';
import { grpcDoor, providerOver } from '../../support/provider.ts';
import {
  configRecord,
  exitRecord,
  factsRecord,
  media,
  metricRecord,
  row,
  summaryRecord,
  systemRow,
  text,
} from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

const KEY = runKey('e', 'p', 'r1');
/** A picture whose file nobody has. */
const GONE = {
  key: 'gone',
  kind: 'json',
  text: JSON.stringify({
    _type: 'image-file',
    path: 'media/images/gone.png',
    size: 500,
    width: 2,
    height: 2,
  }),
} as const;

/** A run with all there is: steps that go back, a step metric, samples that tie, strings, media, a summary, an exit. */
const RECORDS: readonly RunRecord[] = [
  factsRecord('r'),
  configRecord({ lr: 0.1, deep: { of: [1, 2] } }),
  metricRecord('val/*', 'epoch'),
  row(0, { loss: 1, nothing: Number.NaN }, [text('note', 'one')]),
  row(1, { 'val/acc': 0.5, epoch: 3 }),
  systemRow(1.7e9 + 4.2, { cpu: 1 }),
  systemRow(1.7e9 + 4.7, { cpu: 2 }),
  ...mediaCells().map((cell, i) => row(2 + i, { loss: 0.1 + i }, [cell])),
  row(40, { loss: 2 }, [GONE, media('what', 'molecule-file')]),
  row(41, { loss: -0 }, [text('note', 'two'), { key: 'odd', kind: 'json', text: '[1,"a"' }]),
  row(3, { loss: 9 }, [text('note', 'three')]),
  summaryRecord({ best: 0.9 }),
  exitRecord(),
];

async function runReport(
  through: (house: House) => Promise<OpenDoor & Partial<AsyncDisposable>>,
  options: {
    readonly records?: readonly RunRecord[];
    readonly tree?: (house: House, source: ScriptedSource) => LogdirTree;
  } = {},
): Promise<RunReport> {
  const source = new ScriptedSource();
  for (const [name, content] of mediaFiles()) source.files.set(name, content);
  source.add(KEY, options.records ?? RECORDS);
  await using house = await buildHouse({ sources: [source] });
  const door = await through(house);
  const tree = options.tree?.(house, source) ?? house.tree;
  const parts = { ...house, tree, caller: OPERATOR, hiddenPlugins: new Set<string>() };
  const { runs } = await verify(parts, { through: door, runs: null, signal, onProgress: () => undefined });
  await door[Symbol.asyncDispose]?.();
  expect(runs).toHaveLength(1);
  expect(runs[0]?.failure).toBeNull();
  return runs[0]!;
}

const TREE = async (): Promise<OpenDoor> => ({ kind: 'tree' });

/** A data server over the house. */
const GRPC =
  (change: (provider: DataProvider) => DataProvider = (provider) => provider) =>
  async (house: House) => {
    const door = await grpcDoor(change(providerOver(house, { maxResponsePoints: 1e9 })), house);
    const dispose = { [Symbol.asyncDispose]: () => door[Symbol.asyncDispose]() };
    return { kind: 'grpc', address: door.server.address, ...dispose } as const;
  };

/** The tree with other bytes in event files. */
function tampered(tree: LogdirTree, change: (bytes: Buffer) => Buffer): LogdirTree {
  const open = async (...[path, options]: Parameters<LogdirTree['open']>): Promise<OpenFile> => {
    const file = await tree.open(path, options);
    const bytes = change(await collect(file.read({ start: 0, end: file.node.size }, { signal })));
    const node: FileNode = { ...file.node, size: bytes.length };
    const read = ({ start, end }: { start: number; end: number }, _: ReadOptions) =>
      bytes.subarray(start, end);
    return { ...file, node, mayGrow: false, read, [Symbol.asyncDispose]: async () => {} };
  };
  return {
    stat: (...args) => tree.stat(...args),
    list: (...args) => tree.list(...args),
    open,
    watchGrowth: (...args) => tree.watchGrowth(...args),
  };
}

/** Of no tag; keeps a file as long as it was when it lacks something. */
const PADDING: TensorBoardEvent = { sourceMetadata: { writer: ' '.repeat(2000) } };

/** The same with other events, in records that are sound. */
function withEvents(change: (events: readonly TensorBoardEvent[]) => readonly TensorBoardEvent[]) {
  return ({ tree }: House) =>
    tampered(tree, (bytes) => Buffer.concat([...change(readEvents(bytes)), PADDING].map(recordOf)));
}

function recordOf(event: TensorBoardEvent): Buffer {
  const data = eventCodec.encode(event);
  const record = Buffer.alloc(data.length + 16);
  record.writeBigUInt64LE(BigInt(data.length));
  record.writeUInt32LE(slowMaskedCrc(record.subarray(0, 8)), 8);
  record.set(data, 12);
  record.writeUInt32LE(slowMaskedCrc(data), 12 + data.length);
  return record;
}

/** Events with the values of one tag changed; null: left out. */
function withValues(tag: string, change: (value: SummaryValue) => SummaryValue | null) {
  return withEvents((events) =>
    events.map((event) => {
      if (event.summary === undefined) return event;
      const value = (event.summary.value ?? []).flatMap((one) =>
        one.tag === tag ? (change(one) ?? []) : one,
      );
      return { ...event, summary: { value } };
    }),
  );
}

const kindsOf = ({ mismatches }: RunReport) => [
  ...new Set(mismatches.map(({ kind, tag }) => (tag === null ? kind : `${kind} ${tag}`))),
];

it('says that a log was damaged, of which every door has what is left', async () => {
  const source = new ScriptedSource();
  source.skippedBytes = 2048;
  source.add(KEY, [factsRecord('r'), row(0, { loss: 1 }), exitRecord()]);
  await using house = await buildHouse({ sources: [source] });
  const parts = { ...house, caller: OPERATOR, hiddenPlugins: new Set<string>() };
  const through = { kind: 'tree' } as const;
  const { runs } = await verify(parts, { through, runs: null, signal, onProgress: () => undefined });
  expect(runs.map(({ notes, mismatchCount }) => [notes, mismatchCount])).toEqual([
    [['2.0 KiB of its log are damaged and were passed over: nothing was held against what stood there'], 0],
  ]);
});

describe('a run that is shown as it was logged', () => {
  it('has no mismatch in its event file, and a reason for every value that is no point', async () => {
    const report = await runReport(TREE);
    expect(report.mismatches).toEqual([]);
    const lost = report.losses.reduce((sum, { count }) => sum + count, 0);
    expect(report.pointsIn).toBe(report.pointsOut + lost);
    const reasons = Object.fromEntries(
      report.losses.map(({ reason, type, count }) => [`${reason} ${type}`, count]),
    );
    expect(reasons['superseded null']).toBeGreaterThan(mediaCells().length);
    expect(report.placeholders).toBe(1);
  });

  it('has none in what a data server shows', async () => {
    const report = await runReport(GRPC());
    expect(report.mismatches).toEqual([]);
    expect(report.pointsOut).toBeGreaterThan(20);
  });

  it('is compared as far as its event file went when it was opened', async () => {
    const report = await runReport(TREE, {
      records: RECORDS.slice(0, 8),
      tree: ({ tree, history, events }, source) => {
        const open = async (...args: Parameters<LogdirTree['open']>) => {
          const file = await tree.open(...args);
          source.push(KEY, ...RECORDS.slice(8));
          const run = [...history.catalogue.runs.values()][0]!;
          await run.update();
          expect((await events.view(run, { maxWaitMs: 1000 })).size).toBeGreaterThan(file.node.size);
          return file;
        };
        return {
          stat: (...args) => tree.stat(...args),
          list: (...args) => tree.list(...args),
          open,
          watchGrowth: (...args) => tree.watchGrowth(...args),
        };
      },
    });
    expect(report.mismatches).toEqual([]);
    expect(report.pointsOut).toBeGreaterThan(5);
  });
});

describe('in an event file', () => {
  it('a byte that is another is found, and so is what it hides', async () => {
    const tree = (house: House) =>
      tampered(house.tree, (bytes) => {
        const at = bytes.length >> 1;
        bytes[at] = bytes[at]! ^ 1;
        return bytes;
      });
    const report = await runReport(TREE, { tree });
    expect(report.mismatches[0]).toMatchObject({
      kind: 'door',
      found: expect.stringMatching(/byte \d+ is damaged/),
    });
    expect(kindsOf(report)).toContain('missing wandb/summary/best');
  });

  it('an event that is missing is found', async () => {
    const tree = withEvents((events) =>
      events.filter(({ summary }) => !summary?.value?.some(({ tag }) => tag === 'epoch')),
    );
    const report = await runReport(TREE, { tree });
    expect(kindsOf(report)).toContain('missing epoch');
    const without = withEvents((events) => events.filter(({ step = 0 }) => step !== 0));
    expect(kindsOf(await runReport(TREE, { tree: without }))).toEqual(
      expect.arrayContaining(['missing loss', 'missing nothing', 'missing note', 'missing wandb/overview']),
    );
  });

  it('a value that is another is found, be it a number or a text', async () => {
    const tree = withValues('loss', (value) => ({ ...value, simpleValue: (value.simpleValue ?? 0) + 1e-6 }));
    const report = await runReport(TREE, { tree });
    expect(kindsOf(report)).toEqual(['value loss']);
    expect(report.mismatches[0]).toMatchObject({ step: 0, logged: '1', found: `${Math.fround(1 + 1e-6)}` });
    const texts = withValues('note', ({ tensor, ...value }) => ({
      ...value,
      tensor: { ...tensor, stringVal: [Buffer.from('other')] },
    }));
    expect(kindsOf(await runReport(TREE, { tree: texts }))).toEqual(['value note']);
  });

  it('a zero with the other sign is found', async () => {
    const tree = withValues('zero', (value) => ({ ...value, simpleValue: 0 }));
    const records = [factsRecord('r'), row(0, { zero: 0 }), row(1, { zero: -0 })];
    const report = await runReport(TREE, { records, tree });
    expect(report.mismatches).toMatchObject([
      { kind: 'value', tag: 'zero', step: 1, logged: '-0', found: '0' },
    ]);
  });

  it('a picture with one bit that is another is found', async () => {
    const tree = withValues('img', ({ tensor, ...value }) => {
      const [width, height, picture] = tensor?.stringVal ?? [];
      const other = Buffer.from(picture!);
      other[other.length >> 1]! ^= 1;
      return { ...value, tensor: { ...tensor, stringVal: [width!, height!, other] } };
    });
    const report = await runReport(TREE, { tree });
    expect(report.mismatchCount).toBe(1);
    expect(kindsOf(report)).toEqual(['value img']);
  });

  it('a wall time and a step that are others are found', async () => {
    const later = withEvents((events) =>
      events.map((event) =>
        (event.step ?? 0) === 0 ? { ...event, wallTime: (event.wallTime ?? 0) + 1 } : event,
      ),
    );
    expect(kindsOf(await runReport(TREE, { tree: later }))).toContain('wall-time loss');
    const moved = withEvents((events) =>
      events.map((event) => ((event.step ?? 0) === 0 ? { ...event, step: 1 } : event)),
    );
    expect(kindsOf(await runReport(TREE, { tree: moved }))).toEqual(
      expect.arrayContaining(['missing loss', 'unlogged loss']),
    );
  });

  it('its end that is missing is found', async () => {
    const tree = (house: House) => tampered(house.tree, (bytes) => bytes.subarray(0, bytes.length >> 1));
    const report = await runReport(TREE, { tree });
    expect(report.mismatches[0]).toMatchObject({
      kind: 'door',
      found: expect.stringMatching(/^it has \d+ bytes, not/),
    });
    expect(kindsOf(report)).toContain('missing wandb/summary/best');
  });

  it('a point that nobody logged is found', async () => {
    const tree = withEvents((events) => [
      ...events,
      {
        step: 99,
        wallTime: 1,
        summary: {
          value: [
            { tag: 'loss', simpleValue: 1 },
            { tag: 'new', simpleValue: 1 },
          ],
        },
      },
    ]);
    expect(kindsOf(await runReport(TREE, { tree }))).toEqual(['unlogged loss', 'unlogged new']);
  });

  it('metadata that is another in the first value of a tag is found, and with it what then does not fit', async () => {
    const tree = withValues('note', (value) => ({
      ...value,
      metadata: { ...value.metadata, displayName: 'x' },
    }));
    expect(kindsOf(await runReport(TREE, { tree }))).toEqual(['metadata note']);
    const scalars = withValues('note', (value) => ({ ...value, metadata: { dataClass: 1 } }));
    expect(kindsOf(await runReport(TREE, { tree: scalars }))).toEqual(['metadata note', 'missing note']);
  });
});

describe('of a data server', () => {
  const changed = (provider: DataProvider, change: Partial<DataProvider>): DataProvider => ({
    experiment: () => provider.experiment(),
    plugins: (options) => provider.plugins(options),
    runs: (options) => provider.runs(options),
    list: (...args) => provider.list(...args),
    read: (...args) => provider.read(...args),
    readBlob: (...args) => provider.readBlob(...args),
    ...change,
  });

  it('a value that is another is found', async () => {
    const report = await runReport(
      GRPC((provider) =>
        changed(provider, {
          read: async (...args) => {
            const read = await provider.read(...args);
            if (read.dataClass !== 'scalar') return read;
            for (const { tags } of read.entries)
              for (const [tag, { values }] of tags) if (tag === 'loss') values[0]!++;
            return read;
          },
        }),
      ),
    );
    expect(kindsOf(report)).toEqual(['value loss']);
  });

  it('blobs that are others, and series that are not listed or end elsewhere, are found', async () => {
    const report = await runReport(
      GRPC((provider) =>
        changed(provider, {
          readBlob: async function* () {
            yield Buffer.from('other');
          },
          list: async (...args) => {
            const entries = await provider.list(...args);
            return entries.map(({ run, tags }) => ({
              run,
              tags: tags.flatMap(([tag, listing]) =>
                tag === 'note' ? [] : [[tag, tag === 'loss' ? { ...listing, step: 77 } : listing] as const],
              ),
            }));
          },
        }),
      ),
    );
    expect(kindsOf(report)).toEqual(expect.arrayContaining(['end loss', 'missing note']));
    expect(kindsOf(report).some((kind) => kind.startsWith('value '))).toBe(true);
  });
});
