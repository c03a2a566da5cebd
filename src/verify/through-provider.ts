/** Runs compared through a data server, asked as TensorBoard asks it. @module */

import { LogdirError } from '../core/index.ts';
import type { EventView, SeriesViews } from '../eventfile/index.ts';
import type { Run } from '../history/index.ts';
import type { Media } from '../media/index.ts';
import { type CurrentRun, PLUGINS } from '../plugins/index.ts';
import { compareSets } from './compare.ts';
import { DataProviderClient } from './data-provider-client.ts';
import { pointsForProvider } from './logged-points.ts';
import { currentMedia, type LoggedRun, tagsOf } from './logged-run.ts';
import { readProviderPoints } from './provider-points.ts';
import { RunFindings } from './run-report.ts';
import { TagGroups } from './tag-groups.ts';
import type { RunCheck } from './through-files.ts';

/** Points of one answer, of 24 bytes each: it must fit into a message of 256 MiB, and into memory several times. */
const MAX_POINTS = 1_000_000;
/** Times that a run which has grown meanwhile is read again. */
const MAX_ATTEMPTS = 10;

export interface ProviderParts {
  readonly views: SeriesViews;
  readonly files: Media;
  /** Names of plugins of which the data server shows nothing. */
  readonly hiddenPlugins: ReadonlySet<string>;
}

export async function throughProvider(
  parts: ProviderParts,
  address: string,
  signal: AbortSignal,
): Promise<RunCheck & AsyncDisposable> {
  const client = new DataProviderClient(address, signal);
  const { runs = [] } = await client.call('ListRuns', {});
  const names = new Set(runs.map(({ name = '' }) => name));
  return {
    async run(path, run) {
      const name = nameIn(names, path);
      if (name === null) throw new LogdirError('not-found', 'the data server does not list it');
      for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
        const view = await parts.views.view(run);
        const { commits } = view.log.ledger;
        const findings = await compareRun(parts, client, { name, run, view, signal });
        const now = await parts.views.view(run);
        if (now === view && now.log.ledger.commits === commits) return findings;
      }
      throw new LogdirError('unavailable', 'it grew each time it was read');
    },
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
    },
  };
}

/** The data server calls runs by as much of their path as tells them apart. */
function nameIn(names: ReadonlySet<string>, path: string): string | null {
  const words = path.split('/');
  return words.map((_, i) => words.slice(i).join('/')).find((name) => names.has(name)) ?? null;
}

interface NamedRun {
  readonly name: string;
  readonly run: Run;
  readonly view: EventView;
  readonly signal: AbortSignal;
}

async function compareRun(
  { files, hiddenPlugins }: ProviderParts,
  client: DataProviderClient,
  { name, run, view, signal }: NamedRun,
): Promise<RunFindings> {
  const { log } = view;
  const tags = tagsOf(log);
  const seen = { blocks: view.blockCount, markers: view.markersNow };
  const logged: LoggedRun = { run, log, view, tags, seen, media: currentMedia(files, run, view) };
  const plugins = PLUGINS.filter((plugin) => !hiddenPlugins.has(plugin.name));
  const provided = { current: await currentRun(logged, signal), plugins };
  const groups = new TagGroups(log.ledger, tags, MAX_POINTS);
  const findings = new RunFindings();
  for (let group = 0; group < groups.count; group++) {
    const wanted = await pointsForProvider(logged, provided, { groups, group, signal }, findings.tally);
    const { series, mismatches } = await readProviderPoints(client, name, { groups, group });
    findings.tally.pointsOut += series.length;
    findings.add(mismatches);
    // It lists a series by its newest value.
    findings.add(compareSets(wanted, series, 'first-or-newest'));
  }
  return findings;
}

/** A run ends with its last row, or later where its exit says so. */
async function currentRun({ run, log, view, tags }: LoggedRun, signal: AbortSignal): Promise<CurrentRun> {
  const { config, exit, progress, dictionary, shapeRows } = log.ledger;
  const startTime = view.fold.startTime ?? run.listing.startTime ?? 0;
  const last = progress.lastTimestamp;
  const endTime = exit === null ? (last ?? startTime) : Math.max(last ?? 0, startTime + exit.runtimeSeconds);
  const numbers = dictionary.shapes.flatMap(({ kind }, shapeId) =>
    kind === 'cell' || !shapeRows[shapeId] ? [] : tags.tagsOf(shapeId),
  );
  const state = await run.refreshState({ signal });
  return { config: config.entries, tags: new Set(numbers), state, startTime, endTime };
}
