/** Reads on in a run from where its log ends, commit by commit. @module */

import { LogdirError } from '../core/index.ts';
import type { RunSource } from '../sources/index.ts';
import type { BlockSynthesis } from './block-sealer.ts';
import { isRefusal } from './cache-errors.ts';
import { type PreparedCommit, RunIngest } from './ingest.ts';
import type { RowBlock } from './row-block.ts';
import { withRunLock } from './run-lock.ts';
import type { RunLog } from './run-log.ts';

/**
 * Blocks per commit while reading a long history: about 3 MiB of events, so that a reader waiting for the first
 * bytes waits some 20 ms, and a long run needs few index lines.
 */
const BLOCKS_PER_COMMIT = 16;

/** Reading on needs earlier rows, which were evicted: rebuild them, then read on. Never leaves this room. */
export class RowsMissing extends Error {
  override readonly name = 'RowsMissing';
}

export interface ReadMoreOptions {
  readonly synthesis: BlockSynthesis;
  readonly signal: AbortSignal;
  /** Told when the cache disk takes no more; the run goes on in memory. */
  readonly onDiskFailure: (error: unknown) => void;
  /** Asked before a commit of this many bytes goes to memory; false stops reading with `exhausted`. */
  readonly mayKeepInMemory: (bytes: number) => boolean;
}

/**
 * Reads everything the source has after the log's end. `busy`: another process is doing so; its commits show
 * with `log.follow()`. Rejects with the source's LogdirError; what was committed before stands.
 */
export async function readMore(
  log: RunLog,
  source: RunSource,
  options: ReadMoreOptions,
): Promise<'done' | 'busy'> {
  if (!log.isOnDisk) {
    await appendCommits(log, source, options);
    return 'done';
  }
  try {
    const outcome = await withRunLock(log.paths.index, async () => {
      await log.prepareToWrite();
      await appendCommits(log, source, options);
    });
    return outcome.kind;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    options.onDiskFailure(error);
    log.leaveDisk();
    await appendCommits(log, source, options);
    return 'done';
  }
}

async function appendCommits(log: RunLog, source: RunSource, options: ReadMoreOptions): Promise<void> {
  const { signal, synthesis } = options;
  const readBlock = (index: number) => blockOf(log, index);
  let ingest = new RunIngest(log.key, log.ledger, synthesis, readBlock);
  for await (const batch of source.read(log.key, { after: log.ledger.cursor, signal })) {
    await ingest.add(batch);
    if (ingest.sealedBlocks < BLOCKS_PER_COMMIT) continue;
    await append(log, ingest.finish(), options);
    ingest = new RunIngest(log.key, log.ledger, synthesis, readBlock);
  }
  await append(log, ingest.finish(), options);
}

async function append(
  log: RunLog,
  prepared: PreparedCommit | undefined,
  options: ReadMoreOptions,
): Promise<void> {
  if (prepared === undefined) return;
  try {
    if (!log.isOnDisk) checkMemory(prepared, options);
    await log.commit(prepared);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    options.onDiskFailure(error);
    checkMemory(prepared, options);
    log.leaveDisk();
    await log.commit(prepared);
  }
}

function checkMemory({ blocks }: PreparedCommit, { mayKeepInMemory }: ReadMoreOptions): void {
  const bytes = blocks.reduce((sum, block) => sum + block.length, 0);
  if (mayKeepInMemory(bytes)) return;
  throw new LogdirError(
    'exhausted',
    'the cache disk takes no more and the memory set aside instead is full; free space in the cache directory and start again',
  );
}

async function blockOf(log: RunLog, index: number): Promise<RowBlock> {
  const blocks = await log.readBlocks(index, 1);
  if (blocks?.[0] === undefined) throw new RowsMissing(`rows of block ${index} are not there`);
  return blocks[0];
}
