/** What WebAssembly takes out of a log is what JavaScript makes of it, and what a library's decoder does. @module */

import type { FileHandle } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HistoryRow, singly } from '../../src/core/index.ts';
import { type WandbRecord, wandbRecordCodec } from '../../src/protobuf/index.ts';
import { ShapeRegistry } from '../../src/sources/shape-registry.ts';
import { decodeMetadata } from '../../src/sources/wandb-local/metadata/index.ts';
import { LOG_START } from '../../src/sources/wandb-local/read/cursor.ts';
import { SegmentReader } from '../../src/sources/wandb-local/read/segment-reader.ts';
import type { SegmentBatch } from '../../src/sources/wandb-local/read/stretch.ts';
import { borrowEngine, returnEngine } from '../../src/sources/wandb-local/scan/index.ts';
import { neverAborted } from '../support/local-runs.ts';
import { BLOCK, frameRecords } from '../support/wandb-log-writer.ts';

interface Item {
  readonly key?: string;
  readonly nestedKey?: string[];
  readonly valueJson: string;
}

const digits = (maxLength: number, minLength = 1) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength, maxLength }).map((list) => list.join(''));

/** As Python, Go and people write numbers, in range of a double and out of it. */
const numberText = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(
        fc.constantFrom('', '-'),
        digits(2),
        digits(17, 13),
        fc.constantFrom('', '', '', 'e-05', 'e+09', 'e-40'),
      )
      .map(([sign, whole, fraction, power]) => `${sign}${whole}.${fraction}${power}`),
  },
  { weight: 4, arbitrary: fc.double().map(String) },
  { weight: 2, arbitrary: fc.integer().map(String) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        fc.constantFrom('', '-'),
        digits(20),
        fc.option(digits(20)),
        fc.option(fc.tuple(fc.constantFrom('e', 'E', 'e+', 'e-'), fc.integer({ min: 0, max: 330 }))),
      )
      .map(([sign, whole, fraction, power]) =>
        [sign, whole, fraction === null ? '' : `.${fraction}`, power?.join('') ?? ''].join(''),
      ),
  },
  fc.constantFrom(
    'NaN',
    'Infinity',
    '-Infinity',
    'true',
    'false',
    '-0.0',
    '5e-324',
    '1e400',
    '9007199254740993',
  ),
);

/** Of other kinds, and some that are no JSON. */
const otherText = fc.oneof(
  fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
  fc.json(),
  fc.constantFrom('null', '{"_type":"histogram","bins":[1]}', '[1,NaN]', '{"a":{"b":1,"c":"x"}}', ''),
  fc.constantFrom('1.', '.5', '+1', '1e', '--1', 'nan', '0x1f', '1_000', ' 1', `"${'x'.repeat(200)}"`),
);

const path = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constantFrom(
      ['loss'],
      ['m/0'],
      ['m/1'],
      ['_runtime'],
      ['_step'],
      ['a long key of a metric/with parts'],
      ['ключ'],
    ),
  },
  fc.constantFrom(['_step'], ['_timestamp'], ['_runtime'], ['_wandb', 'runtime'], ['media', '_type']),
  fc.constantFrom(['a', 'b'], ['a.b'], ['a'], [''], ['x'.repeat(130)]),
  fc.array(fc.string({ maxLength: 12 }), { minLength: 1, maxLength: 3 }),
);

const item = (value: fc.Arbitrary<string>): fc.Arbitrary<Item> =>
  fc.tuple(path, value, fc.boolean()).map(([parts, valueJson, isFlat]) => ({
    ...(isFlat && parts.length === 1 ? { key: parts[0]! } : { nestedKey: [...parts] }),
    valueJson,
  }));

const byPath = { selector: ({ key, nestedKey = [] }: Item) => key ?? nestedKey.join('.') };
/** Of rows as SDKs write them: no key comes twice. */
const numericItems = fc.oneof(
  { weight: 4, arbitrary: fc.uniqueArray(item(numberText), { maxLength: 12, ...byPath }) },
  fc.array(item(numberText), { maxLength: 12 }),
);
const anyItems = fc.oneof(
  { weight: 2, arbitrary: numericItems },
  fc.array(item(fc.oneof({ weight: 6, arbitrary: numberText }, otherText)), { maxLength: 8 }),
);
const step = fc.option(fc.record({ num: fc.oneof(fc.nat({ max: 300 }), fc.maxSafeInteger()) }));

const history = fc
  .tuple(fc.oneof(numericItems, anyItems), step)
  .map(([items, own]): WandbRecord => ({ history: { item: items, ...(own !== null && { step: own }) } }));

const record: fc.Arbitrary<WandbRecord> = fc.oneof(
  { weight: 8, arbitrary: history },
  { weight: 8, arbitrary: anyItems.map((update) => ({ summary: { update } })) },
  fc.tuple(anyItems, anyItems).map(([update, remove]) => ({ summary: { update, remove } })),
  fc.constant({ stats: { timestamp: { seconds: 5 }, item: [{ key: 'cpu', valueJson: '3' }] } }),
  fc.constant({ exit: { exitCode: 0, runtime: 3 } }),
  fc.constant({ run: { runId: 'r', startTime: { seconds: 1_700_000_000 } } }),
  fc
    .oneof({ weight: 4, arbitrary: fc.nat({ max: 2000 }) }, fc.nat({ max: 70_000 }))
    .map((length) => ({ outputRaw: { line: 'x'.repeat(length) } })),
);

/** Of a Record, with what no SDK writes behind it, or cut short. */
const payload = fc
  .tuple(
    record,
    fc.nat(),
    fc.oneof({ weight: 12, arbitrary: fc.constant('') }, fc.constantFrom('tail', 'cut', 'noise')),
  )
  .map(([content, num, change]) => {
    const bytes = wandbRecordCodec.encode({ num, ...content });
    if (change === 'tail') return Buffer.concat([bytes, Uint8Array.of(0xc2, 0x0c, 1, 0x7a)]);
    if (change === 'cut') return bytes.subarray(0, Math.max(0, bytes.length - 1 - (num % 40)));
    return change === 'noise'
      ? bytes.map((byte, at) => (at % 37 === num % 37 ? byte ^ (1 << (num % 8)) : byte))
      : bytes;
  });

/** As many of them as make several windows of a log, over and over. */
const payloads = fc
  .tuple(
    fc.array(payload, { minLength: 1, maxLength: 30 }),
    fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, fc.constantFrom(3, 100)),
  )
  .map(([list, times]) => Array.from({ length: times }, () => list).flat())
  .filter((list) => list.reduce((sum, { length }) => sum + length, 0) < 1_500_000);

const flips = fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), { maxLength: 3 });

describe('records that WebAssembly takes out of a log', () => {
  it('are those that JavaScript makes of it, in the same batches, whatever is written or damaged', async () => {
    const damage = fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, flips);
    await fc.assert(
      fc.asyncProperty(
        payloads,
        fc.constantFrom(0 as const, 7 as const),
        damage,
        async (list, origin, at) => {
          const bytes = Buffer.from(frameRecords(list, origin));
          for (const bit of at.map((share) => Math.floor(share * bytes.length * 8)))
            bytes[bit >> 3]! ^= 1 << (bit & 7);
          const registry = new ShapeRegistry();
          expect(await batchesOf(bytes, registry)).toEqual(
            await withoutEngines(() => batchesOf(bytes, registry)),
          );
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('keep their values until the batch ends where many of them span blocks', async () => {
    const records = Array.from({ length: 120 }, (_, at) => {
      const update = Array.from({ length: 30 }, (_, key) => ({
        key: `${at}/${key}`,
        valueJson: `"${'x'.repeat(80)}${at}"`,
      }));
      return wandbRecordCodec.encode({ summary: { update } });
    });
    await expectSame(Buffer.from(frameRecords(records)));
  });

  it('are not made of pieces that do not belong together', async () => {
    const row = (key: string, length: number) =>
      encodedRow(
        [
          { key, valueJson: '1' },
          { key: 'filler', valueJson: `"${'x'.repeat(length)}"` },
        ],
        null,
      );
    const rows = Array.from({ length: 900 }, (_, at) => row(`k${at % 5}`, 60));
    const spanning = frameRecords(rows);
    // Ends where its block does.
    const filler = row('k', 0);
    const whole = frameRecords([row('k', BLOCK - 2 * 7 - filler.length - 4), ...rows]);
    const [first, second] = [spanning.subarray(0, BLOCK), spanning.subarray(BLOCK, 2 * BLOCK)];
    await expectSame(Buffer.concat([first, whole.subarray(BLOCK)]));
    await expectSame(Buffer.concat([whole.subarray(0, BLOCK), second]));
    await expectSame(Buffer.concat([first, first.subarray(7), second, whole.subarray(BLOCK)]));
    await expectSame(Buffer.concat([first, spanning.subarray(3 * BLOCK)]));
  });

  it('hold the numbers that a library decoder and JSON.parse find', async () => {
    const rows = fc.array(fc.tuple(numericItems, step), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(rows, async (list) => {
        const encoded = list.map(([items, own]) => encodedRow(items, own));
        const read = await rowsOf(encoded);
        expect(read.map(({ shape, values }) => shape.keys.map((key, at) => [key, values[at]]))).toEqual(
          encoded.map(numbersOf),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('hold the very doubles that Number makes of how they were written', async () => {
    const texts = fc.array(numberText, { minLength: 200, maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(texts, async (list) => {
        const encoded = list.map((valueJson) => encodedRow([{ nestedKey: ['loss'], valueJson }], null));
        const read = await rowsOf(encoded);
        expect(read.map(({ values }) => values[0])).toEqual(list.map(numberOf));
      }),
      { numRuns: 2000 },
    );
  });
});

async function expectSame(log: Uint8Array): Promise<void> {
  const registry = new ShapeRegistry();
  expect(await batchesOf(log, registry)).toEqual(await withoutEngines(() => batchesOf(log, registry)));
}

function encodedRow(item: readonly Item[], step: { readonly num: number } | null): Uint8Array {
  return wandbRecordCodec.encode({ history: { item: [...item], ...(step !== null && { step }) } });
}

async function rowsOf(records: readonly Uint8Array[]): Promise<readonly HistoryRow[]> {
  const batches = await batchesOf(Buffer.from(frameRecords(records)), new ShapeRegistry());
  return batches.flatMap((batch) => batch.records) as readonly HistoryRow[];
}

/** Sorted by key; of a key that comes twice the last, but a flat one before a nested one. */
function numbersOf(bytes: Uint8Array): readonly (readonly [string, number])[] {
  const numbers = new Map<string, { readonly isFlat: boolean; readonly value: number }>();
  for (const { key, nestedKey, valueJson } of wandbRecordCodec.decode(bytes).history?.item ?? []) {
    const parts = nestedKey?.length ? nestedKey : [key ?? ''];
    const isReserved =
      parts[0] === '_wandb' || (parts.length === 1 && /^_(step|timestamp|runtime)$/.test(parts[0]!));
    const name = parts.join('.');
    const isFlat = parts.length === 1;
    if (isReserved || (numbers.get(name)?.isFlat === true && !isFlat)) continue;
    numbers.set(name, { isFlat, value: numberOf(valueJson ?? '') });
  }
  return [...numbers].map(([key, { value }]) => [key, value] as const).sort(([a], [b]) => (a < b ? -1 : 1));
}

function numberOf(text: string): number {
  return text === 'true' || text === 'false' ? Number(text === 'true') : Number(text);
}

async function batchesOf(log: Uint8Array, registry: ShapeRegistry): Promise<readonly SegmentBatch[]> {
  const file = {
    read: async (buffer: Uint8Array, offset: number, length: number, position: number) => {
      const piece = log.subarray(position, position + length);
      buffer.set(piece, offset);
      return { bytesRead: piece.length, buffer };
    },
  } as unknown as FileHandle;
  const mark = {
    segmentId: 's',
    headCrc: 0,
    position: LOG_START,
    writer: 1,
    maxStep: Number.POSITIVE_INFINITY,
  };
  const batches: SegmentBatch[] = [];
  const reader = new SegmentReader(file, mark, { registry, metadata: decodeMetadata });
  for await (const batch of reader.batches(Number.POSITIVE_INFINITY, neverAborted))
    batches.push({ ...batch, records: [...singly(batch.records)] });
  return batches;
}

/** As on a machine without WebAssembly, or where many logs are read already. */
async function withoutEngines<T>(work: () => Promise<T>): Promise<T> {
  const engines = [];
  for (let engine = borrowEngine(); engine !== null; engine = borrowEngine()) engines.push(engine);
  if (engines.length === 0) throw new Error('nothing is read by WebAssembly here: npm run build');
  try {
    return await work();
  } finally {
    for (const engine of engines) returnEngine(engine);
  }
}
