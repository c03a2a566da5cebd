/** A pass over a file through the mount: the bytes that were asked for, also where others were made ahead. */

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ReadBuffers } from '../../../src/frontends/fuse/read-buffers.ts';
import { SequentialRead } from '../../../src/frontends/fuse/sequential-read.ts';
import type { OpenFile } from '../../../src/tree/index.ts';
import { signal } from '../../support/house.ts';
import { MemoryTree } from '../../support/memory-tree.ts';

const PATH = 'e/p/r/events.out.tfevents.1.a';
const SIZE = 5000;
const BYTES = Buffer.from(Array.from({ length: SIZE }, (_, i) => (i * 31) % 251));

const treeOf = (pieceBytes: number) => new MemoryTree({ [PATH]: BYTES }, { pieceBytes, isWarm: false });
const opened = async (tree: MemoryTree): Promise<OpenFile> =>
  await tree.open(PATH, { signal, freshness: 'cached' });
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** What a reader asks for next, whether it waits for it, and whether it takes its time before it asks again. */
const asked = fc.record({
  length: fc.integer({ min: 1, max: 1500 }),
  isAwaited: fc.boolean(),
  pauses: fc.boolean(),
});

it('gives each read the bytes that follow, whatever was made ahead of it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 2000 }),
      fc.nat(SIZE - 1),
      fc.array(asked, { minLength: 1, maxLength: 20 }),
      async (pieceBytes, start, reads) => {
        const tree = treeOf(pieceBytes);
        const buffers = new ReadBuffers();
        const pass = new SequentialRead(await opened(tree), start, buffers);
        const given: Promise<Buffer>[] = [];
        let at = start;
        for (const { length, isAwaited, pauses } of reads) {
          const size = Math.min(length, SIZE - at);
          if (size === 0) break;
          expect(pass.continuesAt(at)).toBe(true);
          at += size;
          const sent = pass.read(size).then((bytes) => {
            const copy = Buffer.from(bytes);
            buffers.give(bytes);
            pass.readAhead(size);
            return copy;
          });
          given.push(sent);
          if (isAwaited) await sent;
          if (pauses) await settled();
        }
        expect(Buffer.concat(await Promise.all(given)).equals(BYTES.subarray(start, at))).toBe(true);
        pass.close();
        await settled();
        expect(tree.openReads).toBe(0);
      },
    ),
  );
});

it('makes what follows before it is asked for', async () => {
  const tree = treeOf(500);
  const pass = new SequentialRead(await opened(tree), 0, new ReadBuffers());
  await pass.read(1000);
  expect(tree.piecesRead).toBe(2);
  pass.readAhead(1000);
  await settled();
  expect(tree.piecesRead).toBe(4);
  expect(Buffer.from(await pass.read(1000)).equals(BYTES.subarray(1000, 2000))).toBe(true);
  expect(tree.piecesRead).toBe(4);
  pass.close();
});

it('fails the read that meets a failure, and not the one before it', async () => {
  const file = await opened(treeOf(1000));
  const failing: OpenFile = {
    ...file,
    read: async function* () {
      yield BYTES.subarray(0, 1000);
      throw new Error('the disk is gone');
    },
  };
  const pass = new SequentialRead(failing, 0, new ReadBuffers());
  expect((await pass.read(1000)).equals(BYTES.subarray(0, 1000))).toBe(true);
  pass.readAhead(1000);
  await settled();
  expect(pass.continuesAt(1000)).toBe(false);
  await expect(pass.read(1000)).rejects.toThrow();
});
