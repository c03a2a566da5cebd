/** All points that a run's history comes to, as far as a reader saw it: what must come out of a door. @module */

import type { CurrentRun, CurrentSummary, Plugin } from '../plugins/index.ts';
import { LoggedRows } from './logged-rows.ts';
import type { LoggedRun } from './logged-run.ts';
import { LoggedValues } from './logged-values.ts';
import { SeriesSet } from './point-series.ts';
import type { TagGroups } from './tag-groups.ts';
import type { Tally } from './tally.ts';

/** Blocks read in one go: some 700 KiB. */
const BLOCKS_PER_READ = 8;

export interface WantedPoints {
  readonly groups: TagGroups;
  readonly group: number;
  readonly signal: AbortSignal;
}

/** Those of an event file. What does not come to a point is counted. @throws LogdirError as `Run.readBlocks` */
export async function pointsForFile(run: LoggedRun, wanted: WantedPoints, tally: Tally): Promise<SeriesSet> {
  const set = new SeriesSet();
  const values = new LoggedValues(run, 'tensor', set, tally);
  await addHistory(run, wanted, set, values, tally);
  if (wanted.group === 0) {
    for (const marker of run.seen.markers) await values.addMarker(marker);
    values.tellLeftOut();
    countUntold(run, tally);
    await countPending(run, tally);
  }
  tally.lose('superseded', set.superseded);
  return set;
}

/** A run as a data provider shows it. */
export interface ProvidedRun {
  readonly current: CurrentRun;
  readonly plugins: readonly Plugin[];
}

/** Those of a data provider, which shows runs as they are now. */
export async function pointsForProvider(
  run: LoggedRun,
  { current, plugins }: ProvidedRun,
  wanted: WantedPoints,
  tally: Tally,
): Promise<SeriesSet> {
  const set = new SeriesSet();
  const values = new LoggedValues(run, 'blobs', set, tally);
  await addHistory(run, wanted, set, values, tally);
  if (wanted.group === 0) {
    for (const point of [...markersNow(run, plugins), ...currentPoints(current, plugins)])
      await values.addPoint(point);
    for (const marker of run.seen.markers) await values.addSummaryMedia(marker);
  }
  tally.lose('superseded', set.superseded);
  return set;
}

async function addHistory(
  run: LoggedRun,
  { groups, group, signal }: WantedPoints,
  set: SeriesSet,
  values: LoggedValues,
  tally: Tally,
): Promise<void> {
  const rows = new LoggedRows(run, (tag) => groups.of(tag) === group, set, tally);
  for (let first = 0; first < run.seen.blocks; first += BLOCKS_PER_READ) {
    signal.throwIfAborted();
    const count = Math.min(BLOCKS_PER_READ, run.seen.blocks - first);
    for (const [i, block] of (await run.run.readBlocks(run.log, first, count)).entries()) {
      rows.add(block);
      if (group === 0) await values.addCells(first + i, block);
    }
  }
}

/** What markers tell, of plugins that do not show runs as they are now. */
function* markersNow({ seen }: LoggedRun, plugins: readonly Plugin[]): Generator<CurrentSummary> {
  for (const marker of seen.markers) {
    if (marker.kind === 'begin') continue;
    const { step, wallTime } = marker;
    for (const { current, markers } of plugins) {
      if (current !== undefined || markers === undefined) continue;
      for (const summary of markers(marker)) yield { ...summary, step, wallTime };
    }
  }
}

function currentPoints(run: CurrentRun, plugins: readonly Plugin[]): readonly CurrentSummary[] {
  return plugins.flatMap(({ current }) => (current?.shows(run) ? current.summaries([run]).flat() : []));
}

/** Numbers of the summary that the run's next exit tells. */
function countUntold({ view, log }: LoggedRun, tally: Tally): void {
  const untold = view.isCurrent ? (view.fold.untold(log.ledger)?.summary?.length ?? 0) : 0;
  tally.pointsIn += untold;
  tally.lose('waits-for-exit', untold);
}

/** What was logged after media that can't be had now: the event file ends before it. */
async function countPending({ run, log, view, seen }: LoggedRun, tally: Tally): Promise<void> {
  if (view.isCurrent || seen.blocks < view.blockCount) return;
  for (let index = seen.blocks; index < log.ledger.blockCount; index++) {
    const [block] = await run.readBlocks(log, index, 1);
    const count = (block?.values.length ?? 0) + (block?.cells.length ?? 0);
    tally.pointsIn += count;
    tally.lose('waits-for-files', count);
  }
}
