/**
 * Encodes blocks of history rows into events, in a process of its own: `encode VARIETY TARGET [js]`, where VARIETY is
 * `regular` or `irregular` and TARGET a file to write, or `-` to keep nothing; with `js`, without WebAssembly. Prints points
 * per CPU-second. @module
 */

import { closeSync, openSync, writeSync } from 'node:fs';
import { runKey } from '../../src/core/index.ts';
import { NO_MEDIA } from '../../src/eventfile/cell-samples.ts';
import { EventFold } from '../../src/eventfile/event-fold.ts';
import { reusableMemory } from '../../src/eventfile/reusable-memory.ts';
import { encodersOf, type RunEncoders } from '../../src/eventfile/run-encoders.ts';
import { encodeSegment } from '../../src/eventfile/segment-encoder.ts';
import type { RowBlock } from '../../src/history/index.ts';
import { Dictionary, DictionaryDraft } from '../../src/history/log/dictionary.ts';
import { decodeBlock, encodeBlock } from '../../src/history/log/row-block.ts';
import { lendRecordMemory, lendRowMemory } from '../../src/tfevents/index.ts';
import { IRREGULAR, REGULAR, rows, type Variety } from '../rows.ts';

/** Rows per block, as history seals them: 8,192 values. */
const BLOCK_ROWS = 1024;
/** Blocks that are read in one go when a file is sent, and the memory for them: one is read while the other is encoded. */
const BLOCKS_PER_READ = 8;
const READS = 2;
const PASSES = 1000;
/** Left out, while the compilers are at work. */
const WARM_UP = 200;

interface SizedBlock {
  readonly block: RowBlock;
  readonly size: number;
}

const [variety, target, engine] = process.argv.slice(2);
if (target === undefined) throw new Error('usage: encode regular|irregular TARGET [js]');
if (engine === 'js') Reflect.deleteProperty(globalThis, 'WebAssembly');
/** Where each block is encoded, as when a file is sent. */
const MEMORY = reusableMemory(lendRecordMemory());
console.log(JSON.stringify(measure(variety === 'regular' ? REGULAR : IRREGULAR, target)));

function measure(of: Variety, path: string): object {
  const dictionary = new Dictionary();
  const blocks = makeBlocks(of, dictionary);
  const encoders = encodersOf(dictionary);
  // A fold of nothing: these rows have steps of their own.
  const fold = new EventFold(runKey('bench', 'encode', 'run'), encoders, {
    xAxis: 'step',
    media: NO_MEDIA,
    charts: false,
  });
  const file = path === '-' ? null : openSync(path, 'w');
  const pass = () => encodeAll(blocks, fold, encoders, file);
  for (let count = 0; count < WARM_UP; count++) pass();
  const cpu = process.cpuUsage();
  const start = performance.now();
  for (let count = WARM_UP; count < PASSES; count++) pass();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  if (file !== null) closeSync(file);
  const values = blocks.reduce((sum, { block }) => sum + block.values.length, 0);
  const points = values * (PASSES - WARM_UP);
  return { pointsPerSecond: points / seconds, pointsPerCpuSecond: points / ((user + system) / 1e6) };
}

/** Each pass writes the file from its start: what counts is the writing, not the room it takes. */
function encodeAll(
  blocks: readonly SizedBlock[],
  fold: EventFold,
  encoders: RunEncoders,
  file: number | null,
): void {
  let at = 0;
  for (const { block, size } of blocks) {
    const events = MEMORY.allocate(size);
    const segment = {
      kind: 'rows',
      block: 0,
      from: 0,
      to: block.rowCount,
      at: 0,
      bytes: size,
    } as const;
    encodeSegment(segment, block, fold, encoders, events);
    if (file !== null) at += writeSync(file, events, 0, size, at);
  }
}

function makeBlocks(of: Variety, dictionary: Dictionary): SizedBlock[] {
  const source = rows(of);
  const draft = new DictionaryDraft(dictionary);
  const reads = Array.from({ length: READS }, () =>
    Array.from({ length: BLOCKS_PER_READ }, (): RowBlock => {
      const taken = Array.from({ length: BLOCK_ROWS }, () => source.next().value);
      return {
        rowCount: BLOCK_ROWS,
        steps: Float64Array.from(taken, ({ step }) => step),
        timestamps: Float64Array.from(taken, ({ timestamp }) => timestamp),
        shapeIds: Uint32Array.from(taken, ({ shape }) => draft.rowShapeId('history', shape)),
        values: Float64Array.from(taken.flatMap(({ values }) => values)),
        cells: [],
      };
    }),
  );
  dictionary.add(draft.keys, draft.shapes);
  return reads.flatMap(placed).map((block) => ({ block, size: lengthOf(block, encodersOf(dictionary)) }));
}

/** Blocks where the program has them after reading them from disk. */
function placed(blocks: readonly RowBlock[]): RowBlock[] {
  const encoded = blocks.map(encodeBlock);
  const memory = reusableMemory(lendRowMemory()).allocate(
    encoded.reduce((sum, { length }) => sum + length, 0),
  );
  let end = 0;
  return encoded.map((bytes) => {
    memory.set(bytes, end);
    end += bytes.length;
    return decodeBlock(memory.subarray(end - bytes.length, end));
  });
}

function lengthOf({ rowCount, shapeIds, steps, timestamps }: RowBlock, encoders: RunEncoders): number {
  let length = 0;
  for (let row = 0; row < rowCount; row++)
    length += encoders.rowLength(shapeIds[row]!, steps[row]!, timestamps[row]!);
  return length;
}
