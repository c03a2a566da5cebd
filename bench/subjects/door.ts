/**
 * The HTTP door over a file made of one repeated buffer, so that no synthesis is measured: `door PORT_FILE`. @module
 */

import { type ByteRange, clampRange, LogdirError } from '../../src/core/index.ts';
import type { FileNode, LogdirNode, LogdirTree, OpenFile } from '../../src/tree/index.ts';
import { webServer } from '../../test/support/http-door.ts';
import { announce } from './announcement.ts';

const FILE_BYTES = 2 ** 30;
const BLOCK = Buffer.alloc(262_144, 'a block of events, repeated. ');
const PATH = 'team/project/run/events.out.tfevents.1.bench';

const [portFile] = process.argv.slice(2);
if (portFile === undefined) throw new Error('usage: door PORT_FILE');

const node: FileNode = {
  kind: 'file',
  name: 'events.out.tfevents.1.bench',
  mtimeMs: 1_767_225_600_000,
  size: FILE_BYTES,
  isAppendOnly: true,
  etag: '"bench"',
  contentType: 'application/octet-stream',
};

function blockSlice({ start, end }: ByteRange): Buffer {
  const offset = start % BLOCK.length;
  return BLOCK.subarray(offset, Math.min(BLOCK.length, offset + end - start));
}

async function* blocks(range: ByteRange): AsyncGenerator<Uint8Array> {
  for (let start = range.start; start < range.end; ) {
    const piece = blockSlice({ start, end: range.end });
    start += piece.length;
    yield piece;
  }
}

/** As much as the tree gives at once. */
const AT_ONCE_BYTES = 2 ** 20;

const file: OpenFile = {
  node,
  mayGrow: false,
  read: (wanted) => {
    const range = clampRange(wanted, FILE_BYTES);
    const bytes = range.end - range.start;
    if (bytes > AT_ONCE_BYTES) return blocks(range);
    const piece = blockSlice(range);
    return piece.length === bytes ? piece : Buffer.concat([piece, BLOCK.subarray(0, bytes - piece.length)]);
  },
  [Symbol.asyncDispose]: async () => {},
};

function known<T>(path: string, value: T): T | Promise<T> {
  return path === PATH ? value : Promise.reject(new LogdirError('not-found', path));
}

const tree: LogdirTree = {
  stat: (path) => known<LogdirNode>(path, node),
  list: async () => [],
  open: (path) => known(path, file),
  watchGrowth: () => ({ [Symbol.dispose]: () => undefined }),
};

async function serve(portPath: string): Promise<void> {
  const { signal } = new AbortController();
  const { port } = await webServer(tree).listen({ host: '127.0.0.1', port: 0, signal });
  announce(portPath, port);
}

await serve(portFile);
