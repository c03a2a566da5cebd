import { cp, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runKey, runKeyText } from '../../src/core/index.ts';
import {
  localSource,
  neverAborted,
  readAll,
  type TemporaryFolder,
  temporaryFolder,
} from '../support/local-runs.ts';
import { WandbLogWriter } from '../support/wandb-log-writer.ts';

const signal = neverAborted;
/** 2024-01-15, so that no zone of the world changes its clocks nearby. */
const EPOCH = 1_705_300_000;

/** One process that logged to a run: `wandb.init` to the end of the process. */
interface Session {
  /** Seconds after the one before. */
  readonly gap: number;
  /** Of the machine, in hours from UTC; its directory is named by that clock. */
  readonly zone: number;
  readonly offline: boolean;
  /** Killed before a block of its log was written. */
  readonly diedEarly: boolean;
}

interface Run {
  readonly folder: number;
  readonly sessions: readonly Session[];
}

interface Layout {
  /** Paths of wandb folders; each belongs to a project of its own. */
  readonly folders: readonly string[];
  readonly runs: readonly Run[];
  readonly latest: 'link' | 'copy' | 'none';
  /** Links that lead up and across. */
  readonly links: boolean;
}

const component = fc.constantFrom(
  ...['logs', 'tmp', 'files', 'media', 'artifacts', 'code', 'venv', 'outputs', 'lightning_logs', 'version_0'],
  ...['2024-01-01', 'a b', 'ünï', 'run-1', 'checkpoints', 'latest', 'site', 'wandb', '%2F', 'x.wandb'],
);
const folder = fc
  .tuple(fc.array(component, { maxLength: 8 }), fc.constantFrom('wandb', '.wandb'))
  .map(([path, name]) => [...path, name].join('/'));
const session: fc.Arbitrary<Session> = fc.record({
  gap: fc.constantFrom(0.4, 2, 61, 5000, 90_000),
  zone: fc.integer({ min: -11, max: 12 }),
  offline: fc.boolean(),
  diedEarly: fc.boolean(),
});
const layout: fc.Arbitrary<Layout> = fc.uniqueArray(folder, { minLength: 1, maxLength: 4 }).chain((folders) =>
  fc.record({
    folders: fc.constant(folders),
    runs: fc.array(
      fc.record({
        folder: fc.nat(folders.length - 1),
        sessions: fc.array(session, { minLength: 1, maxLength: 4 }),
      }),
      { minLength: 1, maxLength: 5 },
    ),
    latest: fc.constantFrom('link', 'copy', 'none'),
    links: fc.boolean(),
  }),
);

/** What must be listed and read of a run. */
interface Expected {
  readonly key: string;
  readonly directories: readonly string[];
  /** Of the sessions that logged something, in order. */
  readonly sessions: readonly number[];
}

/** `20240115_063320`, on the clock of a machine `zone` hours from UTC. */
function localTime(seconds: number, zone: number): string {
  return new Date((Math.floor(seconds) + zone * 3600) * 1000)
    .toISOString()
    .replace(/[-:]/g, '')
    .replace('T', '_')
    .slice(0, 15);
}

/** Without a log that says when it began, the name of its directory is read on the clock of this machine. */
function zoneHere(seconds: number): number {
  return -new Date(seconds * 1000).getTimezoneOffset() / 60;
}

async function make(root: TemporaryFolder, { folders, runs, latest, links }: Layout): Promise<Expected[]> {
  const taken = new Set<string>();
  const expected: Expected[] = [];
  for (const [number, { folder: place, sessions }] of runs.entries()) {
    const id = `id-${number}`;
    const made: string[] = [];
    let start = EPOCH;
    for (const [index, { gap, zone, offline, diedEarly }] of sessions.entries()) {
      // One that left no start behind has the second of its directory, and must not share it.
      start += diedEarly || sessions[index - 1]?.diedEarly ? Math.max(gap, 2) : gap;
      const time = localTime(start, diedEarly ? zoneHere(start) : zone);
      const plain = `${folders[place]}/${offline ? 'offline-' : ''}run-${time}-${id}`;
      let directory = plain;
      for (let n = 1; taken.has(directory); n++) directory = `${plain}-${n}`;
      taken.add(directory);
      made.push(directory);
      const startTime = { seconds: Math.floor(start), nanos: Math.round((start % 1) * 1e9) };
      const log = new WandbLogWriter()
        .begin(id, { entity: 'acme', project: `p${place}`, startTime })
        .row({ session: index, _step: index });
      await root.write(`${directory}/run-${id}.wandb`, diedEarly ? log.bytes().subarray(0, 7) : log.bytes());
      await root.write(`${directory}/logs/debug.log`, new Uint8Array(1));
      await root.write(`${directory}/files/media/x/run-inside.wandb`, log.bytes());
    }
    const isNamed = runs.some(
      (run) => run.folder === place && run.sessions.some(({ diedEarly }) => !diedEarly),
    );
    expected.push({
      key: runKeyText(isNamed ? runKey('acme', `p${place}`, id) : runKey(null, null, id)),
      directories: made.map((path) => join(root.path, path)),
      sessions: [...sessions.keys()].filter((index) => !sessions[index]!.diedEarly),
    });
    const link = join(root.path, folders[place]!, 'latest-run');
    if (latest === 'none' || taken.has(link)) continue;
    taken.add(link);
    if (latest === 'link') await symlink(made.at(-1)!.split('/').at(-1)!, link);
    else await cp(join(root.path, made.at(-1)!), link, { recursive: true });
  }
  if (links) {
    await mkdir(join(root.path, 'links'), { recursive: true });
    await symlink('..', join(root.path, 'links/up'));
    await symlink(root.path, join(root.path, 'links/all'));
    await symlink('nowhere', join(root.path, 'links/dangling'));
  }
  return expected;
}

const byKey = (a: { readonly key: string }, b: { readonly key: string }) => (a.key < b.key ? -1 : 1);

describe('whatever the SDK could have written', () => {
  it('is found once, under its key, its sessions in order', async () => {
    await fc.assert(
      fc.asyncProperty(layout, async (described) => {
        await using root = await temporaryFolder();
        const expected = await make(root, described);
        const source = localSource(root.path);
        const found: Expected[] = [];
        for (const { key, locations } of await source.listRuns({ signal })) {
          const { rows } = await readAll(source, key);
          const sessions = rows.map(({ step }) => step);
          found.push({ key: runKeyText(key), directories: locations, sessions });
        }
        expect(found.sort(byKey)).toEqual(expected.sort(byKey));
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});
