import { execFileSync } from 'node:child_process';
import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FolderLooks, isLocal } from '../../../src/core/folder-looks.ts';
import { LookPace } from '../../../src/core/look-pace.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'looks-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Longer than is read at once. */
const LONG = 300 * 1024;

const mount = (mountPoint: string, type: string) => ({ mountPoint, type, device: '0:1' });

describe('looks at a folder', () => {
  it('give any part of a file as it is, however long it is', async () => {
    const looks = new FolderLooks(folder);
    const path = join(folder, 'file');
    const length = fc.oneof(fc.nat(100), fc.nat(2 * LONG));
    await fc.assert(
      fc.asyncProperty(length, fc.nat(2 * LONG), fc.nat(2 * LONG), async (bytes, from, maxBytes) => {
        const content = Buffer.from(Uint8Array.from({ length: bytes }, (_, i) => i * 31));
        await writeFile(path, content);
        expect((await looks.read(path, from)).equals(content.subarray(from))).toBe(true);
        const head = await looks.withHead(path, maxBytes, (found) => Buffer.from(found));
        expect(head.equals(content.subarray(0, maxBytes))).toBe(true);
        const target = Buffer.alloc(maxBytes % 1000, 0xee);
        const filled = await looks.fill(path, target, from);
        if (filled === null) return;
        expect(target.subarray(0, filled).equals(content.subarray(from, from + target.length))).toBe(true);
        expect(target.subarray(filled).every((byte) => byte === 0xee)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('do not wait for whoever writes to a pipe', async () => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    const looks = new FolderLooks(folder);
    expect(await looks.read(path)).toHaveLength(0);
    await expect(looks.fill(path, Buffer.alloc(8), 0)).rejects.toThrow('ESPIPE');
    await expect(looks.withHead(path, 8, String)).rejects.toThrow('ESPIPE');
  });

  it('see what has grown, was put in place of another, or went since the last one', async () => {
    const looks = new FolderLooks(folder);
    const path = join(folder, 'file');
    await writeFile(path, 'one');
    expect((await looks.stat(path)).size).toBe(3);
    await appendFile(path, ' two');
    expect((await looks.stat(path)).size).toBe(7);
    expect(String(await looks.read(path, 4))).toBe('two');
    await writeFile(`${path}.new`, 'three');
    await rename(`${path}.new`, path);
    expect(String(await looks.read(path))).toBe('three');
    await rm(path);
    await expect(looks.read(path)).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(looks.stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(looks.fill(path, Buffer.alloc(1), 0)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('list directories, with what each entry is', async () => {
    await mkdir(join(folder, 'below'));
    await writeFile(join(folder, 'file'), '');
    await symlink('file', join(folder, 'link'));
    const looks = new FolderLooks(folder);
    expect([...(await looks.names(folder))].sort()).toEqual((await readdir(folder)).sort());
    const kinds = (await looks.entries(folder)).map((entry) => [
      entry.name,
      [entry.isDirectory(), entry.isFile(), entry.isSymbolicLink()],
    ]);
    expect(Object.fromEntries(kinds)).toEqual({
      below: [true, false, false],
      file: [false, true, false],
      link: [false, false, true],
    });
  });

  it('reach beyond the folder too, and a folder that is not there yet', async () => {
    const outside = join(folder, 'outside');
    await writeFile(outside, 'text');
    const looks = new FolderLooks(join(folder, 'none'));
    expect(String(await looks.read(outside))).toBe('text');
    expect((await looks.stat(outside)).mtimeMs).toBe((await stat(outside)).mtimeMs);
    expect(await readFile(outside, 'utf8')).toBe('text');
  });

  it('let the event loop turn between them', async () => {
    const looks = new FolderLooks(folder);
    await looks.stat(folder);
    let turns = 0;
    let isOver = false;
    const count = () => {
      turns++;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    const untilMs = performance.now() + 100;
    const look = async () => {
      while (performance.now() < untilMs) await looks.stat(folder);
    };
    await Promise.all([look(), look(), look()]);
    isOver = true;
    expect(turns).toBeGreaterThan(5);
  });
});

describe('a folder', () => {
  const disk = mount('/', 'ext4');

  it('is local where the file system that holds it is', () => {
    expect(isLocal('/home/me/wandb', [disk])).toBe(true);
    expect(isLocal('/home/me/wandb', [disk, mount('/home', 'nfs4')])).toBe(false);
    expect(isLocal('/homework', [disk, mount('/home', 'nfs4')])).toBe(true);
    expect(isLocal('/home/me/wandb', [mount('/', 'nfs4'), mount('/home', 'xfs')])).toBe(true);
    expect(isLocal('/home/me', [disk, mount('/home/me', 'fuse.wandb-logdir')])).toBe(false);
    expect(isLocal('/', [disk])).toBe(true);
    expect(isLocal('/anything', [])).toBe(false);
  });

  it('is not where anything is mounted in it, whatever that is', () => {
    expect(isLocal('/home/me', [disk, mount('/home/me/mnt', 'fuse.wandb-logdir')])).toBe(false);
    expect(isLocal('/home/me', [disk, mount('/home/me/mnt', 'ext4')])).toBe(false);
    expect(isLocal('/home/me', [disk, mount('/home/men', 'fuse.sshfs')])).toBe(true);
  });

  it('is what was mounted on it last', () => {
    expect(isLocal('/data/wandb', [disk, mount('/data', 'ext4'), mount('/data', 'fuse.sshfs')])).toBe(false);
    expect(isLocal('/data/wandb', [disk, mount('/data', 'fuse.sshfs'), mount('/data', 'ext4')])).toBe(true);
  });
});

describe('the pace of looks', () => {
  it('is slow after a few slow ones in a row, for a while, and again after one more', () => {
    const pace = new LookPace();
    let readings = 0;
    const slow = (nowMs: number) => pace.note(10, nowMs, () => ++readings);
    for (const nowMs of [10, 20]) slow(nowMs);
    expect(pace.isSlow(20)).toBe(false);
    slow(30);
    expect(pace.isSlow(31)).toBe(true);
    expect(pace.isSlow(10_029)).toBe(true);
    expect(pace.isSlow(10_030)).toBe(false);
    slow(10_040);
    expect(pace.isSlow(10_050)).toBe(true);
  });

  it('forgives a slow one among many', () => {
    const pace = new LookPace();
    for (let look = 0; look < 10_000; look++) {
      pace.note(look % 300 === 0 ? 40 : 0.01, look, () => look + 1);
      expect(pace.isSlow(look)).toBe(false);
    }
  });

  it('is not slow where nothing was read: other programs had the processor', () => {
    const pace = new LookPace();
    pace.note(40, 1, () => 1000);
    for (let look = 2; look < 1000; look++) {
      pace.note(40, look, () => 1000);
      expect(pace.isSlow(look)).toBe(false);
    }
  });
});
