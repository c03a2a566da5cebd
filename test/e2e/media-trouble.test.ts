/**
 * Pictures that can't be had for a while, while TensorBoard reads the file they are in: it goes on where it stopped, and in
 * the end has every point and every picture.
 * @module
 */

import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { LogdirError } from '../../src/core/index.ts';
import { serveTree } from '../support/http-door.ts';
import { jsonCell, mediaHouse, pictureJson } from '../support/media-run.ts';
import { MOUNTING_MISSING, mountTree } from '../support/mounting.ts';
import { PYTHON_MISSING } from '../support/python.ts';
import { exitRecord, row } from '../support/records.ts';
import { IS_FULL } from '../support/scale.ts';
import { ScriptedSource } from '../support/scripted-source.ts';
import { bytesAt } from '../support/shown-media.ts';
import { TensorBoard } from '../support/tensorboard.ts';

const PROJECT = 'acme/research';
const RUN = 'pictures';
const PICTURES = 10;
const ROWS = 500;
/** Of one, so that several reads of the file are needed for each. */
const BYTES = 300_000;
/** Longer than the mount waits, and than TensorBoard takes to look again. */
const TROUBLE_MS = 8_000;
const PATIENCE_MS = 1000;

const nameOf = (i: number) => `media/images/cat_${i}_aa.png`;
const contentOf = (i: number) => Buffer.alloc(BYTES, i + 1);
/** The first rows have no pictures. */
const FIRST = 100;
const RECORDS = Array.from({ length: ROWS }, (_, step) => {
  const i = step - FIRST;
  const isPicture = i >= 0 && i < PICTURES;
  return row(step, { loss: step }, isPicture ? [jsonCell('cat', pictureJson(nameOf(i), contentOf(i)))] : []);
});

interface Served {
  readonly logdir: string;
  readonly close: () => PromiseLike<void>;
}

const MOUNTED = { isMissing: MOUNTING_MISSING !== null };
/** Each takes half a minute: those not at full scale are for the sake of all. */
const DOORS = [
  ['the mount, to the Rust loader', { door: 'mount', fast: 'true', ...MOUNTED }],
  [
    'the mount, to the Python loader',
    { door: 'mount', fast: 'false', isMissing: MOUNTED.isMissing || !IS_FULL },
  ],
  ['WebHDFS', { door: 'webhdfs', fast: 'false', isMissing: !IS_FULL }],
] as const;

interface PictureEntry {
  readonly step: number;
  readonly query: string;
}

describe.skipIf(PYTHON_MISSING !== null)('pictures that are away for a while', () => {
  describe.each(DOORS)('through %s', (_, { door, fast, isMissing }) => {
    it.skipIf(isMissing)('hold up what comes after them, and nothing is lost', async () => {
      const source = new ScriptedSource();
      for (let i = 0; i < PICTURES; i++) source.files.set(nameOf(i), contentOf(i));
      // Of what was read nothing is at hand when it is wanted again.
      await using house = await mediaHouse([...RECORDS, exitRecord()], { source, memoryMaxBytes: 1000 });
      const [run] = [...house.history.catalogue.runs.values()];
      await run!.update();
      source.fileFailure = new LogdirError('unavailable', 'the network is away');
      const served = await serve(door, house.tree);
      try {
        await using board = await TensorBoard.start(served.logdir, [
          '--load_fast',
          fast,
          '--samples_per_plugin',
          'images=100',
        ]);
        const steps = async () => (await board.scalars(RUN, 'loss')).length;
        await delay(TROUBLE_MS);
        // It answers, whatever it waits for.
        expect(await board.environment()).toMatchObject({ provider: expect.any(String) });
        expect(await steps().catch(() => 0)).toBeLessThan(ROWS);
        source.fileFailure = null;
        await board.until(steps, (count) => count === ROWS);
        const wanted = { run: RUN, tag: 'cat', sample: '0' };
        const images = await board.get<readonly PictureEntry[]>('/data/plugin/images/images', wanted);
        expect(images.map(({ step }) => step)).toEqual(Array.from({ length: PICTURES }, (_, i) => FIRST + i));
        for (const { step, query } of images) {
          const { bytes } = await bytesAt(`${board.url}/data/plugin/images/individualImage?${query}`);
          expect([step, bytes.equals(contentOf(step - FIRST))]).toEqual([step, true]);
        }
        expect(board.output).not.toMatch(/Traceback/);
      } finally {
        await served.close();
      }
    });
  });
});

async function serve(door: 'mount' | 'webhdfs', tree: Parameters<typeof serveTree>[0]): Promise<Served> {
  if (door === 'mount') {
    const mount = await mountTree(tree, { readPatienceMs: PATIENCE_MS });
    return { logdir: join(mount.directory, PROJECT), close: () => mount[Symbol.asyncDispose]() };
  }
  const server = await serveTree(tree);
  return {
    logdir: `webhdfs://127.0.0.1:${server.port}/${PROJECT}`,
    close: () => server[Symbol.asyncDispose](),
  };
}
