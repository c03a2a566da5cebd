/**
 * A run that logs five numbers and a picture of a megabyte at each of 10,000 steps, and the same run without pictures. Ten
 * gigabytes of pictures are made when they are opened; no digest is told, as working it out would cost more than serving.
 * @module
 */

import { setTimeout as delay } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { type RunKey, type RunRecord, runKey } from '../src/core/index.ts';
import type { OpenedSavedFile, SavedFile } from '../src/sources/index.ts';
import { randomNumbers } from '../test/support/random.ts';
import type { MadeUpFiles } from './one-run-source.ts';
import { TAGS } from './rows.ts';

export const IMAGE_RUN: RunKey = runKey('team', 'pictures', 'long');
export const IMAGE_STEPS = 10_000;
export const IMAGE_BYTES = 1_000_000;
export const IMAGE_KEY = 'val/sample';
export const SCALARS = TAGS.slice(0, 5);
const PIXELS = 512;
const START_SECONDS = 1_700_000_000;
/** As the files of a disk are read. */
const PIECE_BYTES = 64 * 1024;

/** As the SDK names files, but for the digest, which twenty digits at the end would be taken for. */
export function imageName(step: number): string {
  return `media/images/${IMAGE_KEY}_${step}_noise.png`;
}

/** As W&B's JSON tells of a picture. */
export function imageJson(step: number): string {
  return JSON.stringify({
    ...{ _type: 'image-file', format: 'png', width: PIXELS, height: PIXELS },
    ...{ path: imageName(step), size: IMAGE_BYTES },
  });
}

/** From the start to the exit of the run. */
export function imageRecords(hasImages: boolean): readonly RunRecord[] {
  const random = randomNumbers(1);
  const shape = { keys: [...SCALARS].sort() };
  const rows = Array.from({ length: IMAGE_STEPS }, (_, step): RunRecord => {
    const values = shape.keys.map((_key, i) => Math.sin(step / 1000 + i) + 0.1 * random());
    const cells = hasImages ? [{ key: IMAGE_KEY, kind: 'json' as const, text: imageJson(step) }] : [];
    return { kind: 'history', step, timestamp: START_SECONDS + step / 2, shape, values, cells };
  });
  const facts = { displayName: IMAGE_RUN.runId, startTime: START_SECONDS };
  return [{ kind: 'facts', facts }, ...rows, { kind: 'exit', exitCode: 0, runtimeSeconds: IMAGE_STEPS / 2 }];
}

/** The pictures, each of which takes a while to open, as one that a server has. */
export function imageFiles(latencyMs: number): MadeUpFiles {
  const list = Array.from({ length: IMAGE_STEPS }, (_, step): SavedFile => {
    return { name: imageName(step), size: IMAGE_BYTES, mtimeMs: 1000 * START_SECONDS };
  });
  const byName = new Map(list.map((file) => [file.name, file]));
  return {
    list: () => list,
    find: (name) => byName.get(name),
    open: async (name) => {
      if (latencyMs > 0) await delay(latencyMs);
      const file = byName.get(name);
      return file === undefined ? null : openedImage(file);
    },
  };
}

const NOISE = makeImage();

/** A PNG whose pixels are noise; it says what it is, and browsers would not draw it. */
export function makeImage(): Buffer {
  const bytes = Buffer.alloc(IMAGE_BYTES);
  const random = randomNumbers(2);
  for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32LE(random() * 2 ** 32, at);
  const head = Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1');
  const header = Buffer.alloc(13);
  header.writeUInt32BE(PIXELS, 0);
  header.writeUInt32BE(PIXELS, 4);
  // Eight bits of red, green and blue.
  header.set([8, 2], 8);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(Buffer.concat([Buffer.from('IHDR'), header])));
  bytes.set(Buffer.concat([head, header, check]));
  return bytes;
}

function openedImage(file: SavedFile): OpenedSavedFile {
  return {
    file,
    read: async function* ({ start, end }) {
      for (let at = start; at < Math.min(end, IMAGE_BYTES); at += PIECE_BYTES)
        yield NOISE.subarray(at, Math.min(at + PIECE_BYTES, end));
    },
    [Symbol.asyncDispose]: async () => {},
  };
}
