/** What was served can't be had any more: what goes with it, so that an event file gets another name once. @module */

import { LogdirError } from '../core/index.ts';
import { ofKey } from './contents.ts';
import type { Finder } from './finder.ts';
import type { MediaLedger } from './ledger.ts';
import type { Decision } from './ledger-line.ts';
import type { LoggedRun } from './logged-run.ts';

/**
 * How often pictures of a run are drawn anew that come out otherwise than before, as by another version of the library. Where
 * two programs have two versions of it, they are shown as they were logged in the end.
 */
const MAX_REDRAWINGS = 3;

interface Superseding {
  readonly finder: Finder;
  readonly reason: string;
  /** See `Decision`. */
  readonly isPassing: boolean;
}

/** Keeps that `key` is lost, together with all other files of the run that are. @throws LogdirError of storage */
export async function supersede(
  target: LoggedRun,
  ledger: MediaLedger,
  key: string,
  { finder, reason, isPassing }: Superseding,
): Promise<void> {
  const held = [...ledger.entries()].filter(([, decision]) => isHeld(decision)).map(([held]) => held);
  // One server has them all, and each by itself would give the file another name.
  if (isPassing) {
    const fetched = held.filter((held) => !ofKey(held).isLength);
    await ledger.supersede({ reason, isPassing, lost: fetched, forgotten: [] });
    return;
  }
  const gone = await goneFiles(
    target,
    finder,
    held.map((held) => ofKey(held).file),
  );
  const isCauseDrawn = ofKey(key).isDrawn;
  const lost = held.filter((held) => !ofKey(held).isDrawn && (held === key || gone.has(ofKey(held).file)));
  const drawn = held.filter((held) => ofKey(held).isDrawn && (isCauseDrawn || gone.has(ofKey(held).file)));
  const isAgain = ledger.forgettings < MAX_REDRAWINGS;
  await ledger.supersede({
    reason,
    lost: isAgain ? lost : [...lost, ...drawn],
    forgotten: isAgain ? drawn : [],
  });
}

/** Something is served by it that may be lost. */
function isHeld(decision: Decision): boolean {
  return 'size' in decision;
}

/** Of files; none where nobody can tell. */
async function goneFiles(
  target: LoggedRun,
  finder: Finder,
  files: readonly string[],
): Promise<ReadonlySet<string>> {
  const names = [...new Set(files)];
  try {
    const found = await finder.sizes(target, names);
    return new Set(names.filter((name) => !found.has(name)));
  } catch (error) {
    if (error instanceof LogdirError) return new Set();
    throw error;
  }
}
