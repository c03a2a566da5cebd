/** A hundred mounts in one process, one after the other, and what they leave behind. @module */

import { readdirSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { MemoryTree } from '../../support/memory-tree.ts';
import { MOUNTING_MISSING, mountTree } from '../../support/mounting.ts';
import { until } from '../../support/waiting.ts';

const CYCLES = 100;
/** What a hundred mounts may leave behind in buffers, of which each needs a megabyte and more: 20 KB each. */
const BUFFER_BYTES = 2_000_000;
/** And in all: the heap gives back what it likes. */
const MEMORY_BYTES = 48_000_000;

/** Processes that this one has started and that have not ended. */
function childProcesses(): number {
  const threads = readdirSync('/proc/self/task');
  const lists = threads.map((thread) => readFileSync(`/proc/self/task/${thread}/children`, 'utf8'));
  return lists.join(' ').split(' ').filter(Boolean).length;
}

function memoryAfterCollection(): NodeJS.MemoryUsage {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage();
}

describe.skipIf(MOUNTING_MISSING !== null)('a hundred mounts', () => {
  it('leave no descriptor, process or memory behind', { timeout: 120_000 }, async () => {
    const tree = new MemoryTree({ 'a/b/c/events.out.tfevents.1.x': Buffer.alloc(100_000, 'x') });
    const directories: string[] = [];
    const cycle = async () => {
      await using mount = await mountTree(tree);
      directories.push(mount.directory);
      const path = join(mount.directory, 'a/b/c/events.out.tfevents.1.x');
      await using file = await open(path);
      expect((await file.read(Buffer.alloc(10), 0, 10, 99_990)).bytesRead).toBe(10);
    };
    for (let i = 0; i < 5; i++) await cycle();
    const descriptors = readdirSync('/proc/self/fd').length;
    const children = childProcesses();
    const before = memoryAfterCollection();
    for (let i = 0; i < CYCLES; i++) await cycle();
    await until(() => readdirSync('/proc/self/fd').length <= descriptors, 'descriptors closed');
    await until(() => childProcesses() <= children, 'processes ended');
    // Memory of what was closed goes in several rounds.
    const grownBy = (part: 'arrayBuffers' | 'rss') => memoryAfterCollection()[part] - before[part];
    await until(() => grownBy('arrayBuffers') < BUFFER_BYTES, 'buffers given back');
    expect(grownBy('rss')).toBeLessThan(MEMORY_BYTES);
    const mounts = readFileSync('/proc/mounts', 'utf8');
    expect(directories.filter((directory) => mounts.includes(directory))).toEqual([]);
    expect(directories).toHaveLength(CYCLES + 5);
  });
});
