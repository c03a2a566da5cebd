/** The mount, against bindfs over the same bytes and names in memory, and under TensorBoard's Rust loader. @module */

import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Awake } from '../awake.ts';
import type { Bench, Figure } from '../bench.ts';
import { Bindfs } from '../bindfs.ts';
import { dataServer, loadSeconds } from '../data-server.ts';
import { interleaved, median } from '../median.ts';
import { ServerProcess } from '../server-process.ts';
import { LONG_RUN } from '../synthetic-source.ts';
import type { Workshop } from '../workshop.ts';

/** Rows of 8 values, some 226 bytes of events each; multiples of the source's batches. 580 MB and 73 MB. */
const ROWS = 626 * 4096;
const LOADED_ROWS = 79 * 4096;
const ENTRIES = 10_000;
const ROUNDS = 7;

export const mount: Bench = {
  name: 'mount',
  title: `the mount, against bindfs over the same bytes and ${ENTRIES} names in memory`,
  run,
};

async function* run(workshop: Workshop): AsyncIterable<Figure> {
  workshop.require('bindfs', 'chrt', 'python3');
  using _awake = new Awake();
  yield* againstBindfs(workshop);
  yield* underTensorBoard(workshop, 'finished');
  yield* underTensorBoard(workshop, 'running');
}

/** How long it took, and how much of a processor the server of the file system took for it. */
interface Load {
  readonly seconds: number;
  readonly processorSeconds: number;
}

/** What bench/peers/file_load.py prints. */
interface FileLoad {
  readonly bytes: number;
  readonly entries: number;
  readonly preads: number;
  readonly pieces: number;
  readonly loads: Readonly<Record<'sequential' | 'reread' | 'preads' | 'pieces' | 'readdir' | 'stats', Load>>;
}

/** A mounted synthetic run, and the same event file plain. */
interface Site {
  readonly server: ServerProcess;
  readonly mountPoint: string;
  /** Path of the event file below the mount. */
  readonly path: string;
  /** Directory of the run, with the event file alone, outside the mount. */
  readonly plain: string;
}

async function* againstBindfs(workshop: Workshop): AsyncIterable<Figure> {
  const folder = workshop.memoryFolder();
  await using started = await startSubject(folder, ROWS, 'finished');
  const { site } = started;
  for (let i = 0; i < ENTRIES; i++) mkdirSync(join(site.plain, 'many', `run-${i}`), { recursive: true });
  await using bindfs = await Bindfs.start(site.plain, join(folder, 'bindfs'));
  const name = site.path.slice(site.path.lastIndexOf('/') + 1);
  const subjects = [
    {
      paths: [join(site.mountPoint, site.path), join(site.mountPoint, LONG_RUN.entity, 'many')],
      pid: site.server.pid,
    },
    { paths: [join(bindfs.directory, name), join(bindfs.directory, 'many')], pid: bindfs.pid },
  ];
  const loads: FileLoad[][] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, { paths, pid }] of subjects.entries()) {
      const words = [...paths, `${round}`, `${pid}`];
      loads[i]!.push(await workshop.peer<FileLoad>(workshop.python(), 'file_load.py', words));
    }
  }
  yield* fileFigures(loads[0]!, loads[1]!);
  const peak = site.server.peakRssMegabytes();
  yield { what: 'peak memory of all this', unit: 'MB', better: 'less', ours: peak, peer: null, goal: null };
}

type Pair = Pick<Figure, 'ours' | 'peer'>;

function* fileFigures(ours: readonly FileLoad[], peer: readonly FileLoad[]): Iterable<Figure> {
  const pair = (of: (load: FileLoad) => number): Pair => ({
    ours: median(ours.map(of)),
    peer: { name: 'bindfs', value: median(peer.map(of)) },
  });
  const { bytes, entries, preads, pieces } = ours[0]!;
  const megabytes = bytes / 1e6;
  const more = { better: 'more' } as const;
  /** How much of a processor the server takes for one of so many. */
  const cost = (name: keyof FileLoad['loads'], count: number, what: string): Figure => ({
    ...pair(({ loads }) => (1e6 * loads[name].processorSeconds) / count),
    ...{ what: `… processor time of the server for ${what}`, unit: 'µs', better: 'less', goal: null },
  });
  yield {
    ...{ ...more, ...pair(({ loads }) => megabytes / loads.sequential.seconds), unit: 'MB/s' },
    ...{ what: `${megabytes.toFixed(0)} MB from end to end, synthesized`, goal: { ratio: 1 } },
  };
  yield cost('sequential', megabytes, 'a megabyte');
  yield {
    ...{ ...more, ...pair(({ loads }) => megabytes / loads.reread.seconds), unit: 'MB/s' },
    ...{ what: 'the same again, at once', goal: null },
  };
  yield {
    ...{ ...more, ...pair(({ loads }) => preads / loads.preads.seconds), unit: '/s' },
    ...{ what: '4 KiB at random places, pages not in the kernel', goal: { ratio: 0.8 } },
  };
  yield cost('preads', preads, 'each');
  yield {
    ...{ ...more, ...pair(({ loads }) => pieces / loads.pieces.seconds), unit: '/s' },
    ...{ what: '8 KiB one after the other, past the page cache', goal: null },
  };
  yield cost('pieces', pieces, 'each');
  yield {
    ...{ ...more, ...pair(({ loads }) => entries / loads.stats.seconds), unit: '/s' },
    ...{ what: `stat of ${entries} names, unknown to the kernel`, goal: { ratio: 0.7 } },
  };
  yield cost('stats', entries, 'each');
  yield {
    ...{ ...pair(({ loads }) => 1000 * loads.readdir.seconds), better: 'less', unit: 'ms' },
    ...{ what: `names of ${entries} entries`, goal: { ratio: 1 } },
  };
  yield cost('readdir', 1, 'all of them');
}

/** A run that has ended is read through the page cache, one that goes on past it. */
async function* underTensorBoard(workshop: Workshop, state: 'finished' | 'running'): AsyncIterable<Figure> {
  await using started = await startSubject(workshop.memoryFolder(), LOADED_ROWS, state);
  const { mountPoint, path, plain } = started.site;
  const program = dataServer(workshop.python());
  const logdirs = [join(mountPoint, path, '..'), plain];
  const [ours, file] = await interleaved(ROUNDS, logdirs, (logdir) => {
    forgetPages();
    return loadSeconds(program, logdir);
  });
  yield {
    ...{ ours: ours!, peer: { name: 'the same file, plain', value: file! }, unit: 's', better: 'less' },
    what: `TensorBoard's Rust loader reads 73 MB of a run that ${state === 'finished' ? 'has ended' : 'goes on'}`,
    goal: { ratio: 1 / 1.25 },
  };
}

/** Of all files of this machine but those that lie in memory. */
function forgetPages(): void {
  writeFileSync('/proc/sys/vm/drop_caches', '1\n');
}

async function startSubject(
  folder: string,
  rows: number,
  state: 'finished' | 'running',
): Promise<AsyncDisposable & { readonly site: Site }> {
  const mountPoint = join(folder, 'mnt');
  const portFile = join(folder, 'ready');
  const subject = fileURLToPath(new URL('../subjects/mount.js', import.meta.url));
  const words = [subject, portFile, join(folder, 'cache'), `${rows}`, `${ENTRIES}`, state, mountPoint];
  const server = await ServerProcess.start({ words, portFile });
  const run = join(LONG_RUN.entity, LONG_RUN.project, LONG_RUN.runId);
  const path = join(run, readdirSync(join(mountPoint, run)).find((name) => name.includes('tfevents'))!);
  const plain = join(folder, 'plain');
  mkdirSync(plain);
  copyFileSync(join(mountPoint, path), join(plain, path.slice(run.length + 1)));
  return {
    site: { server, mountPoint, path, plain },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
