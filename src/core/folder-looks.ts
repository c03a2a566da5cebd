/**
 * Many small looks at the files of one folder: ten thousand runs take some ten each, whenever a program starts.
 *
 * A look through Node's thread pool takes fifty times the processor time of the system call itself. So where a folder lies
 * on a disk of this machine, looks are taken at once, in the thread that asks: most are answered from memory. They are not
 * where that might take long, or for ever: on file systems that other machines or other programs answer for (and this
 * program itself, for what it mounts), for much at a time, and for a while where the disk has shown to be slow. Between
 * looks the event loop turns, as `TurnBudget` has it.
 *
 * @module
 */

import {
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import { open, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { normalize } from 'node:path';
import { TurnBudget } from './async/turn-budget.ts';
import { LookPace } from './look-pace.ts';
import { type MountEntry, mounts } from './mounts.ts';
import { isWithin } from './real-path.ts';

/** File systems that Linux itself answers for, from memory or from a disk of the machine. */
const LOCAL_TYPES: ReadonlySet<string> = new Set([
  'bcachefs',
  'btrfs',
  'ext2',
  'ext3',
  'ext4',
  'f2fs',
  'overlay',
  'tmpfs',
  'xfs',
]);
/** Something may be mounted in the folder, or over it. */
const ASSUMED_FOR_MS = 5000;
/** More at a time is left to the thread pool: it takes that as long to read as to ask for it. */
const MOST_BYTES = 256 * 1024;

/** How a file is opened: a pipe in its place would have whoever opens it wait for somebody who writes, and so fails when it is read. */
export const TO_READ = constants.O_RDONLY | constants.O_NONBLOCK;

/** Which way a look is taken. */
type Way = 'at-once' | 'later';

export class FolderLooks {
  readonly #root: string;
  /** Path of the folder without links, if everything in it is on a local disk, as of a moment ago. */
  #realRoot: string | null = null;
  #checkedAtMs = Number.NEGATIVE_INFINITY;
  #checking: Promise<void> | undefined;
  readonly #pace = new LookPace();
  readonly #turns = new TurnBudget();
  #scratch: Buffer | undefined;

  /**
   * `root`: the folder. There are no links in what is asked for of it. What is asked for beyond it is looked at through the
   * thread pool.
   */
  constructor(root: string) {
    this.#root = normalize(root);
  }

  /** @throws system errors, as all of these. */
  async stat(path: string): Promise<Stats> {
    return (await this.#way(path)) === 'later' ? await stat(path) : this.#timed(() => statSync(path));
  }

  async names(path: string): Promise<readonly string[]> {
    return (await this.#way(path)) === 'later' ? await readdir(path) : this.#timed(() => readdirSync(path));
  }

  async entries(path: string): Promise<readonly Dirent[]> {
    const options = { withFileTypes: true } as const;
    const way = await this.#way(path);
    return way === 'later' ? await readdir(path, options) : this.#timed(() => readdirSync(path, options));
  }

  /** The bytes of a file from a place on. */
  async read(path: string, from = 0): Promise<Buffer> {
    if ((await this.#way(path)) === 'at-once') {
      const bytes = this.#timed(() => readNow(path, from));
      if (bytes !== null) return bytes;
    }
    return await readLater(path, from);
  }

  /** What `use` makes of the first bytes of a file, at most `maxBytes`. They are good within it alone. */
  async withHead<T>(path: string, maxBytes: number, use: (bytes: Uint8Array) => T): Promise<T> {
    if (maxBytes > MOST_BYTES || (await this.#way(path)) === 'later')
      return use(await readHead(path, maxBytes));
    if (this.#scratch === undefined || this.#scratch.length < maxBytes)
      this.#scratch = Buffer.allocUnsafeSlow(maxBytes);
    const target = this.#scratch.subarray(0, maxBytes);
    return use(
      target.subarray(
        0,
        this.#timed(() => fillNow(path, target, 0)),
      ),
    );
  }

  /**
   * Fills `target` from a place of a file, less at its end, and says how much; null where it must be asked for through the
   * thread pool.
   */
  async fill(path: string, target: Uint8Array, from: number): Promise<number | null> {
    if (target.length > MOST_BYTES || (await this.#way(path)) === 'later') return null;
    return this.#timed(() => fillNow(path, target, from));
  }

  async #way(path: string): Promise<Way> {
    if (performance.now() - this.#checkedAtMs > ASSUMED_FOR_MS) {
      this.#checking ??= this.#check().finally(() => {
        this.#checking = undefined;
      });
      await this.#checking;
    }
    if (this.#realRoot === null) return 'later';
    if (!isWithin(path, this.#root) && !isWithin(path, this.#realRoot)) return 'later';
    if (this.#pace.isSlow(performance.now())) return 'later';
    await this.#turns.next();
    return 'at-once';
  }

  async #check(): Promise<void> {
    this.#realRoot = await localFolder(this.#root).catch(() => null);
    this.#checkedAtMs = performance.now();
  }

  #timed<T>(look: () => T): T {
    const startedMs = performance.now();
    try {
      return look();
    } finally {
      const endedMs = performance.now();
      this.#pace.note(endedMs - startedMs, endedMs, diskReadings);
    }
  }
}

/** `ru_inblock` of getrusage(2), which Linux counts where a file system reads from a block device. */
function diskReadings(): number {
  return process.resourceUsage().fsRead;
}

/** The path of a folder without links; null where not all of it is on local disks, or nobody says. */
async function localFolder(root: string): Promise<string | null> {
  const [path, all] = [await realpath(root), await mounts()];
  return isLocal(path, all) ? path : null;
}

/** Whether all that lies in a folder, by its path without links, is on local disks. */
export function isLocal(path: string, all: readonly MountEntry[]): boolean {
  const below = all.filter(({ mountPoint }) => isWithin(mountPoint, path) && mountPoint !== path);
  const above = all.filter(({ mountPoint }) => isWithin(path, mountPoint));
  // The longest is the nearest; of those on one directory the last hides the others.
  const nearest = above.toSorted((a, b) => a.mountPoint.length - b.mountPoint.length).at(-1);
  return below.length === 0 && nearest !== undefined && LOCAL_TYPES.has(nearest.type);
}

/** Null for more than should be read at once. */
function readNow(path: string, from: number): Buffer | null {
  const file = openSync(path, TO_READ);
  try {
    const bytes = Math.max(0, fstatSync(file).size - from);
    if (bytes > MOST_BYTES) return null;
    const target = Buffer.allocUnsafe(bytes);
    return target.subarray(0, filledFrom(file, target, from));
  } finally {
    closeSync(file);
  }
}

function fillNow(path: string, target: Uint8Array, from: number): number {
  const file = openSync(path, TO_READ);
  try {
    return filledFrom(file, target, from);
  } finally {
    closeSync(file);
  }
}

function filledFrom(file: number, target: Uint8Array, from: number): number {
  let filled = 0;
  while (filled < target.length) {
    const bytes = readSync(file, target, filled, target.length - filled, from + filled);
    if (bytes === 0) break;
    filled += bytes;
  }
  return filled;
}

async function readLater(path: string, from: number): Promise<Buffer> {
  if (from === 0) return await readFile(path, { flag: TO_READ });
  await using file = await open(path, TO_READ);
  const { size } = await file.stat();
  const target = Buffer.allocUnsafe(Math.max(0, size - from));
  const { bytesRead } = await file.read(target, 0, target.length, from);
  return target.subarray(0, bytesRead);
}

/** The first bytes of a file, at most `maxBytes`, through the thread pool. @throws system errors. */
export async function readHead(path: string, maxBytes: number): Promise<Uint8Array> {
  await using file = await open(path, TO_READ);
  const target = new Uint8Array(maxBytes);
  const { bytesRead } = await file.read(target, 0, maxBytes, 0);
  return target.subarray(0, bytesRead);
}
