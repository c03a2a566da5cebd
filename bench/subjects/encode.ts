/**
 * Encodes blocks of history rows into events, in a process of its own: `encode VARIETY TARGET`, where VARIETY is
 * `regular` or `irregular` and TARGET a file to write, or `-` to keep nothing. Prints points per CPU-second. @module
 */

import { closeSync, openSync, writeSync } from 'node:fs';
import { EventSynthesis } from '../../src/filesystem/index.ts';
import { Dictionary } from '../../src/history/dictionary.ts';
import type { RowBlock } from '../../src/history/index.ts';
import { IRREGULAR, REGULAR, rows, type Variety } from '../rows.ts';

/** Rows per block, as history seals them: 8,192 values. */
const BLOCK_ROWS = 1024;
/** Different blocks, encoded over and over: 2 million points of columns, more than the processor's caches. */
const BLOCKS = 256;
/** Passes over them: the first two are left out, while the compiler is at work. */
const PASSES = 12;
const WARM_UP = 2;
/** Where each block is encoded, as when a file is sent: 64 bytes a value is more than any takes here. */
const MEMORY = Buffer.allocUnsafeSlow(BLOCK_ROWS * 8 * 64);

interface SizedBlock {
  readonly block: RowBlock;
  readonly size: number;
}

const [variety, target] = process.argv.slice(2);
if (target === undefined) throw new Error('usage: encode regular|irregular TARGET');
console.log(JSON.stringify(measure(variety === 'regular' ? REGULAR : IRREGULAR, target)));

function measure(of: Variety, path: string): object {
  const synthesis = new EventSynthesis();
  const dictionary = new Dictionary();
  const blocks = makeBlocks(of, synthesis, dictionary);
  const file = path === '-' ? null : openSync(path, 'w');
  const pass = () => encodeAll(blocks, synthesis, dictionary, file);
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
  synthesis: EventSynthesis,
  dictionary: Dictionary,
  file: number | null,
): void {
  let at = 0;
  for (const { block, size } of blocks) {
    const events = MEMORY.subarray(0, size);
    synthesis.encode(block, dictionary, events);
    if (file !== null) at += writeSync(file, events, 0, size, at);
  }
}

function makeBlocks(of: Variety, synthesis: EventSynthesis, dictionary: Dictionary): SizedBlock[] {
  const source = rows(of);
  return Array.from({ length: BLOCKS }, () => {
    const taken = Array.from({ length: BLOCK_ROWS }, () => source.next().value);
    const block: RowBlock = {
      rowCount: BLOCK_ROWS,
      steps: Float64Array.from(taken, ({ step }) => step),
      timestamps: Float64Array.from(taken, ({ timestamp }) => timestamp),
      shapeIds: Uint32Array.from(taken, ({ shape }) => dictionary.shapeId('history', shape)),
      values: Float64Array.from(taken.flatMap(({ values }) => values)),
      notes: [],
    };
    return { block, size: synthesis.measure(block, dictionary) };
  });
}
