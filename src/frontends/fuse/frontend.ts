/** The FUSE door: the tree as a directory of this machine. @module */

import { spawnSync } from 'node:child_process';
import { stat, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LogdirError } from '../../core/index.ts';
import type { LogdirTree } from '../../tree/index.ts';
import { type Connection, type ConnectionOptions, serveConnection } from './connection.ts';
import {
  FILE_SYSTEM_TYPE,
  type MountPoint,
  type MountRoute,
  mountAt,
  obtainDescriptor,
  prepareMountPoint,
  startWatchdog,
  type UnmountOutcome,
  unmount,
  unmountCommand,
} from './mount/index.ts';
import type { Ownership } from './node-attributes.ts';

/** A mount answers in milliseconds; a machine that is starting up may be slower. */
const ANSWER_TIMEOUT_MS = 10_000;
/** Readahead of 1 MiB instead of the kernel's 128 KiB: a third faster to read from end to end. */
const READAHEAD_KIB = 1024;
/** Longest wait, at the end of the process, for a program that unmounts. */
const EXIT_TIMEOUT_MS = 3000;

export interface MountOptions {
  /** Where and how to mount. */
  readonly route: MountRoute;
  readonly allowOther: boolean;
  readonly ownership: Ownership;
  /** What a user sees, where not all see the same. */
  readonly treeOf?: (uid: number) => LogdirTree;
  /** Directories that must not come to contain the mount. */
  readonly keepClear: readonly string[];
}

/** A tree that is mounted and answers. Disposing unmounts it, lazily if it is busy. */
export interface Mounted extends AsyncDisposable {
  /** Absolute, without links; null when somebody else mounted it and did not say where. */
  readonly directory: string | null;
  /** A mount whose server had died had to be taken away first. */
  readonly wasStale: boolean;
  /** Settles when nothing is mounted any more and the last file is closed, whoever brought that about. */
  readonly ended: Promise<void>;
  /** `busy`: taken out of the tree; programs that have files open go on reading until they close them. */
  unmount(): Promise<UnmountOutcome>;
}

export interface FuseFrontend {
  /** @throws LogdirError that says what is in the way. */
  mount(options: MountOptions): Promise<Mounted>;
}

export type FuseFrontendOptions = Omit<ConnectionOptions, 'ownership' | 'treeOf'>;

export function createFuseFrontend(options: FuseFrontendOptions): FuseFrontend {
  const logger = options.logger.child({ room: 'fuse' });
  return { mount: (mountOptions) => mount({ ...options, logger }, mountOptions) };
}

async function mount(parts: FuseFrontendOptions, options: MountOptions): Promise<Mounted> {
  const { route, keepClear, ownership, allowOther, treeOf } = options;
  const { kind, directory } = route;
  const point =
    kind === 'given' ? givenMountPoint(directory) : await prepareMountPoint(directory, { keepClear });
  const descriptor = await obtainDescriptor(route, point?.path ?? directory, { allowOther });
  const connection = serveConnection(descriptor, { ...parts, ownership, ...(treeOf && { treeOf }) });
  parts.logger.info({ directory: point?.path, route: kind, transport: connection.transport }, 'mounted');
  if (point === null) return mountedSomewhere(connection);
  try {
    await requireAnswer(point.path);
  } catch (error) {
    await unmount(point.path, true).catch(() => connection.close());
    throw error;
  }
  if (kind === 'mount') void widenReadahead(point.path);
  return mountedAt(point, connection);
}

/** Somebody else mounts it; we know where, or not even that. */
function givenMountPoint(directory: string): MountPoint | null {
  if (directory.startsWith('/dev/fd/')) return null;
  return { path: resolve(directory), wasStale: false, restore: async () => undefined };
}

function mountedSomewhere({ ended, close }: Connection): Mounted {
  const end = async () => {
    close();
    await ended;
    return 'gone' as const;
  };
  return {
    directory: null,
    wasStale: false,
    ended,
    unmount: end,
    [Symbol.asyncDispose]: async () => void (await end()),
  };
}

function mountedAt(point: MountPoint, connection: Connection): Mounted {
  const { path, wasStale } = point;
  const watchdog = startWatchdog(path, unmountCommand(path, true));
  const release = connection.transport === 'thread' ? unmountAtExit(path) : null;
  const ended = connection.ended.then(async () => {
    watchdog[Symbol.dispose]();
    release?.[Symbol.dispose]();
    await point.restore();
  });
  const end = () => endMount(path, connection);
  return {
    directory: path,
    wasStale,
    ended,
    unmount: end,
    [Symbol.asyncDispose]: async () => {
      await end();
      await ended;
    },
  };
}

/** Takes the mount out of the tree; where that is not ours to do, ends the connection. */
async function endMount(path: string, connection: Connection): Promise<UnmountOutcome> {
  const outcome = await unmount(path, false).catch(() => 'refused' as const);
  if (outcome === 'gone') return 'gone';
  if (outcome === 'busy') await unmount(path, true);
  else connection.close();
  return outcome === 'busy' ? 'busy' : 'gone';
}

/** Asks the mount a real question, as any program would. */
async function requireAnswer(path: string): Promise<void> {
  const waiting = new AbortController();
  const late = delay(ANSWER_TIMEOUT_MS, null, { signal: waiting.signal }).catch(() => null);
  const answered = Promise.all([stat(path), mountAt(path)]);
  const answer = await Promise.race([answered, late]);
  waiting.abort();
  if (answer === null) throw new LogdirError('unavailable', `${path} was mounted, but does not answer`);
  const [, entry] = answer;
  if (entry?.type.startsWith('fuse')) return;
  throw new LogdirError(
    'unavailable',
    `${path} is not mounted: the descriptor handed over belongs to another place, expected a ${FILE_SYSTEM_TYPE} there`,
  );
}

/** Root alone may, and a container may forbid it: then reading is a little slower. */
async function widenReadahead(path: string): Promise<void> {
  const device = (await mountAt(path))?.device;
  if (device === undefined) return;
  await writeFile(`/sys/class/bdi/${device}/read_ahead_kb`, `${READAHEAD_KIB}`).catch(() => undefined);
}

/** A process one of whose threads waits in `read` cannot end before the mount is gone. */
function unmountAtExit(path: string): Disposable {
  const [program, ...words] = unmountCommand(path, true);
  const act = () => void spawnSync(program, words, { stdio: 'ignore', timeout: EXIT_TIMEOUT_MS });
  process.once('exit', act);
  return { [Symbol.dispose]: () => void process.off('exit', act) };
}
