/** A file that is kept open: it grows, and trouble that passes is waited out. */

import { describe, expect, it } from 'vitest';
import { type ErrorCode, LogdirError } from '../../../src/core/index.ts';
import { FollowedFile, type LogdirTree, type OpenFile } from '../../../src/tree/index.ts';
import { collect, signal } from '../../support/house.ts';
import { MemoryTree } from '../../support/memory-tree.ts';
import { MovingClock } from '../../support/moving-clock.ts';

const EVENTS = 'team/run/events.out.tfevents.1.a';
const DOCUMENT = 'team/run/run.json';
const REFRESH = { signal, freshness: 'refresh' } as const;

async function follow(tree: LogdirTree, path = EVENTS, clock = new MovingClock()): Promise<FollowedFile> {
  const file = await tree.open(path, REFRESH);
  return new FollowedFile(file, { tree, path, retryForMs: 1000, clock });
}

describe.each([
  ['at hand', true],
  ['not at hand', false],
])('a followed file that is %s', (_, isWarm) => {
  const files = () => new MemoryTree({ [EVENTS]: '0123456789', [DOCUMENT]: '{"a":1}' }, { isWarm });

  it('is longer once it has grown and somebody reaches past its end', async () => {
    const tree = files();
    const file = await follow(tree);
    tree.grow(EVENTS, Buffer.from('0123456789abc'));
    expect(await file.reach({ start: 2, end: 10 }, REFRESH)).toEqual({ start: 2, end: 10 });
    expect(file.node.size).toBe(10);
    const reached = await file.reach({ start: 8, end: 100 }, REFRESH);
    expect(reached).toEqual({ start: 8, end: 13 });
    expect((await collect(file.read(reached, { signal }))).toString()).toBe('89abc');
  });

  it('stays as it was when opened if it is written anew', async () => {
    const tree = files();
    const file = await follow(tree, DOCUMENT);
    tree.files.set(DOCUMENT, Buffer.from('{"a":2,"b":3}'));
    const reached = await file.reach({ start: 0, end: 100 }, REFRESH);
    expect((await collect(file.read(reached, { signal }))).toString()).toBe('{"a":1}');
  });

  it('is what it was while the tree has trouble', async () => {
    const tree = files();
    const file = await follow(tree);
    tree.open = async () => {
      throw new LogdirError('unavailable', 'trouble');
    };
    expect(await file.reach({ start: 8, end: 100 }, REFRESH)).toEqual({ start: 8, end: 10 });
  });
});

describe('a read that meets trouble', () => {
  /** A tree whose reads give two bytes, and fail so many times before they give more. */
  function failing(code: ErrorCode, times: number): MemoryTree {
    const tree = new MemoryTree({ [EVENTS]: '0123456789' }, { isWarm: false, pieceBytes: 2 });
    const open = tree.open.bind(tree);
    let left = times;
    tree.open = async (...how) => {
      const file = await open(...how);
      const read = async function* (...[range, options]: Parameters<OpenFile['read']>) {
        for await (const piece of file.read(range, options) as AsyncIterable<Uint8Array>) {
          yield piece;
          if (left-- > 0) throw new LogdirError(code, 'trouble');
        }
      };
      return { ...file, read };
    };
    return tree;
  }

  it.each(['unavailable', 'rate-limited', 'exhausted'] as const)(
    'goes on where it stopped once %s is over',
    async (code) => {
      const file = await follow(failing(code, 3));
      const read = await collect(file.read({ start: 0, end: 10 }, { signal }));
      expect(read.toString()).toBe('0123456789');
    },
  );

  it.each([
    ['unavailable', 1e9],
    ['not-found', 1],
    ['permission-denied', 1],
    ['internal', 1],
  ] as const)('fails with %s that lasts or is final', async (code, times) => {
    const clock = new MovingClock();
    const tree = failing(code, times);
    tree.files.set(EVENTS, Buffer.alloc(1e6));
    const file = await follow(tree, EVENTS, clock);
    const moving = setInterval(() => clock.advance(200), 1);
    await expect(collect(file.read({ start: 0, end: 1e6 }, { signal }))).rejects.toMatchObject({ code });
    clearInterval(moving);
  });

  it('fails at once when the file ends before its size', async () => {
    const tree = new MemoryTree({ [EVENTS]: '0123456789' }, { isWarm: false });
    const open = tree.open.bind(tree);
    tree.open = async (...how) => ({ ...(await open(...how)), read: async function* () {} });
    const file = await follow(tree);
    await expect(collect(file.read({ start: 0, end: 10 }, { signal }))).rejects.toMatchObject({
      code: 'internal',
    });
  });
});
