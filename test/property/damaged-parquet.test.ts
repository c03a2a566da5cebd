import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LogdirError } from '../../src/core/index.ts';
import { DecodingThread } from '../../src/sources/wandb-cloud/rows/parquet/decoding-thread.ts';
import { exported, ParquetFolder, plainRow, readFiles } from '../support/cloud-rows.ts';
import type { JsonObject } from '../support/wandb-server/index.ts';

const CODECS = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'ZSTD'] as const;
/** Far more than reading a file of some kilobytes takes, far less than believing what damage says. */
const MAX_SECONDS = 8;
const RUNS = 1000;
/** Lengths that damage tells are of gigabytes; collecting what thousands of files left behind takes its time. */
const MAX_GROWTH_MB = 1000;

const ROWS: readonly JsonObject[] = Array.from({ length: 90 }, (_, step) => ({
  _step: step * 2,
  _timestamp: 1.7e9 + step,
  loss: 1 / (step + 1),
  acc: step % 3 === 0 ? Number.NaN : step,
  note: `note ${step % 4}`,
  ok: step % 2 === 0,
  ...(step % 5 === 0 ? { list: [step, 'x', null, [step]], mixed: step % 2 === 0 ? 's' : step } : {}),
  ...(step % 7 === 0
    ? { img: { _type: 'image-file', path: `p${step}`, size: step, boxes: [{ a: step }] } }
    : {}),
}));
const files = new Map(
  CODECS.map((codec) => [
    codec as string,
    exported(ROWS, { codec, rowGroupRows: 40, jsonKeys: new Set(['note']) }),
  ]),
);
for (const name of [
  'v1-dictionary',
  'v1-plain-pages',
  'v2-delta-lengths',
  'v1-delta-texts',
  'v2-zstd',
  'v2-lz4',
])
  files.set(
    name,
    readFileSync(fileURLToPath(new URL(`../fixtures/parquet/${name}.parquet`, import.meta.url))),
  );

/** Impatient: a column of these files takes a millisecond. */
const thread = new DecodingThread({ timeoutMs: 1500 });
let folder: ParquetFolder;
beforeAll(async () => {
  folder = await ParquetFolder.make();
});
afterAll(async () => await folder[Symbol.asyncDispose]());

/** Rows, or null when the file is called damaged. Nothing else may happen, and not slowly. */
async function read(bytes: Uint8Array): Promise<object[] | null> {
  // A file of its own: a property whose time is up may still be reading its last one.
  const path = await folder.write(bytes);
  const start = performance.now();
  try {
    return (await readFiles([path], { thread })).map(plainRow);
  } catch (error) {
    expect(error).toBeInstanceOf(LogdirError);
    expect(error).toMatchObject({ code: 'corrupt', message: expect.stringContaining(path) });
    return null;
  } finally {
    await rm(path, { force: true });
    expect((performance.now() - start) / 1000).toBeLessThan(MAX_SECONDS);
  }
}

const someFile = fc.constantFrom(...files.keys());
/** Where damage is, as a fraction of the file; half of it in the footer. */
const place = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.double({ min: 0.7, max: 1, noNaN: true }),
);

describe('a parquet file', () => {
  it.each([...files.keys()])('%s that is cut off is called damaged, wherever it is cut', async (name) => {
    const whole = files.get(name)!;
    for (let length = 0; length < whole.length; length += 61)
      expect(await read(whole.subarray(0, length))).toBeNull();
    expect(await read(whole.subarray(0, whole.length - 1))).toBeNull();
  });

  it('with bits flipped is read, or called damaged', async () => {
    const peak = process.resourceUsage().maxRSS;
    const flips = fc.array(fc.tuple(place, fc.integer({ min: 0, max: 7 })), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(someFile, flips, async (name, bits) => {
        const damaged = Uint8Array.from(files.get(name)!);
        for (const [where, bit] of bits) damaged[Math.floor(where * (damaged.length - 1))]! ^= 1 << bit;
        await read(damaged);
      }),
      { numRuns: RUNS },
    );
    expect((process.resourceUsage().maxRSS - peak) / 1000).toBeLessThan(MAX_GROWTH_MB);
  }, 120_000);

  it('with a stretch overwritten, taken out or put in twice is read, or called damaged', async () => {
    const peak = process.resourceUsage().maxRSS;
    const damage = fc.constantFrom<'ones' | 'zeros' | 'out' | 'twice'>('ones', 'zeros', 'out', 'twice');
    await fc.assert(
      fc.asyncProperty(
        someFile,
        place,
        fc.integer({ min: 1, max: 40 }),
        damage,
        async (name, where, length, kind) => {
          const whole = Buffer.from(files.get(name)!);
          const start = Math.floor(where * (whole.length - 1));
          const [before, stretch, after] = [
            whole.subarray(0, start),
            whole.subarray(start, start + length),
            whole.subarray(start + length),
          ];
          const other = {
            ones: Buffer.alloc(stretch.length, 0xff),
            zeros: Buffer.alloc(stretch.length),
            out: Buffer.alloc(0),
            twice: Buffer.concat([stretch, stretch]),
          };
          await read(Buffer.concat([before, other[kind], after]));
        },
      ),
      { numRuns: RUNS },
    );
    expect((process.resourceUsage().maxRSS - peak) / 1000).toBeLessThan(MAX_GROWTH_MB);
  }, 120_000);

  it('that would keep the decoder busy for minutes is called damaged; others are decoded before and after', async () => {
    const damaged = Uint8Array.from(files.get('v2-delta-lengths')!);
    // Lengths of runs, in octal as `cmp` prints them: billions of values where there are 120.
    damaged[2594] = 0o5;
    damaged[4170] = 0o32;
    const whole = await read(files.get('v2-zstd')!);
    expect(await read(damaged)).toBeNull();
    expect(await read(files.get('v2-zstd')!)).toEqual(whole);
  });

  it('damaged in two parts of a column is called damaged once, and ends nothing', async () => {
    const rows = ROWS.map((_, step) => ({
      _step: step,
      img: { _type: 'image-file', path: `p${step}`, size: step },
    }));
    const bytes = Buffer.from(exported(rows, { codec: 'SNAPPY', rowGroupRows: 100 }));
    // The name of the second part, in the footer; the first is being read by the time it is missed.
    const name = bytes.lastIndexOf('size');
    for (let at = 4; at < bytes.length / 3; at += 7) {
      const damaged = Buffer.from(bytes);
      damaged[name]! ^= 1;
      damaged[at]! ^= 1;
      const path = await folder.write(damaged);
      const [column, stretch] = [
        { name: 'img', kind: 'any', hasNumbers: false } as const,
        { from: 0, to: 90 },
      ];
      await expect(thread.column(path, column, stretch)).rejects.toMatchObject({ code: 'corrupt' });
      // With nothing asked of the thread, whatever it throws would be thrown here.
      await setTimeout(5);
    }
    expect(await read(bytes)).toHaveLength(90);
  });

  it('of nothing but noise is called damaged', async () => {
    const noise = fc.uint8Array({ maxLength: 300 }).map((bytes) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(bytes.length);
      return Buffer.concat([Buffer.from('PAR1'), bytes, length, Buffer.from('PAR1')]);
    });
    await fc.assert(
      fc.asyncProperty(noise, async (bytes) => {
        const rows = await read(bytes);
        expect(rows ?? []).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  }, 60_000);
});
