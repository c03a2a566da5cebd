/** Reads on where a run's log ends, commit by commit, and brings evicted rows back. @module */

import type { RunSource } from '../../sources/index.ts';
import { textOfRows } from './commit.ts';
import { type PreparedCommit, RunIngest } from './ingest.ts';
import { type CommitContext, RunLedger } from './ledger.ts';
import type { RunLog, RunLogWriter } from './run-log.ts';

/**
 * Blocks per commit while reading a long history: about 3 MiB of events, so that a reader waiting for the first
 * bytes waits some 20 ms, and a long run needs few index lines.
 */
const BLOCKS_PER_COMMIT = 16;

/** Told of a commit with the rows in hand, and what was known of the run before it. */
export type CommitListener = (log: RunLog, prepared: PreparedCommit, before: CommitContext) => void;

export interface ReadOnOptions {
  readonly signal: AbortSignal;
  /** Told of each commit, after it was made. */
  readonly onCommit: CommitListener;
}

/**
 * Reads everything the source has after the log's end. `busy`: another process is doing so; its commits show with
 * `log.follow()`. Rejects as the source or the storage does; what was committed before stands.
 */
export async function readOn(
  log: RunLog,
  source: RunSource,
  options: ReadOnOptions,
): Promise<'done' | 'busy'> {
  return (await log.exclusively((writer) => appendCommits(log, writer, source, options))).kind;
}

async function appendCommits(
  log: RunLog,
  writer: RunLogWriter,
  source: RunSource,
  { signal, onCommit }: ReadOnOptions,
): Promise<void> {
  const { ledger } = log;
  const append = async (prepared: PreparedCommit | undefined) => {
    if (prepared === undefined) return;
    const before = await writer.commit(prepared);
    onCommit(log, prepared, before);
  };
  let ingest = new RunIngest(ledger);
  for await (const batch of source.read(log.key, { after: ledger.cursor, signal })) {
    ingest.add(batch);
    if (ingest.sealedBlocks < BLOCKS_PER_COMMIT) continue;
    await append(ingest.finish());
    ingest = new RunIngest(ledger);
  }
  await append(ingest.finish());
}

/**
 * Rebuilds all rows of a log from its source, held against the index commit by commit. `changed`: the source no longer
 * yields what the index says, so these rows can't come back. `busy`: another process has the log, perhaps to the same
 * end.
 */
export async function rebuildRows(
  log: RunLog,
  source: RunSource,
  { signal }: { readonly signal: AbortSignal },
): Promise<'rebuilt' | 'changed' | 'busy'> {
  const outcome = await log.exclusively((writer) =>
    writer.replaceRows(async (rows) => {
      const ledger = new RunLedger();
      for (const commit of await log.readCommits()) {
        const ingest = new RunIngest(ledger);
        const stretch = { after: ledger.cursor, stopAt: commit.cursor, signal };
        for await (const batch of source.read(log.key, stretch)) ingest.add(batch);
        const prepared = ingest.finish();
        // What the run says of itself is in the index alone, and may have changed since.
        if (prepared === undefined || textOfRows(prepared.commit) !== textOfRows(commit)) return false;
        await rows.append(prepared.blocks.map(({ bytes }) => bytes));
        ledger.apply(commit);
      }
      return true;
    }),
  );
  if (outcome.kind === 'busy') return 'busy';
  return outcome.value ? 'rebuilt' : 'changed';
}
