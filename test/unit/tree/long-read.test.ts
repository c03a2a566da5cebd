/** Reading an event file too long for the block cache. @module */

import { afterEach, beforeEach, expect, it } from 'vitest';
import { runKey } from '../../../src/core/index.ts';
import { piecesOf } from '../../../src/tree/index.ts';
import { buildHouse, COMPLETE, eventPath, type House, readWhole, signal } from '../../support/house.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/local-runs.ts';
import { exitRecord, factsRecord, row } from '../../support/records.ts';
import { ScriptedSource } from '../../support/scripted-source.ts';

const ROWS = 24_000;

let folder: TemporaryFolder;
let house: House;
let path: string;
let whole: Buffer;
beforeEach(async () => {
  const source = new ScriptedSource();
  source.batchSize = 4096;
  const rows = Array.from({ length: ROWS }, (_, i) => row(i, { loss: 1 / (i + 1), accuracy: i / ROWS }));
  source.add(runKey('e', 'p', 'long'), [factsRecord('long'), ...rows, exitRecord()]);
  folder = await temporaryFolder();
  house = await buildHouse({ sources: [source], cacheDir: folder.path });
  house.history.background.enqueueAll();
  await house.history.background.idle();
  path = await eventPath(house.tree, 'e/p/long');
  whole = await readWhole(house.tree, path);
});
afterEach(async () => {
  await house[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

it('gives transient pieces in one and the same memory', async () => {
  await using file = await house.tree.open(path, COMPLETE);
  const copies: Buffer[] = [];
  const memories = new Map<ArrayBufferLike, Set<number>>();
  for await (const piece of piecesOf(
    file.read({ start: 5, end: whole.length }, { signal, transient: true }),
  )) {
    copies.push(Buffer.from(piece));
    memories.set(piece.buffer, (memories.get(piece.buffer) ?? new Set()).add(piece.byteOffset));
  }
  expect(copies.length).toBeGreaterThan(4);
  const places = [...memories.values()].reduce((sum, offsets) => sum + offsets.size, 0);
  expect(places).toBeLessThan(copies.length);
  expect(Buffer.concat(copies).equals(whole.subarray(5))).toBe(true);
});

it('gives transient pieces to more readers at a time than there is memory to lend, also while others give up', async () => {
  await using file = await house.tree.open(path, COMPLETE);
  const range = { start: 0, end: whole.length };
  const readers = Array.from({ length: 24 }, (_, i) => ({
    pieces: piecesOf(file.read(range, { signal, transient: true })),
    givesUpAfter: i % 3 === 0 ? i % 5 : Number.POSITIVE_INFINITY,
    at: 0,
    held: new Uint8Array(0) as Uint8Array,
  }));
  const turn = async (reader: (typeof readers)[number], round: number) => {
    const { at, held, pieces } = reader;
    // Meanwhile every other reader has gone on.
    expect(whole.subarray(at - held.length, at).equals(held)).toBe(true);
    if (round === reader.givesUpAfter) await pieces.return?.(undefined);
    const { done, value } = await pieces.next();
    reader.held = done ? new Uint8Array(0) : value;
    reader.at += reader.held.length;
    return !done;
  };
  for (let round = 0, going = true; going; round++) {
    const outcomes = await Promise.all(readers.map((reader) => turn(reader, round)));
    going = outcomes.includes(true);
  }
  const patient = readers.filter(({ givesUpAfter }) => givesUpAfter === Number.POSITIVE_INFINITY);
  for (const { at } of patient) expect(at).toBe(whole.length);
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
