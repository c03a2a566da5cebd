/** Samples of the machine a run was on: exported ones are complete, those the server samples are not. Appended forward only. @module */

import { LogdirError, type SystemRow } from '../../../core/index.ts';
import { fetchFiles } from '../files/index.ts';
import { EVENTS } from '../graphql/index.ts';
import { parquetSystemRows, systemRowsOfLines } from '../rows/index.ts';
import { askDetail, type DetailedRun } from '../run/index.ts';
import { askRun, type RunContext } from '../run-context.ts';

/** Servers sample, and fail for much more than what they are used to: what exporters ask for, falling back. */
const SAMPLES = [10_000, 1000, 500];

export interface SystemOptions {
  readonly detail: DetailedRun;
  /** Unix seconds; samples up to then were read before. */
  readonly afterTime: number;
  readonly untilTime?: number;
}

/** Ascending by time. Never fails for trouble: samples of the machine are not worth losing a run for. */
export async function* systemRows(
  run: RunContext,
  options: SystemOptions,
): AsyncGenerator<readonly SystemRow[]> {
  let { afterTime } = options;
  const { untilTime = Number.POSITIVE_INFINITY, detail } = options;
  try {
    if (wholeSamples(detail) === null) {
      for await (const rows of exportedSamples(run, options)) {
        afterTime = rows.at(-1)?.timestamp ?? afterTime;
        if (rows.length > 0) yield rows;
      }
      // What was exported of a run that has stopped is all there is.
      if (detail.eventsUrls.length > 0 && detail.run.state !== 'running') return;
    }
    const rows = await samplesAfter(run, detail, afterTime);
    const wanted = rows.filter(({ timestamp }) => timestamp <= untilTime);
    if (wanted.length > 0) yield wanted;
  } catch (error) {
    run.options.signal.throwIfAborted();
    if (!(error instanceof LogdirError) || error.code === 'internal') throw error;
    run.logger.warn({ run: run.key.runId, err: error }, 'system metrics of a run could not be read');
  }
}

/** The samples that came with the detail; null unless they are all there are, as of some another question gets more. */
function wholeSamples({ run: { events, eventsLineCount: count } }: DetailedRun): readonly string[] | null {
  const isWhole = events && typeof count === 'number' && events.length >= count;
  return isWhole ? events : null;
}

async function* exportedSamples(
  run: RunContext,
  { detail, afterTime, untilTime = Number.POSITIVE_INFINITY }: SystemOptions,
): AsyncGenerator<readonly SystemRow[]> {
  if (detail.eventsUrls.length === 0) return;
  const renew = async () => (await askDetail(run)).eventsUrls;
  await using files = await fetchFiles(run, detail.eventsUrls, renew);
  const { registry, options } = run;
  yield* parquetSystemRows(files.paths, {
    ...{ registry, afterTimestamp: afterTime, untilTimestamp: untilTime, signal: options.signal },
  });
}

async function samplesAfter(
  run: RunContext,
  detail: DetailedRun,
  afterTimestamp: number,
): Promise<readonly SystemRow[]> {
  const along = wholeSamples(detail);
  if (along !== null) return systemRowsOfLines(along, { registry: run.registry, afterTimestamp });
  return detail.run.eventsLineCount === 0 ? [] : await askSamples(run, afterTimestamp);
}

async function askSamples(run: RunContext, afterTimestamp: number): Promise<readonly SystemRow[]> {
  for (const [i, samples] of SAMPLES.entries()) {
    try {
      const lines = (await askRun(run, EVENTS, { samples })).run.events ?? [];
      return systemRowsOfLines(lines, { registry: run.registry, afterTimestamp });
    } catch (error) {
      if (i === SAMPLES.length - 1) throw error;
    }
  }
  return [];
}
