/**
 * Reads a run of a server from one cursor to the next: what it is, its rows, samples of its machine, how it ended. @module
 */

import { LogdirError, type RunRecord } from '../../core/index.ts';
import type { Cursor, ReadRunOptions, RecordBatch } from '../source.ts';
import type { RunNode } from './graphql/index.ts';
import { HistoryCheck, historyRows, newRows, systemRows } from './history/index.ts';
import {
  askDetail,
  askDetailAndSamples,
  type CloudCursor,
  conclusionOf,
  type DetailedRun,
  fetchMetadata,
  formatCursor,
  historyKeysOf,
  parseCursor,
  preambleOf,
  SAMPLES_ALONG,
} from './run/index.ts';
import type { RunContext } from './run-context.ts';

/** How many keys that lack values are named in the log. */
const NAMED_KEYS = 10;

/**
 * Reads on from a cursor to what is there now. `listed`: the run as it was last listed.
 * @throws LogdirError; `corrupt` when the run is another one now.
 */
export async function* readOn(
  run: RunContext,
  listed: RunNode | undefined,
  after: Cursor | null,
): AsyncGenerator<RecordBatch> {
  const detail = await (hasFewSamples(listed) ? askDetailAndSamples(run) : askDetail(run));
  const keyTypes = historyKeysOf(detail.run);
  const start = parseCursor(after);
  let withoutStep = 0;
  const onDropped = (count: number) => {
    withoutStep += count;
  };
  // Requested together: the first of each is needed in turn, and each takes a round trip.
  using history = prefetchFirst(newRows(run, { detail, keyTypes, start, onDropped }));
  using system = prefetchFirst(systemRows(run, { detail, afterTime: start.system }));
  let cursor: CloudCursor = { ...start, id: detail.run.id, seen: null };
  const preamble = preambleOf(detail.run, await fetchMetadata(run, detail));
  if (preamble.fingerprint !== start.told) {
    cursor = { ...cursor, told: preamble.fingerprint };
    yield batch(cursor, preamble.records);
  }
  const check = new HistoryCheck();
  for await (const { rows, lines } of history) {
    const last = rows.at(-1);
    check.add(rows);
    cursor = { ...cursor, lines, rows: cursor.rows + rows.length };
    if (last === undefined) continue;
    cursor = { ...cursor, step: last.step, time: last.timestamp };
    yield batch(cursor, rows);
  }
  for await (const rows of system) {
    cursor = { ...cursor, system: rows.at(-1)!.timestamp };
    yield batch(cursor, rows);
  }
  const lacking = start.rows === 0 ? check.missing(keyTypes) : [];
  const missing = Math.max(
    rowsMissing(detail.run, cursor),
    withoutStep,
    ...lacking.map((key) => key.expected - key.found),
  );
  if (missing > start.missing) {
    const keys = lacking.slice(0, NAMED_KEYS);
    const facts = { run: run.key.runId, missing, withoutStep, keys };
    run.logger.warn(facts, 'W&B counts more of a run than it sends, or sends rows without a step');
  }
  cursor = { ...cursor, missing, seen: seenOf(detail.run) };
  const unread = missing === start.missing ? {} : { missing: missing - start.missing };
  if (formatCursor(cursor) === after) return;
  const conclusion = conclusionOf(detail.run);
  const isWithoutRows = cursor.rows === 0 && !conclusion.some(({ kind }) => kind === 'exit');
  const records: RunRecord[] = isWithoutRows ? [...conclusion, { kind: 'begun' }] : conclusion;
  yield { ...batch(cursor, records), unread };
}

/**
 * Reads again the rows that lie between two cursors.
 * @throws LogdirError `corrupt` when the server no longer has it.
 */
export async function* readAgain(
  run: RunContext,
  { after, stopAt }: Omit<ReadRunOptions, 'signal'> & { readonly stopAt: Cursor },
): AsyncGenerator<RecordBatch> {
  const [start, stop] = [parseCursor(after), parseCursor(stopAt)];
  const detail = await askDetail(run);
  if (detail.run.id !== stop.id || stop.step < start.step)
    throw new LogdirError('corrupt', `run ${run.key.runId} was replaced or rewound since it was read`);
  yield* rowsAgain(run, detail, start, stop);
  if (stop.system > start.system) {
    const wanted = { detail, afterTime: start.system, untilTime: stop.system };
    for await (const rows of systemRows(run, wanted)) yield batch(start, rows);
  }
  yield { ...batch(stop, []), cursor: stopAt };
}

async function* rowsAgain(
  run: RunContext,
  detail: DetailedRun,
  start: CloudCursor,
  stop: CloudCursor,
): AsyncGenerator<RecordBatch> {
  if (stop.rows === start.rows) return;
  const keyTypes = historyKeysOf(detail.run);
  const wanted = {
    afterStep: start.step,
    untilStep: stop.step,
    linesBefore: start.lines,
    onDropped: () => {},
  };
  let rowsRead = start.rows;
  for await (const rows of historyRows(run, { detail, keyTypes, ...wanted })) {
    rowsRead += rows.length;
    yield batch(start, rows);
  }
  if (rowsRead !== stop.rows)
    throw new LogdirError('corrupt', `run ${run.key.runId} has other rows than when it was read`);
}

/** Whether samples of the machine are worth no request of their own. */
function hasFewSamples(listed: RunNode | undefined): boolean {
  const count = listed?.eventsLineCount ?? 0;
  return count > 0 && count <= SAMPLES_ALONG;
}

/** What the server lists of a run: as long as this stays, there is nothing new. */
export function seenOf(run: RunNode): NonNullable<CloudCursor['seen']> {
  const lines = run.historyLineCount ?? null;
  return {
    state: run.state ?? '',
    lines,
    events: run.eventsLineCount ?? null,
    updatedAt: run.updatedAt ?? null,
    heartbeatAt: lines === null ? (run.heartbeatAt ?? null) : null,
  };
}

function rowsMissing({ historyLineCount }: RunNode, { lines }: CloudCursor): number {
  return Math.max(0, (historyLineCount ?? lines) - lines);
}

function batch(cursor: CloudCursor, records: readonly RunRecord[]): RecordBatch {
  return { cursor: formatCursor(cursor), records, unread: {}, skippedBytes: 0 };
}

/** The same sequence, its first item requested before anybody takes it. Disposing it ends the rest, taken or not. */
function prefetchFirst<T>(items: AsyncGenerator<T>): AsyncIterable<T> & Disposable {
  const first = items.next();
  // A failure is met by whoever takes the first item.
  first.catch(() => undefined);
  return {
    async *[Symbol.asyncIterator]() {
      for (let item = await first; item.done !== true; item = await items.next()) yield item.value;
    },
    // Not awaited: a request under way ends by itself.
    [Symbol.dispose]: () => void items.return(undefined).catch(() => undefined),
  };
}
