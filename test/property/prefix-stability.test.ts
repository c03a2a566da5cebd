/** A served byte is never taken back: whatever happens to the run, the cache and the process. @module */

import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RunRecord, runKey } from '../../src/core/index.ts';
import { readEvents } from '../support/event-reader.ts';
import { buildHouse, COMPLETE, collect, eventPath, type House, readWhole, signal } from '../support/house.ts';
import { LONG_CASES } from '../support/property-time.ts';
import { configRecord, exitRecord, factsRecord, row, systemRow, text } from '../support/records.ts';
import { ScriptedSource } from '../support/scripted-source.ts';

const KEY = runKey('acme', 'research', 'run1');
const RUN = 'acme/research/steady';

const value = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Infinity, 0));
const numbers = fc.dictionary(fc.constantFrom('loss', 'acc', 'lr', 'a.b', '__proto__x'), value, {
  maxKeys: 4,
});

/** Rows mostly go on; sometimes they go back, which begins a restart. */
const record: fc.Arbitrary<(step: number) => RunRecord> = fc.oneof(
  { weight: 10, arbitrary: numbers.map((numbers) => (step: number) => row(step, numbers)) },
  {
    weight: 2,
    arbitrary: fc.string().map((note) => (step: number) => row(step, { loss: step }, [text('note', note)])),
  },
  {
    weight: 2,
    arbitrary: fc.constant((step: number) =>
      row(step, { loss: 1 }, [{ key: 'img', kind: 'json', text: '{"_type":"image-file"}' }]),
    ),
  },
  { weight: 3, arbitrary: numbers.map((numbers) => (step: number) => systemRow(1.7e9 + step, numbers)) },
  {
    weight: 1,
    arbitrary: fc.nat(30).map((back) => (step: number) => row(Math.max(0, step - back), { loss: back })),
  },
  { weight: 1, arbitrary: fc.constant(() => exitRecord(0)) },
  { weight: 1, arbitrary: fc.integer().map((lr) => () => configRecord({ lr })) },
);

type Event =
  | {
      readonly kind: 'append';
      readonly records: readonly ((step: number) => RunRecord)[];
      readonly copies: number;
    }
  | { readonly kind: 'evict' | 'restart' | 'tear' | 'damage rows' | 'damage index' }
  | { readonly kind: 'batch'; readonly size: number }
  | { readonly kind: 'write'; readonly text: string };

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      records: fc.array(record, { minLength: 1, maxLength: 12 }),
      // Many copies fill several blocks in one commit.
      copies: fc.constantFrom(1, 1, 3, 400),
    }),
  },
  {
    weight: 5,
    arbitrary: fc
      .constantFrom('evict', 'restart', 'tear', 'damage rows', 'damage index')
      .map((kind) => ({ kind }) as Event),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 1, max: 500 }).map((size) => ({ kind: 'batch' as const, size })),
  },
  { weight: 1, arbitrary: fc.string().map((text) => ({ kind: 'write' as const, text })) },
);

/** Plays events against one run and keeps what was served. */
class Play {
  readonly source = new ScriptedSource({ origin: 'local' });
  readonly #cacheDir: string;
  #house: House | undefined;
  #step = 0;
  #served: Buffer = Buffer.alloc(0);

  constructor(cacheDir: string) {
    this.#cacheDir = cacheDir;
    this.source.add(KEY, [factsRecord('steady')]);
  }

  async play(event: Event): Promise<void> {
    switch (event.kind) {
      case 'append':
        for (let copy = 0; copy < event.copies; copy++) {
          for (const make of event.records) this.source.push(KEY, make(this.#step++));
        }
        break;
      case 'batch':
        this.source.batchSize = event.size;
        break;
      case 'write':
        this.source.files.set('output.log', event.text);
        break;
      case 'restart':
        await this.close();
        break;
      case 'evict':
        for (const path of await this.#files('.rows')) await rm(path);
        await this.close(); // An open descriptor would go on reading what was removed, as it should.
        break;
      case 'tear':
        await this.close();
        for (const path of await this.#files('.index')) await appendFile(path, '0badc0de {"cursor":"9');
        break;
      case 'damage rows':
        await this.close();
        for (const path of await this.#files('.rows')) await flipByte(path, 0.6);
        break;
      case 'damage index':
        await this.close();
        for (const path of await this.#files('.index')) await flipByte(path, 0.7);
        break;
    }
  }

  /** Reads everything and holds it against what was served before. */
  async check(): Promise<void> {
    this.#house ??= await buildHouse({ sources: [this.source], cacheDir: this.#cacheDir });
    const { tree } = this.#house;
    await tree.stat(`${RUN}/run.json`, COMPLETE); // Brings the run up to date, so that its event file has a name.
    const nodes = await tree.list(RUN, { signal });
    if (!nodes.some((node) => node.name.includes('tfevents'))) return;
    const path = await eventPath(tree, RUN);
    const bytes = await readWhole(tree, path);
    const node = await tree.stat(path, COMPLETE);
    expect(node.kind === 'file' && node.size).toBe(bytes.length);
    expect(bytes.subarray(0, this.#served.length).equals(this.#served)).toBe(true);
    // The plain reader goes bit by bit: seconds for the larger files.
    if (bytes.length < 200_000) readEvents(bytes);
    await this.#checkRanges(path, bytes);
    this.#served = bytes;
  }

  async #checkRanges(path: string, bytes: Buffer): Promise<void> {
    await using file = await this.#house!.tree.open(path, COMPLETE);
    for (let i = 0; i < 5; i++) {
      const start = Math.floor((bytes.length * ((i * 7919) % 97)) / 97);
      const end = Math.min(bytes.length + 10, start + 1 + ((i * 104729) % 300_000));
      const slice = bytes.subarray(start, end);
      expect((await collect(file.read({ start, end }, { signal }))).equals(slice)).toBe(true);
    }
  }

  async close(): Promise<void> {
    await this.#house?.[Symbol.asyncDispose]();
    this.#house = undefined;
  }

  async #files(ending: string): Promise<string[]> {
    const names = await readdir(this.#cacheDir, { recursive: true });
    return names.filter((name) => name.endsWith(ending)).map((name) => join(this.#cacheDir, name));
  }
}

async function flipByte(path: string, where: number): Promise<void> {
  const bytes = await readFile(path);
  if (bytes.length === 0) return;
  bytes[Math.floor(bytes.length * where)]! ^= 0x10;
  await writeFile(path, bytes);
}

describe('the bytes of an event file', () => {
  it('stay what they were through appends, evictions, restarts, torn tails and damage', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 2, maxLength: 14 }), async (events) => {
        const cacheDir = await mkdtemp(join(tmpdir(), 'prefix-'));
        const play = new Play(cacheDir);
        try {
          for (const event of events) {
            await play.play(event);
            await play.check();
          }
        } finally {
          await play.close();
          await rm(cacheDir, { recursive: true, force: true });
        }
      }),
      { numRuns: 60, ...LONG_CASES },
    );
  });
});
