import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HistoryRow } from '../../src/core/index.ts';
import { cellText, parseLenientJson } from '../../src/wandb-json/index.ts';
import { CloudReader, ParquetFolder, plainRow } from '../support/cloud-rows.ts';
import { readLog } from '../support/local-runs.ts';
import { type RowValue, WandbLogWriter } from '../support/wandb-log-writer.ts';
import { type JsonObject, startWandbServer, type WandbServer } from '../support/wandb-server/index.ts';

let server: WandbServer;
let folder: ParquetFolder;
beforeAll(async () => {
  server = await startWandbServer();
  folder = await ParquetFolder.make();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

/** JSON of the server has no minus zero: it is 0 there. */
const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0 || 0);
const number = fc.oneof(
  { weight: 3, arbitrary: finite },
  fc.integer(),
  fc.constantFrom(Number.NaN, Infinity, -Infinity),
);
/** Words for numbers are strings only where nothing else was logged. */
const text = fc
  .string({ unit: 'grapheme', maxLength: 6 })
  .filter((string) => !/^(-?Inf(inity)?|NaN|nan)$/.test(string));
const scalar = fc.oneof(finite, text, fc.boolean());
const item: fc.Arbitrary<RowValue> = fc.letrec<{ item: RowValue }>((tie) => ({
  item: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.constant(null),
    fc.array(tie('item'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'Z', '_t'), tie('item'), { maxKeys: 3 }),
  ),
})).item;
const list = fc.array(item, { maxLength: 4 });
const media = fc.record(
  {
    _type: fc.constantFrom('image-file', 'table-file'),
    size: fc.oneof(finite, text),
    path: text,
    bins: fc.array(finite, { maxLength: 4 }),
    boxes: fc.record({ ground: fc.record({ _type: text, count: finite }), b: list }, { requiredKeys: ['b'] }),
  },
  { requiredKeys: ['_type'] },
);
const values = fc.record(
  {
    loss: number,
    'train/acc': number,
    flag: fc.boolean(),
    note: fc.oneof(text, fc.constantFrom('NaN', 'Inf')),
    mixed: fc.oneof(number, text, fc.boolean()),
    any: fc.oneof(finite, text, list, media),
    list,
    img: media,
    // An empty dict is dropped by W&B and by wandb-core; a log of the Python SDK still has it.
    deep: fc
      .record({ n: number, s: text, further: fc.record({ b: fc.boolean(), m: media }) }, { requiredKeys: [] })
      .filter((dict) => Object.keys(dict).length > 0),
    'ключ "é"': finite,
    ['__proto__']: finite,
  },
  { requiredKeys: [] },
);

/** Says that these keys hold numbers, so that the words of the server are known for numbers. */
const FIRST = { loss: 1, 'train/acc': 1, mixed: 1, deep: { n: 1 } };
const rows = fc
  .array(
    fc.tuple(fc.integer({ min: 1, max: 40_000_000 }), fc.double({ min: 0, max: 100, noNaN: true }), values),
    { maxLength: 30 },
  )
  .map((drawn) => {
    let step = 61_010;
    let time = 1.7e9;
    const later = drawn.map(([gap, pause, row]) => {
      step += gap;
      time += pause;
      return { ...row, _step: step, _timestamp: time };
    });
    return [{ ...FIRST, _step: 61_010, _timestamp: 1.7e9 }, ...later];
  });

const layout = fc.record({
  files: fc.integer({ min: 1, max: 4 }),
  rowGroupRows: fc.integer({ min: 1, max: 12 }),
  codec: fc.constantFrom<'UNCOMPRESSED' | 'SNAPPY' | 'GZIP' | 'ZSTD'>(
    'UNCOMPRESSED',
    'SNAPPY',
    'GZIP',
    'ZSTD',
  ),
  order: fc.constantFrom<'logged' | 'reversed' | 'shuffled'>('logged', 'reversed', 'shuffled'),
  repeatedRows: fc.integer({ min: 0, max: 3 }),
  typedBy: fc.constantFrom<'file' | 'run'>('file', 'run'),
  jsonKeys: fc.subarray(['loss', 'note', 'any', 'list', 'img', 'deep.further.m', 'mixed']),
});

/** A row whose lists and media are written one way, as those of a log are as the SDK wrote them. */
function canonical(row: HistoryRow): object {
  const cells = row.cells.map((cell) =>
    cell.kind === 'json' ? { ...cell, text: cellText(parseLenientJson(cell.text)) } : cell,
  );
  return plainRow({ ...row, cells });
}

function logOf(logged: readonly object[], style: 'core' | 'python'): Uint8Array {
  const writer = new WandbLogWriter({ style }).begin('abc');
  for (const row of logged) writer.row(row as Record<string, RowValue>);
  return writer.bytes();
}

describe('rows of a run', () => {
  it('are the same from pages, exports and samples, and those of a local log', async () => {
    await fc.assert(
      fc.asyncProperty(rows, layout, fc.constantFrom('core', 'python'), async (logged, options, style) => {
        const run = server.store.project('acme', 'forms').addRun({ rows: logged as readonly JsonObject[] });
        const cloud = new CloudReader(server, run, folder);
        const lines = await cloud.lines();
        expect(lines).toHaveLength(logged.length);
        expect(await cloud.exports(options)).toEqual(lines);
        expect(await cloud.sampled()).toEqual(lines);
        const local = await readLog(logOf(logged, style));
        expect(local.rows.map(canonical)).toEqual(lines.map(canonical));
      }),
      { numRuns: 200 },
    );
  }, 120_000);
});
