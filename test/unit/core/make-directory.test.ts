/** Directories that can be made are, and of others the error comes, and comes soon. @module */

import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeDirectory } from '../../../src/core/index.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'make-directory-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('makeDirectory', () => {
  it('makes it with all that it lies in, and says whether it was missing', async () => {
    const path = join(dir, 'a', 'b', 'c');
    expect(await makeDirectory(path)).toBe(true);
    expect(statSync(path).isDirectory()).toBe(true);
    expect(await makeDirectory(path)).toBe(false);
  });

  it('lets many make the same one', async () => {
    const path = join(dir, 'x', 'y');
    const made = await Promise.all(Array.from({ length: 20 }, () => makeDirectory(path)));
    expect(made.filter(Boolean)).toHaveLength(1);
  });

  it.skipIf(process.platform !== 'linux').each([
    ['/proc/nothing', /ENOENT|EACCES|EPERM/],
    ['/proc/nothing/below/it', /ENOENT|EACCES|EPERM/],
    ['/dev/null/below', /ENOTDIR/],
    ['/sys/nothing', /EPERM|EACCES|EROFS/],
  ])('gives up %s', async (path, errno) => {
    await expect(makeDirectory(path)).rejects.toMatchObject({ code: expect.stringMatching(errno) });
  });

  it('gives up where a file has its name, or that of one above it', async () => {
    const file = join(dir, 'file');
    writeFileSync(file, '');
    await expect(makeDirectory(file)).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(makeDirectory(join(file, 'below'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  });
});
