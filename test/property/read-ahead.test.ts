/** What a thread reads ahead of a log's reader is what the reader would have read. @module */

import { type FileHandle, open } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunRecord, singly } from '../../src/core/index.ts';
import { ShapeRegistry } from '../../src/sources/shape-registry.ts';
import { decodeMetadata } from '../../src/sources/wandb-local/metadata/index.ts';
import { LOG_START } from '../../src/sources/wandb-local/read/cursor.ts';
import { ReadAhead } from '../../src/sources/wandb-local/read/read-ahead.ts';
import { SegmentReader } from '../../src/sources/wandb-local/read/segment-reader.ts';
import type { SegmentBatch } from '../../src/sources/wandb-local/read/stretch.ts';
import { StretchThreads } from '../../src/sources/wandb-local/read/stretch-threads.ts';
import { neverAborted, temporaryFolder } from '../support/local-runs.ts';
import { randomNumbers } from '../support/random.ts';
import { scaled } from '../support/scale.ts';
import { WandbLogWriter } from '../support/wandb-log-writer.ts';

const STRETCH = 512 * 1024;
const ROWS = 9000;
const READINGS = 10;

/** How often rows and records of a log are of which kind, as a share. */
interface LogTraits {
  readonly seed: number;
  readonly style: 'core' | 'python';
  readonly origin: 0 | 7;
  /** Rows that say which step and time they are of. */
  readonly own: number;
  readonly texts: number;
  readonly samples: number;
  /** Records longer than several blocks. */
  readonly long: number;
  readonly damagedBytes: number;
}

const share = (...shares: number[]) => fc.constantFrom(...shares);
const traits: fc.Arbitrary<LogTraits> = fc.record({
  seed: fc.nat({ max: 10_000 }),
  style: fc.constantFrom('core', 'core', 'python'),
  origin: fc.constantFrom(0, 0, 0, 7),
  own: share(1, 1, 1, 0.9, 0.1, 0),
  texts: share(0, 0, 0.005, 0.2),
  samples: share(0, 0.01, 0.1),
  long: share(0, 0, 0.002),
  damagedBytes: fc.constantFrom(0, 0, 0, 1, 5),
});

const USUAL: LogTraits = {
  ...{ seed: 1, style: 'core', origin: 0, own: 1, texts: 0, samples: 0.01, long: 0, damagedBytes: 0 },
};

/** Some 4 MB. */
function logOf({ seed, style, origin, own, texts, samples, long, damagedBytes }: LogTraits): Uint8Array {
  const random = randomNumbers(seed);
  const writer = new WandbLogWriter({ seed, style, origin }).begin('abc');
  const rows = style === 'core' ? ROWS : 3 * ROWS;
  for (let step = 0; step < rows; step++) {
    const axes = random() < own ? { _step: step * 2, _timestamp: 1_700_000_000 + step } : {};
    const note = random() < texts ? { note: 'x'.repeat(Math.floor(random() * 900)) } : {};
    const extra = random() < 0.1 ? { [`sometimes/${Math.floor(random() * 20)}`]: random() } : {};
    writer.row({ loss: random(), accuracy: random(), 'val/loss': random(), ...extra, ...note, ...axes });
    if (random() < samples) writer.stats(1_700_000_000 + step, { cpu: random(), gpu: random() });
    if (random() < long) writer.record({ outputRaw: { line: 'x'.repeat(Math.floor(random() * 90_000)) } });
  }
  const bytes = writer.exit(0).bytes();
  for (let flip = 0; flip < damagedBytes; flip++) bytes[Math.floor(random() * bytes.length)]! ^= 4;
  return bytes;
}

describe('a log that a thread reads ahead of', () => {
  const threads = new StretchThreads({ size: 1 });
  /** Of its own: a property that has run out of time still goes on for a moment. */
  const tried = new StretchThreads({ size: 1 });
  beforeAll(() => Promise.all([whenReady(threads), whenReady(tried)]));
  afterAll(() => Promise.all([threads[Symbol.asyncDispose](), tried[Symbol.asyncDispose]()]));

  it('gives the batches it gives to one that reads alone, with the very same shapes', async () => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(traits, async (log) => {
        await using file = await fileOf(logOf(log));
        const registry = new ShapeRegistry();
        const alone = await batchesOf(file.handle, registry, null);
        await using ahead = readAhead(file, tried);
        const helped = await batchesOf(file.handle, registry, ahead);
        expect(helped.map(({ position }) => position)).toEqual(alone.map(({ position }) => position));
        for (const [at, batch] of helped.entries()) expectSame(batch, alone[at]!);
        taken += ahead?.taken ?? 0;
      }),
      { numRuns: scaled(12, 150), examples: [[USUAL]] },
    );
    expect(taken).toBeGreaterThan(0);
  });

  it('is read by both where rows say which step and time they are of', async () => {
    await using file = await fileOf(logOf(USUAL));
    let taken = 0;
    // On a busy machine a reader may be done before its thread is given a processor.
    for (let reading = 0; reading < READINGS && taken === 0; reading++) {
      await using ahead = readAhead(file, threads);
      const batches = await batchesOf(file.handle, new ShapeRegistry(), ahead);
      expect(ahead!.taken).toBeLessThan(batches.length);
      taken = ahead!.taken;
    }
    expect(taken).toBeGreaterThan(0);
  });

  it('is read alone where rows go by those before them', async () => {
    await using file = await fileOf(logOf({ ...USUAL, own: 0 }));
    await using ahead = readAhead(file, threads);
    await batchesOf(file.handle, new ShapeRegistry(), ahead);
    expect(ahead!.taken).toBe(0);
  });

  it('is read alone when the thread ends by itself', async () => {
    await using others = new StretchThreads({ size: 1 });
    await whenReady(others);
    await using file = await fileOf(logOf(USUAL));
    const ahead = readAhead(file, others);
    const registry = new ShapeRegistry();
    const reader = new SegmentReader(file.handle, WHOLE, { registry, metadata: decodeMetadata, ahead });
    let rows = 0;
    for await (const batch of reader.batches(Number.POSITIVE_INFINITY, neverAborted)) {
      if (rows === 0) await others[Symbol.asyncDispose]();
      rows += rowsOf(batch);
    }
    await ahead![Symbol.asyncDispose]();
    expect(rows).toBe(ROWS);
    // Another takes its place.
    expect(others.borrow({ mayStart: true })?.hasFailed).toBe(false);
  });

  it('leaves a thread to the next reading when its own is given up', async () => {
    await using file = await fileOf(logOf(USUAL));
    {
      await using ahead = readAhead(file, threads);
      const reader = new SegmentReader(file.handle, WHOLE, {
        registry: new ShapeRegistry(),
        metadata: decodeMetadata,
        ahead,
      });
      for await (const _ of reader.batches(Number.POSITIVE_INFINITY, neverAborted)) break;
    }
    await using again = readAhead(file, threads);
    expect(again).not.toBeNull();
  });

  it('has no thread where it is short, where there is one processor, or where all are taken', async () => {
    await using file = await fileOf(logOf(USUAL));
    expect(ReadAhead.begin(file.handle.fd, { from: 0, to: file.size })).toBeNull();
    await using none = new StretchThreads({ size: 0 });
    expect(readAhead(file, none)).toBeNull();
    await using ahead = readAhead(file, threads);
    expect(ahead).not.toBeNull();
    expect(readAhead(file, threads)).toBeNull();
  });
});

const WHOLE = { position: LOG_START, writer: 1, maxStep: Number.POSITIVE_INFINITY };

interface OpenLog extends AsyncDisposable {
  readonly handle: FileHandle;
  readonly size: number;
}

async function fileOf(bytes: Uint8Array): Promise<OpenLog> {
  const folder = await temporaryFolder();
  const handle = await open(await folder.write('a.wandb', bytes));
  const close = async () => {
    await handle.close();
    await folder[Symbol.asyncDispose]();
  };
  return { handle, size: bytes.length, [Symbol.asyncDispose]: close };
}

function readAhead({ handle, size }: OpenLog, threads: StretchThreads): ReadAhead | null {
  const options = { threads, stretchBytes: STRETCH, leastToStart: 0, leastToAsk: 0 };
  return ReadAhead.begin(handle.fd, { from: 0, to: size }, options);
}

/** Starts a thread and waits until it can be asked: a log of a few megabytes is read before that. */
async function whenReady(threads: StretchThreads): Promise<void> {
  const thread = threads.borrow({ mayStart: true })!;
  await new Promise<void>((resolve) => {
    thread.onReady = resolve;
  });
  threads.giveBack(thread);
}

async function batchesOf(
  file: FileHandle,
  registry: ShapeRegistry,
  ahead: ReadAhead | null,
): Promise<readonly SegmentBatch[]> {
  const batches: SegmentBatch[] = [];
  const reader = new SegmentReader(file, WHOLE, { registry, metadata: decodeMetadata, ahead });
  for await (const batch of reader.batches(Number.POSITIVE_INFINITY, neverAborted)) batches.push(batch);
  return batches;
}

/** Equal, and of the same objects as shapes, by which consumers know them. */
function expectSame(batch: SegmentBatch, expected: SegmentBatch): void {
  const [records, wanted] = [[...singly(batch.records)], [...singly(expected.records)]];
  expect({ ...batch, records: [] }).toEqual({ ...expected, records: [] });
  expect(records).toEqual(wanted);
  expect(records.map(shapeOf).every((shape, at) => shape === shapeOf(wanted[at]!))).toBe(true);
}

function shapeOf(record: RunRecord): unknown {
  return record.kind === 'history' || record.kind === 'system' ? record.shape : null;
}

function rowsOf({ records }: SegmentBatch): number {
  return [...singly(records)].filter(({ kind }) => kind === 'history').length;
}
