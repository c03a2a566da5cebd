/** A session over a tree, with a kernel of our own: what is answered, when, and how often. @module */

import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type ErrorCode, LogdirError, systemClock } from '../../../src/core/index.ts';
import { OperationTally } from '../../../src/frontends/fuse/operation-tally.ts';
import { ERRNO } from '../../../src/frontends/fuse/protocol/index.ts';
import { FuseSession } from '../../../src/frontends/fuse/session.ts';
import { TreeFileSystem } from '../../../src/frontends/fuse/tree-file-system.ts';
import { createMetrics, silentLogger } from '../../../src/observability/index.ts';
import { type LogdirTree, type OpenFile, piecesOf } from '../../../src/tree/index.ts';
import { FuseKernel, requestBody, requestFrame } from '../../support/fuse-kernel.ts';
import { closedGate } from '../../support/gate.ts';
import { MemoryTree } from '../../support/memory-tree.ts';

const OP = { lookup: 1, forget: 2, getattr: 3, open: 14, read: 15, release: 18, opendir: 27, readdir: 28 };
const MORE = { releasedir: 29, access: 34, interrupt: 36, readdirplus: 44, lseek: 46 };
const EVENTS = 'team/run/events.out.tfevents.1.a';
const DOCUMENT = 'team/run/run.json';
const INVAL_INODE = 2;
const DIRECT_IO = 1;
const KEEP_CACHE = 2;
const PATIENCE_MS = 500;
const files = () => ({ [EVENTS]: Buffer.from('0123456789'), [DOCUMENT]: '{"a":1}' });

interface Subject {
  readonly kernel: FuseKernel;
  readonly fileSystem: TreeFileSystem;
  readonly session: FuseSession;
  readonly ended: Promise<void>;
  node(path: string): Promise<number>;
  open(path: string): Promise<{ readonly handle: number; readonly flags: number }>;
}

function start(tree: LogdirTree, requestTimeoutMs = 30_000): Subject {
  const kernel = new FuseKernel();
  const logger = silentLogger();
  const fileSystem = new TreeFileSystem({
    ...{ tree, logger, ownership: { uid: 1, gid: 2, umask: 0 }, readPatienceMs: PATIENCE_MS },
  });
  const tally = new OperationTally(createMetrics({ processMetrics: false }));
  const session = new FuseSession({
    ...{ transport: kernel, fileSystem, tally, logger, clock: systemClock, requestTimeoutMs },
  });
  const ended = session.run();
  const node = async (path: string) => {
    let id = 1;
    for (const name of path.split('/')) {
      const { errno, body } = await kernel.ask(OP.lookup, id, requestBody.name(name));
      expect([path, errno]).toEqual([path, 0]);
      id = Number(body.readBigUInt64LE(0));
    }
    return id;
  };
  const open = async (path: string) => {
    const { errno, body } = await kernel.ask(OP.open, await node(path), requestBody.numbers(0));
    expect([path, errno]).toEqual([path, 0]);
    return { handle: Number(body.readBigUInt64LE(0)), flags: body.readUInt32LE(8) };
  };
  return { kernel, fileSystem, session, ended, node, open };
}

/** A tree whose reads wait at a gate. */
class SlowTree extends MemoryTree {
  readonly gate = closedGate();

  constructor() {
    super(files(), { isWarm: false });
  }

  override async open(...args: Parameters<MemoryTree['open']>): Promise<OpenFile> {
    const file = await super.open(...args);
    return {
      ...file,
      read: (range, options) => this.#late(() => piecesOf(file.read(range, options)), options.signal),
    };
  }

  async *#late(read: () => AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const given = new Promise((_, reject) => signal.addEventListener('abort', reject));
    await Promise.race([this.gate.opened, given]);
    yield* read();
  }
}

describe('a session', () => {
  it('looks names up, tells attributes, and says what is not there', async () => {
    const { kernel, node } = start(new MemoryTree(files()));
    const id = await node(EVENTS);
    const { body } = await kernel.ask(OP.getattr, id, requestBody.numbers(0, 0));
    expect(body.readBigUInt64LE(16 + 8)).toBe(10n);
    expect(body.readUInt32LE(16 + 60)).toBe(0o100444);
    expect((await kernel.ask(OP.lookup, 1, requestBody.name('nothing'))).errno).toBe(ERRNO.ENOENT);
    expect((await kernel.ask(OP.getattr, 12_345, requestBody.numbers(0, 0))).errno).toBe(ERRNO.ESTALE);
  });

  it('gives a path one inode number, here and in every other session', async () => {
    const [one, other] = [start(new MemoryTree(files())), start(new MemoryTree(files()))];
    const ids = [await one.node(EVENTS), await one.node(EVENTS), await other.node(EVENTS)];
    expect(new Set(ids).size).toBe(1);
    expect(await one.node(DOCUMENT)).not.toBe(ids[0]);
  });

  it('forgets a node after as many forgets as lookups, not before', async () => {
    const { kernel, node, fileSystem } = start(new MemoryTree(files()));
    const id = await node('team');
    await node('team');
    kernel.deliver(requestFrame({ opcode: OP.forget, unique: 90, nodeId: id, body: requestBody.numbers(1) }));
    expect(fileSystem.inodeOf('team')).toBe(id);
    kernel.deliver(requestFrame({ opcode: OP.forget, unique: 92, nodeId: id, body: requestBody.numbers(1) }));
    expect(fileSystem.held).toEqual({ inodes: 0, files: 0, directories: 0 });
    expect(kernel.unwanted).toEqual([]);
  });

  it('lets the kernel keep the pages of event files that have ended, and of nothing else', async () => {
    const { open } = start(new MemoryTree({ ...files(), 'team/new/events.out.tfevents.2.b': '' }));
    expect((await open(EVENTS)).flags & (DIRECT_IO | KEEP_CACHE)).toBe(KEEP_CACHE);
    expect((await open(DOCUMENT)).flags & (DIRECT_IO | KEEP_CACHE)).toBe(DIRECT_IO);
    expect((await open('team/new/events.out.tfevents.2.b')).flags & 3).toBe(DIRECT_IO);
    const growing = start(new MemoryTree(files(), { mayGrow: true }));
    expect((await growing.open(EVENTS)).flags & (DIRECT_IO | KEEP_CACHE)).toBe(DIRECT_IO);
  });

  it('reads ranges, nothing beyond the end, and closes', async () => {
    const { kernel, open, fileSystem } = start(new MemoryTree(files()));
    const { handle } = await open(EVENTS);
    const read = async (offset: number, size: number) =>
      (await kernel.ask(OP.read, 1, requestBody.read(handle, offset, size))).body.toString();
    expect([await read(0, 4), await read(4, 100), await read(10, 5), await read(99, 5)]).toEqual([
      '0123',
      '456789',
      '',
      '',
    ]);
    const seek = async (offset: number, whence: number) =>
      await kernel.ask(MORE.lseek, 1, requestBody.numbers(handle, offset, whence));
    expect((await seek(3, 3)).body.readUInt32LE(0)).toBe(3);
    expect((await seek(3, 4)).body.readUInt32LE(0)).toBe(10);
    expect((await seek(10, 3)).errno).toBe(ERRNO.ENXIO);
    expect((await kernel.ask(OP.release, 1, requestBody.numbers(handle, 0, 0))).errno).toBe(0);
    expect(fileSystem.held.files).toBe(0);
    expect((await kernel.ask(OP.read, 1, requestBody.read(handle, 0, 4))).errno).toBe(ERRNO.EBADF);
  });

  it('follows a file that grows, and announces it', async () => {
    const tree = new MemoryTree(files());
    const { kernel, open, node, fileSystem, session } = start(tree);
    tree.watchGrowth((path) => session.announceChange(fileSystem.inodeOf(path) ?? 0));
    const { handle } = await open(EVENTS);
    tree.grow(EVENTS, Buffer.from('0123456789abc'));
    const { body } = await kernel.ask(OP.read, 1, requestBody.read(handle, 8, 100));
    expect(body.toString()).toBe('89abc');
    expect(kernel.notifications.map((told) => [told.code, Number(told.body.readBigUInt64LE(0))])).toEqual([
      [INVAL_INODE, await node(EVENTS)],
    ]);
  });

  it('keeps a document as it was when opened', async () => {
    const tree = new MemoryTree(files());
    const { kernel, open } = start(tree);
    const { handle } = await open(DOCUMENT);
    tree.files.set(DOCUMENT, Buffer.from('{"a":2,"b":3}'));
    const { body } = await kernel.ask(OP.read, 1, requestBody.read(handle, 0, 100));
    expect(body.toString()).toBe('{"a":1}');
    const size = (await kernel.ask(OP.getattr, 1, requestBody.numbers(1, handle))).body.readBigUInt64LE(24);
    expect([size, (await open(DOCUMENT)).handle]).toEqual([7n, handle + 1]);
  });

  it('lists a directory in pages, and looks again from the start', async () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`p/${i}/x`, 'x']));
    const tree = new MemoryTree(many);
    const { kernel, node, fileSystem } = start(tree);
    const { body } = await kernel.ask(OP.opendir, await node('p'), requestBody.numbers(0));
    const handle = Number(body.readBigUInt64LE(0));
    const names = async (opcode: number) => await listed(kernel, opcode, handle);
    const expected = ['.', '..', ...Array.from({ length: 200 }, (_, i) => `${i}`).sort()];
    expect(await names(OP.readdir)).toEqual(expected);
    expect(fileSystem.held.inodes).toBe(1);
    tree.files.set('p/new/x', Buffer.from('x'));
    expect(await names(MORE.readdirplus)).toEqual([...expected, 'new']);
    expect(fileSystem.held.inodes).toBe(202);
    expect((await kernel.ask(MORE.releasedir, 1, requestBody.numbers(handle, 0, 0))).errno).toBe(0);
    expect(fileSystem.held.directories).toBe(0);
  });

  it('tells a large directory with what has grown since it was listed before', async () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`p/${100 + i}.tfevents`, 'x']));
    const tree = new MemoryTree(many);
    const { kernel, node, fileSystem } = start(tree);
    const directory = await node('p');
    const sizes = async () => {
      const opened = await kernel.ask(OP.opendir, directory, requestBody.numbers(0));
      const handle = Number(opened.body.readBigUInt64LE(0));
      const { body } = await kernel.ask(MORE.readdirplus, 1, requestBody.read(handle, 0, 100_000));
      const [dots, entry] = [2 * 160, 128 + 40];
      return Array.from({ length: 100 }, (_, i) => Number(body.readBigUInt64LE(dots + i * entry + 48)));
    };
    expect(new Set(await sizes())).toEqual(new Set([1]));
    tree.grow('p/142.tfevents', Buffer.from('xyz'));
    expect((await sizes()).indexOf(3)).toBe(42);
    const id = await node('p/142.tfevents');
    const forget = (nodeId: number, count: number) =>
      kernel.deliver(
        requestFrame({ opcode: OP.forget, unique: 90, nodeId, body: requestBody.numbers(count) }),
      );
    forget(id, 2);
    expect(fileSystem.inodeOf('p/142.tfevents')).toBe(id);
    forget(id, 1);
    expect([fileSystem.inodeOf('p/142.tfevents'), fileSystem.held.inodes]).toEqual([undefined, 100]);
    await sizes();
    expect(fileSystem.inodeOf('p/142.tfevents')).toBe(id);
  });

  async function listed(kernel: FuseKernel, opcode: number, handle: number): Promise<string[]> {
    const names: string[] = [];
    for (let offset = 0; ; ) {
      const { body } = await kernel.ask(opcode, 1, requestBody.read(handle, offset, 4096));
      if (body.length === 0) return names;
      for (let at = 0; at < body.length; ) {
        const dirent = at + (opcode === MORE.readdirplus ? 128 : 0);
        const length = body.readUInt32LE(dirent + 16);
        names.push(body.toString('utf8', dirent + 24, dirent + 24 + length));
        offset = Number(body.readBigUInt64LE(dirent + 8));
        at = dirent + ((24 + length + 7) & ~7);
      }
    }
  }

  it('takes several requests in one chunk', async () => {
    const { kernel } = start(new MemoryTree(files()));
    const uniques = [202, 204, 206];
    const frames = uniques.map((unique) =>
      requestFrame({ opcode: OP.lookup, unique, nodeId: 1, body: requestBody.name('team') }),
    );
    const answers = uniques.map((unique) => kernel.expect(unique));
    kernel.deliver(Buffer.concat(frames));
    expect((await Promise.all(answers)).map(({ errno }) => errno)).toEqual([0, 0, 0]);
  });

  it('refuses writing, and leaves reading alone', async () => {
    const { kernel } = start(new MemoryTree(files()));
    expect((await kernel.ask(9, 1, Buffer.alloc(16))).errno).toBe(ERRNO.EROFS);
    expect((await kernel.ask(MORE.access, 1, requestBody.numbers(2))).errno).toBe(ERRNO.EROFS);
    expect((await kernel.ask(MORE.access, 1, requestBody.numbers(5))).errno).toBe(0);
    expect((await kernel.ask(99, 1)).errno).toBe(ERRNO.ENOSYS);
  });
});

describe('requests that take their time', () => {
  it('do not hold up others', async () => {
    const tree = new SlowTree();
    const { kernel, open, session } = start(tree);
    const { handle } = await open(EVENTS);
    const slow = kernel.start(OP.read, 1, requestBody.read(handle, 0, 4));
    expect((await kernel.ask(OP.lookup, 1, requestBody.name('team'))).errno).toBe(0);
    expect(session.pending).toBe(1);
    tree.gate.open();
    expect((await slow.answer).body.toString()).toBe('0123');
    expect(session.pending).toBe(0);
  });

  it('are answered EINTR when interrupted, once', async () => {
    const tree = new SlowTree();
    const { kernel, open, session } = start(tree);
    const { handle } = await open(EVENTS);
    const slow = kernel.start(OP.read, 1, requestBody.read(handle, 0, 4));
    kernel.deliver(
      requestFrame({
        opcode: MORE.interrupt,
        unique: slow.unique + 1,
        nodeId: 0,
        body: requestBody.numbers(slow.unique),
      }),
    );
    expect((await slow.answer).errno).toBe(ERRNO.EINTR);
    tree.gate.open();
    await delay(10);
    expect([session.pending, kernel.unwanted]).toEqual([0, []]);
  });

  it('of which nothing is known are left alone by an interrupt', async () => {
    const { kernel } = start(new MemoryTree(files()));
    const body = requestBody.numbers(4444);
    kernel.deliver(requestFrame({ opcode: MORE.interrupt, unique: 9, nodeId: 0, body }));
    expect((await kernel.ask(OP.lookup, 1, requestBody.name('team'))).errno).toBe(0);
    expect(kernel.unwanted).toEqual([]);
  });

  it('leave nothing open when they were interrupted while opening', async () => {
    const gate = closedGate();
    const tree = new (class extends MemoryTree {
      override async open(...args: Parameters<MemoryTree['open']>) {
        await gate.opened;
        return await super.open(...args);
      }
    })(files(), { isWarm: false });
    const { kernel, node, fileSystem } = start(tree);
    const opening = kernel.start(OP.open, await node(EVENTS), requestBody.numbers(0));
    const body = requestBody.numbers(opening.unique);
    kernel.deliver(requestFrame({ opcode: MORE.interrupt, unique: opening.unique + 1, nodeId: 0, body }));
    expect((await opening.answer).errno).toBe(ERRNO.EINTR);
    gate.open();
    await delay(10);
    expect(fileSystem.held.files).toBe(0);
  });

  it('make nothing known when a listing was interrupted', async () => {
    const gate = closedGate();
    const tree = new (class extends MemoryTree {
      override async list(...args: Parameters<MemoryTree['list']>) {
        await gate.opened;
        return await super.list(...args);
      }
    })(files());
    const { kernel, fileSystem } = start(tree);
    const opened = await kernel.ask(OP.opendir, 1, requestBody.numbers(0));
    const handle = Number(opened.body.readBigUInt64LE(0));
    const listing = kernel.start(MORE.readdirplus, 1, requestBody.read(handle, 0, 4096));
    const body = requestBody.numbers(listing.unique);
    kernel.deliver(requestFrame({ opcode: MORE.interrupt, unique: listing.unique + 1, nodeId: 0, body }));
    expect((await listing.answer).errno).toBe(ERRNO.EINTR);
    gate.open();
    await delay(10);
    expect(fileSystem.held.inodes).toBe(0);
    const again = await kernel.ask(MORE.readdirplus, 1, requestBody.read(handle, 0, 4096));
    expect([again.errno, fileSystem.held.inodes]).toEqual([0, 1]);
  });

  it('are answered late rather than never: reads EINTR, the rest ETIMEDOUT', async () => {
    const tree = new SlowTree();
    const { kernel, open } = start(tree, 50);
    const { handle } = await open(EVENTS);
    const read = kernel.start(OP.read, 1, requestBody.read(handle, 0, 4));
    tree.stat = () => new Promise(() => undefined);
    const lookup = kernel.start(OP.lookup, 1, requestBody.name('elsewhere'));
    expect((await read.answer).errno).toBe(ERRNO.EINTR);
    expect((await lookup.answer).errno).toBe(ERRNO.ETIMEDOUT);
    tree.gate.open();
    await delay(10);
    expect(kernel.unwanted).toEqual([]);
  });

  it('are given up when the connection ends', async () => {
    const tree = new SlowTree();
    const { kernel, open, ended } = start(tree);
    const { handle } = await open(EVENTS);
    void kernel.start(OP.read, 1, requestBody.read(handle, 0, 4));
    kernel.close();
    await ended;
  });
});

describe('trouble upstream', () => {
  /** A tree of which two bytes can be read, and more only after so many failures. */
  const failing = (code: ErrorCode, times: number) => {
    let left = times;
    return new (class extends MemoryTree {
      override async open(...args: Parameters<MemoryTree['open']>): Promise<OpenFile> {
        const file = await super.open(...args);
        return { ...file, read: (...how) => this.#read(file, ...how) };
      }
      async *#read(file: OpenFile, ...[{ start, end }, options]: Parameters<OpenFile['read']>) {
        if (start < 2) yield* piecesOf(file.read({ start, end: 2 }, options));
        if (left-- > 0) throw new LogdirError(code, 'trouble');
        yield* piecesOf(file.read({ start: Math.max(2, start), end }, options));
      }
    })(files(), { isWarm: false });
  };

  it('that passes is not seen at all', async () => {
    let calls = 0;
    const tree = new MemoryTree(files(), { isWarm: false });
    const open = tree.open.bind(tree);
    tree.open = async (...args) => {
      const file = await open(...args);
      return {
        ...file,
        read: async function* (range, options) {
          if (++calls < 4) throw new LogdirError('unavailable', 'down');
          yield* piecesOf(file.read(range, options));
        },
      };
    };
    const { kernel, open: openFile } = start(tree);
    const { handle } = await openFile(EVENTS);
    const { errno, body } = await kernel.ask(OP.read, 1, requestBody.read(handle, 0, 10));
    expect([errno, body.toString(), calls]).toEqual([0, '0123456789', 4]);
  });

  it.each([
    ['unavailable', ERRNO.EINTR],
    ['rate-limited', ERRNO.EINTR],
    ['not-found', ERRNO.ESTALE],
    ['permission-denied', ERRNO.EACCES],
  ] as const)('that lasts, %s, never cuts a read short', async (code, errno) => {
    const { kernel, open } = start(failing(code, 100));
    const { handle } = await open(EVENTS);
    expect((await kernel.ask(OP.read, 1, requestBody.read(handle, 0, 10))).errno).toBe(errno);
  });

  it('that lasts leaves what a file grew by for later, to whom has it open', async () => {
    const tree = new MemoryTree(files(), { isWarm: false, mayGrow: true });
    const { kernel, open } = start(tree);
    const { handle } = await open(EVENTS);
    tree.open = async () => {
      throw new LogdirError('unavailable', 'trouble');
    };
    const { errno, body } = await kernel.ask(OP.read, 1, requestBody.read(handle, 8, 10));
    expect([errno, body.toString()]).toEqual([0, '89']);
  });

  it('of our own making is an error', async () => {
    const { kernel, open } = start(failing('internal', 100));
    const { handle } = await open(EVENTS);
    expect((await kernel.ask(OP.read, 1, requestBody.read(handle, 0, 10))).errno).toBe(ERRNO.EIO);
  });

  it('while looking is never absence and never EIO', async () => {
    const tree = new MemoryTree(files(), { isWarm: false });
    const { kernel } = start(tree);
    for (const [code, errno] of [
      ['unavailable', ERRNO.EAGAIN],
      ['rate-limited', ERRNO.EAGAIN],
      ['permission-denied', ERRNO.EACCES],
    ] as const) {
      tree.stat = async () => {
        throw new LogdirError(code, 'trouble');
      };
      expect((await kernel.ask(OP.lookup, 1, requestBody.name('team'))).errno).toBe(errno);
    }
  });
});
