import { cp, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RunKey, runKey, runKeyText } from '../../src/core/index.ts';
import {
  localSource,
  neverAborted,
  readAll,
  type TemporaryFolder,
  temporaryFolder,
} from '../support/local-runs.ts';
import { mergedHouse } from '../support/merged-house.ts';
import { WandbLogWriter } from '../support/wandb-log-writer.ts';
import type { WandbServer } from '../support/wandb-server/index.ts';

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
  /** What servers have of that id: its copy, and other runs. */
  readonly sent: readonly Sent[];
}

/** A run of a server: in the project of the folder, or another; and how long after the first session it began there. */
interface Sent {
  readonly entity: 'acme' | 'ada';
  readonly sameProject: boolean;
  readonly lateS: number;
}

interface Layout {
  /** Paths of wandb folders; each belongs to a project of its own. */
  readonly folders: readonly string[];
  readonly runs: readonly Run[];
  /** By folder: whether its scripts tell `wandb.init` an entity. */
  readonly named: readonly boolean[];
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
/** A copy is made as the first request arrives, by the server's clock; other runs of the id began at other times. */
const sent: fc.Arbitrary<Sent> = fc.record({
  entity: fc.constantFrom('acme', 'ada'),
  sameProject: fc.boolean(),
  lateS: fc.constantFrom(-40, 0, 3, 90, 3600, -7200, 400_000),
});
const layout: fc.Arbitrary<Layout> = fc.uniqueArray(folder, { minLength: 1, maxLength: 4 }).chain((folders) =>
  fc.record({
    folders: fc.constant(folders),
    runs: fc.array(
      fc.record({
        folder: fc.nat(folders.length - 1),
        sessions: fc.array(session, { minLength: 1, maxLength: 4 }),
        sent: fc.uniqueArray(sent, {
          maxLength: 3,
          selector: ({ entity, sameProject }) => `${entity} ${sameProject}`,
        }),
      }),
      { minLength: 1, maxLength: 5 },
    ),
    named: fc.array(fc.boolean(), { minLength: folders.length, maxLength: folders.length }),
    latest: fc.constantFrom('link', 'copy', 'none'),
    links: fc.boolean(),
  }),
);

/** What must be listed and read of a run. */
interface Expected {
  readonly key: RunKey;
  readonly locations: readonly string[];
  /** When its first session began; null where nothing says so. */
  readonly start: number | null;
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

async function make(
  root: TemporaryFolder,
  { folders, runs, named, latest, links }: Layout,
): Promise<Expected[]> {
  const taken = new Set<string>();
  const expected: Expected[] = [];
  for (const [number, { folder: place, sessions }] of runs.entries()) {
    const entity = named[place] ? 'acme' : null;
    const id = `id-${number}`;
    const made: string[] = [];
    let start = EPOCH;
    let firstStart: number | null = null;
    for (const [index, { gap, zone, offline, diedEarly }] of sessions.entries()) {
      // One that left no start behind has the second of its directory, and must not share it.
      start += diedEarly || sessions[index - 1]?.diedEarly ? Math.max(gap, 2) : gap;
      if (!diedEarly) firstStart ??= start;
      const time = localTime(start, diedEarly ? zoneHere(start) : zone);
      const plain = `${folders[place]}/${offline ? 'offline-' : ''}run-${time}-${id}`;
      let directory = plain;
      for (let n = 1; taken.has(directory); n++) directory = `${plain}-${n}`;
      taken.add(directory);
      made.push(directory);
      const startTime = { seconds: Math.floor(start), nanos: Math.round((start % 1) * 1e9) };
      const log = new WandbLogWriter()
        .begin(id, { entity: entity ?? '', project: `p${place}`, startTime })
        .row({ session: index, _step: index });
      await root.write(`${directory}/run-${id}.wandb`, diedEarly ? log.bytes().subarray(0, 7) : log.bytes());
      await root.write(`${directory}/logs/debug.log`, new Uint8Array(1));
      await root.write(`${directory}/files/media/x/run-inside.wandb`, log.bytes());
    }
    const isNamed = runs.some(
      (run) => run.folder === place && run.sessions.some(({ diedEarly }) => !diedEarly),
    );
    expected.push({
      key: isNamed ? runKey(entity, `p${place}`, id) : runKey(null, null, id),
      locations: made.map((path) => join(root.path, path)),
      start: firstStart,
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

/** What must be found, in an order of its own. */
interface Found {
  readonly key: string;
  readonly locations: readonly string[];
  readonly sessions: readonly number[];
}

const sorted = (found: readonly Found[]) => found.toSorted((a, b) => (a.key < b.key ? -1 : 1));

describe('whatever the SDK could have written', () => {
  it('is found once, under its key, its sessions in order', async () => {
    await fc.assert(
      fc.asyncProperty(layout, async (described) => {
        await using root = await temporaryFolder();
        const expected = (await make(root, described)).map(({ key, locations, sessions }) => {
          return { key: runKeyText(key), locations, sessions };
        });
        const source = localSource(root.path);
        const found: Found[] = [];
        for (const { key, locations } of await source.listRuns({ signal })) {
          const { rows } = await readAll(source, key);
          found.push({ key: runKeyText(key), locations, sessions: rows.map(({ step }) => step) });
        }
        expect(sorted(found)).toEqual(sorted(expected));
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it('and sent to a server, or something else of that name, is one run with its copy there, and with nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(layout, async (described) => {
        let logged: readonly Expected[] = [];
        const fill = async (root: TemporaryFolder, server: WandbServer) => {
          logged = await make(root, described);
          send(server, described, logged);
        };
        await using merged = await mergedHouse(fill, { scopes: [{ entity: 'acme' }, { entity: 'ada' }] });
        const { catalogue } = merged.house.history;
        for (const project of catalogue.projects) await catalogue.refreshProject(project, { signal });
        const found: Found[] = [];
        for (const run of catalogue.runs.values()) {
          await run.update();
          const rows = run.log?.ledger.progress.rows ?? 0;
          const locations = run.listing.locations.map((place) => place.replace(/^http.*\/(?=ada|acme)/, ''));
          found.push({ key: run.id, locations, sessions: [...Array(rows).keys()] });
        }
        const expected = expectedOfBoth(described, logged);
        expect(sorted(found.map(plain))).toEqual(sorted(expected.map(plain)));
      }),
      { numRuns: 40 },
    );
  }, 120_000);
});

/** How many rows there are, whichever they are; places in no order. */
function plain({ key, locations, sessions }: Found): Found {
  return { key, locations: locations.toSorted(), sessions: [sessions.length] };
}

function send(server: WandbServer, { runs }: Layout, logged: readonly Expected[]): void {
  for (const [number, run] of runs.entries()) {
    for (const sent of run.sent) {
      const { entity, project, runId } = sentKey(sent, run.folder, number);
      const createdAt = 1000 * ((logged[number]!.start ?? EPOCH) + sent.lateS);
      server.store.project(entity, project).addRun({ id: runId, createdAt, heartbeatAt: createdAt });
    }
  }
}

function sentKey({ entity, sameProject }: Sent, folder: number, number: number): RunKey {
  return runKey(entity, sameProject ? `p${folder}` : 'elsewhere', `id-${number}`);
}

/** Runs of folder and server, each with all the places it is in. */
function expectedOfBoth({ runs, named }: Layout, logged: readonly Expected[]): readonly Found[] {
  return logged.flatMap(({ key, locations, start, sessions }, number) => {
    const { sent, folder } = runs[number]!;
    const isLogged = start !== null || (key.project as string) !== 'uncategorized';
    const alike = sent.filter(
      ({ sameProject, entity, lateS }) =>
        sameProject &&
        isLogged &&
        (named[folder] ? entity === 'acme' : start !== null && Math.abs(lateS) <= 300),
    );
    const copy = alike.length === 1 ? alike[0] : undefined;
    const others = sent.filter((one) => one !== copy);
    return [
      {
        key: runKeyText(copy === undefined ? key : sentKey(copy, folder, number)),
        locations: [...locations, ...(copy === undefined ? [] : [place(copy, folder, number)])],
        sessions,
      },
      ...others.map((one) => ({
        key: runKeyText(sentKey(one, folder, number)),
        locations: [place(one, folder, number)],
        sessions: [],
      })),
    ];
  });
}

function place(sent: Sent, folder: number, number: number): string {
  const { entity, project, runId } = sentKey(sent, folder, number);
  return `${entity}/${project}/runs/${runId}`;
}
