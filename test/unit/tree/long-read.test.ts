/** Reading an event file too long for the block cache. @module */

import { afterEach, beforeEach, expect, it } from 'vitest';
import { runKey } from '../../../src/core/index.ts';
import { piecesOf } from '../../../src/tree/index.ts';
import { buildHouse, COMPLETE, eventPath, type House, readWhole, signal } from '../../support/house.ts';
import { exitRecord, factsRecord, row } from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

const ROWS = 24_000;

let house: House;
let path: string;
let whole: Buffer;
beforeEach(async () => {
  const source = new ScriptedSource();
  source.batchSize = 4096;
  const rows = Array.from({ length: ROWS }, (_, i) => row(i, { loss: 1 / (i + 1), accuracy: i / ROWS }));
  source.add(runKey('e', 'p', 'long'), [factsRecord('long'), ...rows, exitRecord()]);
  house = await buildHouse({ sources: [source] });
  house.history.background.enqueueAll();
  await house.history.background.idle();
  path = await eventPath(house.tree, 'e/p/long');
  whole = await readWhole(house.tree, path);
});
afterEach(() => house[Symbol.asyncDispose]());

it('gives transient pieces in one and the same memory', async () => {
  await using file = await house.tree.open(path, COMPLETE);
  const copies: Buffer[] = [];
  const memories = new Set<ArrayBufferLike>();
  for await (const piece of piecesOf(
    file.read({ start: 5, end: whole.length }, { signal, transient: true }),
  )) {
    copies.push(Buffer.from(piece));
    memories.add(piece.buffer);
  }
  expect(copies.length).toBeGreaterThan(4);
  expect(memories.size).toBeLessThan(copies.length);
  expect(Buffer.concat(copies).equals(whole.subarray(5))).toBe(true);
});

it('gives pieces that stay as they are when they are not asked to be transient', async () => {
  await using file = await house.tree.open(path, COMPLETE);
  const pieces: Uint8Array[] = [];
  for await (const piece of piecesOf(file.read({ start: 0, end: whole.length }, { signal })))
    pieces.push(piece);
  expect(Buffer.concat(pieces).equals(whole)).toBe(true);
});

it('stops between blocks when the reader gives up', async () => {
  await using file = await house.tree.open(path, COMPLETE);
  const giveUp = new AbortController();
  const pieces = piecesOf(file.read({ start: 0, end: whole.length }, { signal: giveUp.signal }));
  expect((await pieces.next()).done).toBe(false);
  giveUp.abort();
  await expect(pieces.next()).rejects.toThrow('aborted');
});
