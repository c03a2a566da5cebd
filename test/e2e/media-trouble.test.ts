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
const RECORDS = Array.from({ length: ROWS }, (_, step) => {
  const i = step - 100;
  const isPicture = i >= 0 && i < PICTURES;
  return row(step, { loss: step }, isPicture ? [jsonCell('cat', pictureJson(nameOf(i), contentOf(i)))] : []);
});

interface Served {
  readonly logdir: string;
  readonly close: () => PromiseLike<void>;
}

const DOORS = [
  ['the mount, to the Rust loader', 'mount', 'true'],
  ['the mount, to the Python loader', 'mount', 'false'],
  ['WebHDFS', 'webhdfs', 'false'],
] as const;

describe.skipIf((MOUNTING_MISSING ?? PYTHON_MISSING) !== null)('pictures that are away for a while', () => {
  it.each(IS_FULL ? DOORS : DOORS.slice(0, 1))('lose nothing through %s', async (_, door, fast) => {
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
      source.fileFailure = null;
      await board.until(steps, (count) => count === ROWS);
      const images = await board.get<readonly object[]>('/data/plugin/images/images', {
        run: RUN,
        tag: 'cat',
        sample: '0',
      });
      expect(images).toHaveLength(PICTURES);
      expect(board.output).not.toMatch(/Traceback/);
    } finally {
      await served.close();
    }
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
