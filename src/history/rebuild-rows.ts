/** Evicted rows come back: the source is read again, commit by commit, and held against the index. @module */

import { rename, rm } from 'node:fs/promises';
import { LogdirError } from '../core/index.ts';
import type { RecordedStretch, RunSource } from '../sources/index.ts';
import type { BlockSynthesis } from './block-sealer.ts';
import type { Commit } from './commit.ts';
import { IndexFile } from './index-file.ts';
import { type PreparedCommit, RunIngest } from './ingest.ts';
import { RunLedger } from './ledger.ts';
import type { RowBlock } from './row-block.ts';
import type { RowFile } from './row-file.ts';
import { withRunLock } from './run-lock.ts';
import type { RunLog } from './run-log.ts';

export interface RebuildOptions {
  readonly synthesis: BlockSynthesis;
  readonly signal: AbortSignal;
  /** Opens a row file under another path. */
  readonly rowFile: (path: string) => RowFile;
}

/**
 * Rebuilds the whole row file of a log. `changed`: the source no longer yields what the index says, so these
 * bytes can't come back. `busy`: another process holds the run's lock, perhaps to the same end.
 */
export async function rebuildRows(
  log: RunLog,
  source: RunSource,
  options: RebuildOptions,
): Promise<'rebuilt' | 'changed' | 'busy'> {
  const outcome = await withRunLock(log.paths.index, async () => {
    const draft = `${log.paths.rows}.rebuild`;
    try {
      const same = await rebuildInto(options.rowFile(draft), log, source, options);
      if (same) await rename(draft, log.paths.rows);
      return same;
    } finally {
      await rm(draft, { force: true });
      log.forgetRows();
    }
  });
  if (outcome.kind === 'busy') return 'busy';
  return outcome.value ? 'rebuilt' : 'changed';
}

async function rebuildInto(
  rows: RowFile,
  log: RunLog,
  source: RunSource,
  { synthesis, signal }: RebuildOptions,
): Promise<boolean> {
  const ledger = new RunLedger();
  const readBlock = async (index: number): Promise<RowBlock> => {
    const blocks = await rows.read([ledger.block(index)]);
    if (blocks?.[0] === undefined)
      throw new LogdirError('internal', `block ${index} just rebuilt can't be read`);
    return blocks[0];
  };
  const { commits } = await new IndexFile(log.paths.index).readGrowth();
  for (const commit of commits) {
    const ingest = new RunIngest(log.key, ledger, synthesis, readBlock);
    const stretch = { after: ledger.cursor, stopAt: commit.cursor, recorded: recordedIn(commit), signal };
    for await (const batch of source.read(log.key, stretch)) {
      await ingest.add(batch);
    }
    const prepared = ingest.finish();
    if (prepared === undefined || !agree(prepared, commit)) return false;
    await rows.write(prepared.blocks, ledger.rowsBytes);
    ledger.apply(commit);
  }
  rows.forget();
  return true;
}

/** What a commit says of the run apart from its rows. */
function recordedIn({ facts, config, summary, metrics, exit }: Commit): RecordedStretch {
  return {
    ...(facts !== undefined && { facts }),
    ...(config !== undefined && { config }),
    ...(summary !== undefined && { summary }),
    ...(metrics !== undefined && { metrics }),
    ...(exit !== undefined && { exit }),
  };
}

/** Whether both say the same of everything that decides bytes. */
function agree({ commit: made }: PreparedCommit, kept: Commit): boolean {
  const essence = ({ cursor, keys, shapes, blocks }: Commit) =>
    JSON.stringify([cursor, keys, shapes, blocks]);
  return essence(made) === essence(kept);
}
