/** Directories told from prepared listings are told as if each answer were made anew, and the kernel's lookups are counted right. @module */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Inode, InodeTable } from '../../src/frontends/fuse/inode-table.ts';
import { type Appearance, entryOf } from '../../src/frontends/fuse/node-attributes.ts';
import { pathNumber } from '../../src/frontends/fuse/path-number.ts';
import type { PreparedListing } from '../../src/frontends/fuse/prepared-listing.ts';
import { PreparedListings } from '../../src/frontends/fuse/prepared-listings.ts';
import type { LogdirNode } from '../../src/tree/index.ts';
import { plainDirectoryPage } from '../support/plain-directory-page.ts';

const APPEARANCE: Appearance = { ownership: { uid: 3, gid: 4, umask: 0o022 }, isPerUser: false };
const DIRECTORY = 'team';

const name = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' });
const node: fc.Arbitrary<LogdirNode> = fc
  .record({
    ...{ name, isFile: fc.boolean(), isAppendOnly: fc.boolean(), size: fc.nat(2 ** 40) },
    mtimeMs: fc.integer({ min: -1e6, max: 2e12 }),
  })
  .map(({ isFile, size, isAppendOnly, ...base }) =>
    isFile
      ? { ...base, kind: 'file', size, isAppendOnly, etag: '""', contentType: '' }
      : { ...base, kind: 'directory' },
  );
/** Some are shorter than those that are kept, some longer. */
const directory = fc.uniqueArray(node, { maxLength: 150, selector: (one) => one.name, size: 'max' });

/** Names come and go, files grow, or nothing happens. */
const change = fc.oneof(
  fc.record({
    kind: fc.constant('grow' as const),
    index: fc.nat(),
    bytes: fc.integer({ min: 1, max: 9999 }),
  }),
  fc.record({ kind: fc.constant('add' as const), node }),
  fc.record({ kind: fc.constant('remove' as const), index: fc.nat() }),
  fc.record({ kind: fc.constant('nothing' as const) }),
);
const reading = fc.record({
  kind: fc.constant('read' as const),
  ...{ handle: fc.nat(3), offset: fc.nat(160), size: fc.nat(9000), isPlus: fc.boolean() },
});
const forgetting = fc.record({ kind: fc.constant('forget' as const), share: fc.nat(3) });
const step = fc.oneof({ weight: 1, arbitrary: change }, { weight: 3, arbitrary: reading }, forgetting);

type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function changed(nodes: readonly LogdirNode[], what: Change): readonly LogdirNode[] {
  switch (what.kind) {
    case 'nothing':
      return [...nodes];
    case 'add':
      return nodes.some(({ name: taken }) => taken === what.node.name) ? nodes : [...nodes, what.node];
    case 'remove':
      return nodes.filter((_, i) => i !== what.index % nodes.length);
    case 'grow':
      return nodes.map((one, i) => {
        if (i !== what.index % nodes.length) return one;
        const grown = { ...one, mtimeMs: one.mtimeMs + what.bytes };
        return grown.kind === 'file' ? { ...grown, size: grown.size + what.bytes } : grown;
      });
  }
}

/** A kernel that counts what it was told, and forgets. */
class Kernel {
  readonly inodes = new InodeTable();
  readonly listings = new PreparedListings({ inodes: this.inodes, appearance: APPEARANCE });
  readonly parent: Inode = this.inodes.tell(this.inodes.root, DIRECTORY);
  readonly lookups = new Map<number, number>();

  told(page: Uint8Array): void {
    const bytes = Buffer.from(page);
    for (let at = 0; at < bytes.length; ) {
      const id = Number(bytes.readBigUInt64LE(at));
      if (id !== 0) this.lookups.set(id, (this.lookups.get(id) ?? 0) + 1);
      at += 128 + Math.ceil((24 + bytes.readUInt32LE(at + 128 + 16)) / 8) * 8;
    }
  }

  /** A part of what it knows: all of the lookups of some, a part of those of others. */
  forget(share: number): void {
    for (const [i, [nodeId, count]] of [...this.lookups].entries()) {
      if (i % 4 > share) continue;
      const forgotten = i % 3 === 0 ? 1 : count;
      this.inodes.forget({ nodeId, count: forgotten });
      if (count === forgotten) this.lookups.delete(nodeId);
      else this.lookups.set(nodeId, count - forgotten);
    }
  }
}

/** The directory as it would be told entry by entry. */
function items(nodes: readonly LogdirNode[]) {
  const dots = [
    { name: '.', kind: 'directory', inode: pathNumber(DIRECTORY), entry: null },
    { name: '..', kind: 'directory', inode: 1, entry: null },
  ] as const;
  const told = nodes.map((one) => {
    const inode = pathNumber(`${DIRECTORY}/${one.name}`);
    return { name: one.name, kind: one.kind, inode, entry: entryOf(inode, one, APPEARANCE) };
  });
  return [...dots, ...told];
}

describe('prepared listings', () => {
  it('tell what answers made entry by entry tell, whatever changes in between', () => {
    fc.assert(
      fc.property(directory, fc.array(step, { maxLength: 40, size: 'max' }), (first, steps) => {
        const kernel = new Kernel();
        let nodes: readonly LogdirNode[] = first;
        const open: { listing: PreparedListing; nodes: readonly LogdirNode[] }[] = [];
        const list = () => {
          const listing = kernel.listings.prepare(kernel.parent, nodes, 0);
          // Who is in the middle of the same names hears of what was found meanwhile.
          for (const handle of open) if (handle.listing === listing) handle.nodes = nodes;
          open.unshift({ listing, nodes });
          open.length = Math.min(open.length, 4);
        };
        list();
        for (const one of steps) {
          if (one.kind === 'forget') kernel.forget(one.share);
          else if (one.kind === 'read') {
            const handle = open[one.handle % open.length]!;
            const { listing } = handle;
            const { offset, size, isPlus } = one;
            const page = isPlus ? listing.entries(offset, size) : listing.names(offset, size);
            const expected = plainDirectoryPage(items(handle.nodes), { first: offset, size, isPlus });
            expect(Buffer.from(page).toString('hex')).toBe(expected.toString('hex'));
            if (isPlus) kernel.told(page);
            expect(kernel.inodes.size).toBe(kernel.lookups.size + 1);
          } else {
            nodes = changed(nodes, one);
            list();
          }
        }
        for (const [nodeId, count] of kernel.lookups) kernel.inodes.forget({ nodeId, count });
        expect(kernel.inodes.size).toBe(1);
      }),
      { numRuns: 300 },
    );
  });

  it('are used again as long as the names stay', () => {
    const kernel = new Kernel();
    const nodes = Array.from(
      { length: 100 },
      (_, i): LogdirNode => ({ kind: 'directory', name: `${i}`, mtimeMs: i }),
    );
    const listing = kernel.listings.prepare(kernel.parent, nodes, 0);
    const later = nodes.map((one) => ({ ...one, mtimeMs: one.mtimeMs + 1 }));
    expect(kernel.listings.prepare(kernel.parent, later, 0)).toBe(listing);
    expect(kernel.listings.prepare(kernel.parent, later.slice(1), 0)).not.toBe(listing);
    expect(kernel.listings.prepare(kernel.parent, later.slice(1), 7)).not.toBe(
      kernel.listings.prepare(kernel.parent, later.slice(1), 0),
    );
  });
});

describe('inode numbers', () => {
  it('never lead to two paths, and are forgotten after as many forgets as lookups, even where hashes meet', () => {
    const operation = fc.record({
      path: fc.nat(30),
      act: fc.constantFrom('tell', 'child', 'again', 'forget'),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 120, size: 'max' }), (operations) => {
        const table = new InodeTable((path) => path.length % 3);
        const kept = new Map<string, Inode>();
        const lookups = new Map<number, { path: string; count: number }>();
        const told = ({ id, path }: Inode, expected: string) => {
          expect(path).toBe(expected);
          expect(lookups.get(id)?.path ?? path).toBe(path);
          lookups.set(id, { path, count: (lookups.get(id)?.count ?? 0) + 1 });
          expect([table.get(id).path, table.known(path)?.id]).toEqual([path, id]);
        };
        for (const { path: number, act } of operations) {
          const path = `p${'x'.repeat(number % 5)}${number}`;
          if (act === 'tell') told(table.tell(table.root, path), path);
          if (act === 'child') kept.set(path, table.child(table.root, path));
          const child = kept.get(path);
          if (act === 'again' && child !== undefined) {
            const current = table.tellChild(child);
            kept.set(path, current);
            told(current, path);
          }
          const known = table.known(path);
          if (act === 'forget' && known !== undefined) {
            table.forget({ nodeId: known.id, count: 1 });
            const left = lookups.get(known.id)!.count - 1;
            if (left > 0) lookups.set(known.id, { path, count: left });
            else lookups.delete(known.id);
          }
          expect(table.size).toBe(lookups.size);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('of a hundred thousand runs are all different', () => {
    const paths = Array.from({ length: 100_000 }, (_, i) => `acme/research/run-${i.toString(36)}`);
    const numbers = new Set(paths.map(pathNumber));
    expect(numbers.size).toBe(paths.length);
    expect(Math.max(...[...numbers].slice(0, 1000))).toBeGreaterThan(2 ** 51);
    expect([...numbers].every((number) => Number.isSafeInteger(number) && number >= 0)).toBe(true);
  });
});
