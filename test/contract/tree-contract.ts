/** What every LogdirTree must do, whatever stands behind it. @module */

import { setMaxListeners } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LogdirError } from '../../src/core/index.ts';
import { type FileNode, type LogdirNode, type LogdirTree, piecesOf } from '../../src/tree/index.ts';

/** A tree under test: at least one file two directories deep, and nothing that grows while the suite runs. */
export interface TreeUnderTest extends AsyncDisposable {
  readonly tree: LogdirTree;
}

const { signal } = new AbortController();
// Every request of a door under test listens to it.
setMaxListeners(0, signal);
const cached = { signal, freshness: 'cached' } as const;
const complete = { signal, freshness: 'complete' } as const;

/** Runs the suite; `open` is called once. */
export function describeTreeContract(
  name: string,
  { open }: { readonly open: () => Promise<TreeUnderTest> },
) {
  describe(`tree contract: ${name}`, () => {
    let subject: TreeUnderTest;
    let tree: LogdirTree;
    let nodes: ReadonlyMap<string, LogdirNode>;
    beforeAll(async () => {
      subject = await open();
      tree = subject.tree;
      nodes = await walk(tree);
    });
    afterAll(() => subject[Symbol.asyncDispose]());
    const files = () => [...nodes].filter(([, node]) => node.kind === 'file');
    const directories = () => ['', ...[...nodes].filter(([, node]) => node.kind === 'directory').map(first)];

    it('has a root, directories and files to look at', () => {
      expect(directories().length).toBeGreaterThan(1);
      expect(files().length).toBeGreaterThan(0);
    });

    it('lists each name once, in ascending order, as one path component', async () => {
      for (const path of directories()) {
        const names = (await tree.list(path, { signal })).map((node) => node.name);
        expect(names).toEqual([...new Set(names)].sort());
        for (const entry of names) expect(entry).toMatch(/^(?!\.{1,2}$)[^/\0]+$/);
      }
    });

    it('knows every listed name by stat, as the same kind of thing', async () => {
      for (const [path, listed] of nodes) {
        const node = await tree.stat(path, cached);
        expect([path, node.kind, node.name]).toEqual([path, listed.kind, listed.name]);
      }
    });

    it('opens every listed file, and yields exactly as many bytes as it says', async () => {
      for (const [path] of files()) {
        await using file = await tree.open(path, complete);
        expect([path, (await bytesOf(tree, path)).length]).toEqual([path, file.node.size]);
        const node = (await tree.stat(path, complete)) as FileNode;
        expect([path, node.size, node.etag]).toEqual([path, file.node.size, file.node.etag]);
        expect(node.etag).toMatch(/^"[^"]*"$/);
      }
    });

    it('reads any range as that slice of the whole, and nothing beyond the end', async () => {
      for (const [path] of files()) await checkSlices(tree, path);
    });

    it.each(['cached', 'refresh'] as const)(
      'opens %s files with the bytes of complete ones',
      async (freshness) => {
        for (const [path] of files()) {
          const whole = await bytesOf(tree, path);
          await using file = await tree.open(path, { signal, freshness });
          const range = { start: 0, end: Math.min(100, whole.length) };
          const start = await joined(file.read(range, { signal }));
          expect([path, Buffer.compare(start, whole.subarray(0, range.end))]).toEqual([path, 0]);
        }
      },
    );

    it('finds nothing where nothing is listed', async () => {
      const [file] = files()[0] ?? [''];
      for (const path of ['no such entity', 'no such entity/x/y', `${file}/below`, `${file}.not`]) {
        await expect(tree.stat(path, cached)).rejects.toMatchObject(failure('not-found'));
        await expect(tree.list(path, { signal })).rejects.toMatchObject(failure('not-found'));
        await expect(tree.open(path, complete)).rejects.toMatchObject(failure('not-found'));
      }
    });

    it('refuses to list a file and to open a directory', async () => {
      for (const [path] of files().slice(0, 3)) {
        await expect(tree.list(path, { signal })).rejects.toMatchObject(failure('invalid-argument'));
      }
      for (const path of directories().slice(0, 3)) {
        await expect(tree.open(path, complete)).rejects.toMatchObject(failure('invalid-argument'));
      }
    });

    it('stops when the caller has given up', async () => {
      const [path] = files()[0] ?? [''];
      const gone = AbortSignal.abort();
      await expect(tree.stat(path, { signal: gone, freshness: 'complete' })).rejects.toThrow();
      await expect(tree.open(path, { signal: gone, freshness: 'complete' })).rejects.toThrow();
    });
  });
}

function failure(code: LogdirError['code']) {
  return { name: new LogdirError(code, '').name, code };
}

function first<T>([value]: readonly [T, unknown]): T {
  return value;
}

/** Everything below the root, by path. */
async function walk(tree: LogdirTree, path = ''): Promise<ReadonlyMap<string, LogdirNode>> {
  const found = new Map<string, LogdirNode>();
  for (const node of await tree.list(path, { signal })) {
    const childPath = path === '' ? node.name : `${path}/${node.name}`;
    found.set(childPath, node);
    if (node.kind === 'directory')
      for (const [below, child] of await walk(tree, childPath)) found.set(below, child);
  }
  return found;
}

async function bytesOf(
  tree: LogdirTree,
  path: string,
  start = 0,
  end = Number.MAX_SAFE_INTEGER,
): Promise<Buffer> {
  await using file = await tree.open(path, complete);
  return await joined(file.read({ start, end }, { signal }));
}

async function joined(bytes: Uint8Array | AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of piecesOf(bytes)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

async function checkSlices(tree: LogdirTree, path: string): Promise<void> {
  const whole = await bytesOf(tree, path);
  const { length } = whole;
  const cuts = [0, 1, Math.floor(length / 3), Math.floor(length / 2), length - 1, length, length + 5];
  for (const start of cuts.filter((cut) => cut >= 0)) {
    for (const end of cuts.filter((cut) => cut >= start)) {
      const part = await bytesOf(tree, path, start, end);
      expect([path, start, end, Buffer.compare(part, whole.subarray(start, end))]).toEqual([
        path,
        start,
        end,
        0,
      ]);
    }
  }
}
