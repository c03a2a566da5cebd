/** Local runs from before their first row: a name never has other bytes, whenever a run is met and whatever becomes of the cache. @module */

import { basename, join } from 'node:path/posix';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MemoryStore } from '../../src/history/index.ts';
import type { LogdirTree } from '../../src/tree/index.ts';
import { buildHouse, COMPLETE, eventPath, type House, readWhole } from '../support/house.ts';
import { localSource, type TemporaryFolder, temporaryFolder } from '../support/local-runs.ts';
import { MovingClock } from '../support/moving-clock.ts';
import { scaled } from '../support/scale.ts';
import { WandbLogWriter } from '../support/wandb-log-writer.ts';

const DIRECTORY = 'wandb/offline-run-20231114_221320-abc';
/** What is there of a log as soon as it is made. */
const FILE_HEADER_BYTES = 7;

/** Files beside the log, in words that differ from the log's and from one another. */
const FILES: Readonly<Record<string, (version: number) => string>> = {
  'wandb-metadata.json': (version) =>
    JSON.stringify({
      startedAt: `2023-11-14T22:13:${20 + version}.5Z`,
      gpu: `gpu ${version}`,
      host: 'node7',
    }),
  'config.yaml': (version) => `lr: {value: 0.${version}}\nfrom: {value: file}\n`,
  'wandb-summary.json': (version) => JSON.stringify({ best: version }),
};

const happening = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('grows'), by: fc.double({ min: 0, max: 0.5, noNaN: true }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('is written'),
      file: fc.constantFrom(...Object.keys(FILES)),
      version: fc.nat(3),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('restarts'), keepsCache: fc.boolean() }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'is looked at' } as const) },
);

type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

/** What the log holds. `isLong`: it has whole blocks before its first row. */
const told = fc.record({
  config: fc.boolean(),
  rows: fc.nat(3),
  samples: fc.boolean(),
  exit: fc.boolean(),
  isLong: fc.boolean(),
});
type Told = typeof told extends fc.Arbitrary<infer T> ? T : never;

function logOf({ config, rows, samples, exit, isLong }: Told): Uint8Array {
  const startTime = { seconds: 1_700_000_000, nanos: 250_000_000 };
  const writer = new WandbLogWriter().begin('abc', { startTime, displayName: 'early' });
  if (config) writer.record({ config: { update: [{ key: 'lr', valueJson: '0.9' }] } });
  if (isLong) writer.record({ config: { update: [{ key: 'note', valueJson: `"${'x'.repeat(70_000)}"` }] } });
  if (samples) writer.stats(1_700_000_001, { cpu: 1 });
  for (let step = 0; step < rows; step++)
    writer.row({ loss: step, _step: step, _timestamp: 1_700_000_002 + step });
  if (exit) writer.exit();
  return writer.bytes();
}

/** One run, and the lives of a program that serves it. */
class Lives implements AsyncDisposable {
  /** What was served, by name. */
  readonly served = new Map<string, Buffer>();
  readonly #folder: TemporaryFolder;
  readonly #log: Uint8Array;
  #length = 0;
  #store = new MemoryStore({ maxBytes: 1e8 });
  #house: House | undefined;

  constructor(folder: TemporaryFolder, log: Uint8Array) {
    this.#folder = folder;
    this.#log = log;
  }

  async happen(what: Happening): Promise<void> {
    if ('by' in what) await this.grow(this.#length + Math.ceil(what.by * this.#log.length));
    else if ('file' in what) await this.#write(`files/${what.file}`, FILES[what.file]!(what.version));
    else if ('keepsCache' in what) await this.restart(what.keepsCache);
    else await this.look();
  }

  async grow(length: number): Promise<void> {
    this.#length = Math.min(this.#log.length, length);
    await this.#write('run-abc.wandb', this.#log.subarray(0, this.#length));
  }

  async restart(keepsCache: boolean): Promise<void> {
    await this[Symbol.asyncDispose]();
    if (!keepsCache) this.#store = new MemoryStore({ maxBytes: 1e8 });
  }

  async look(): Promise<void> {
    // Long after the log was written, so that one too short to name its run is listed too.
    const clock = new MovingClock(Date.now() + 3_600_000);
    const sources = () => [localSource(this.#folder.path, { clock })];
    this.#house ??= await buildHouse({ sources: sources(), store: this.#store });
    const { history, tree } = this.#house;
    await history.relist();
    const directory = await onlyRun(tree);
    await tree.stat(`${directory}/run.json`, COMPLETE);
    const path = await eventPath(tree, directory);
    const bytes = await readWhole(tree, path);
    const before = this.served.get(basename(path)) ?? Buffer.alloc(0);
    expect(bytes.subarray(0, before.length).equals(before)).toBe(true);
    this.served.set(basename(path), bytes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#house?.[Symbol.asyncDispose]();
    this.#house = undefined;
  }

  async #write(name: string, content: string | Uint8Array): Promise<void> {
    await this.#folder.write(`${DIRECTORY}/${name}`, Buffer.from(content));
  }
}

/** The directory of the run: of another name once its log says what it is called. */
async function onlyRun(tree: LogdirTree): Promise<string> {
  let path = '';
  for (let depth = 0; depth < 3; depth++) {
    const nodes = await tree.list(path, COMPLETE);
    const [directory] = nodes.filter(({ kind, name }) => kind === 'directory' && !name.startsWith('@'));
    path = join(path, directory!.name);
  }
  return path;
}

it(
  'a file of a local run never has other bytes, whenever the run was met',
  async () => {
    let shownEarly = 0;
    await fc.assert(
      fc.asyncProperty(told, fc.array(happening, { minLength: 4, maxLength: 14 }), async (log, drawn) => {
        await using folder = await temporaryFolder();
        await using lives = new Lives(folder, logOf(log));
        await lives.grow(FILE_HEADER_BYTES);
        for (const what of drawn) await lives.happen(what);
        await lives.grow(Number.POSITIVE_INFINITY);
        await lives.look();
        if (lives.served.size > 1) shownEarly++;
        await lives.restart(false);
        await lives.look();
      }),
      { numRuns: scaled(60, 400) },
    );
    expect(shownEarly).toBeGreaterThan(0);
  },
  scaled(60_000, 300_000),
);
