/**
 * What files of a run tell at its exits: decided when somebody first asks, and kept as text, so that it does not matter what
 * becomes of the files.
 * @module
 */

import { type Clock, LogdirError, NEVER_ABORTED, toLogdirError, within } from '../core/index.ts';
import type { Run } from '../history/index.ts';
import type { Logger } from '../observability/index.ts';
import type { ExcerptNeed, Excerpts } from '../plugins/index.ts';
import type { MediaLedger } from './ledger.ts';

/** They lie on a disk. One that does not answer by then is not worth the wait: an exit is shown with nothing of them. */
const MAX_WAIT_MS = 5_000;

interface ReadingOptions {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** @throws LogdirError when decisions can't be kept */
export async function decideExcerpts(
  run: Run,
  needs: readonly ExcerptNeed[],
  ledger: MediaLedger,
  options: ReadingOptions,
): Promise<Excerpts> {
  const isDecided = (need: ExcerptNeed) => ledger.get(excerptKey(need)) !== undefined;
  if (!needs.every(isDecided)) await ledger.reload();
  const undecided = needs.filter((need) => !isDecided(need));
  const texts = await readSoon(run, undecided, options);
  await Promise.all(
    undecided.map((need) => ledger.decide(excerptKey(need), { text: texts.get(need) ?? '' })),
  );
  return (need) => {
    const decision = ledger.get(excerptKey(need));
    return decision !== undefined && 'text' in decision ? decision.text : '';
  };
}

function excerptKey({ file, occasion }: ExcerptNeed): string {
  return JSON.stringify(['excerpt', file, occasion]);
}

async function readSoon(
  run: Run,
  needs: readonly ExcerptNeed[],
  { clock, logger }: ReadingOptions,
): Promise<ReadonlyMap<ExcerptNeed, string>> {
  const texts = new Map<ExcerptNeed, string>();
  const reading = needs.map(async (need) => {
    try {
      texts.set(need, await read(run, need));
    } catch (error) {
      const failure = toLogdirError(error, need.file);
      // Most runs have some of them only.
      if (failure.code !== 'not-found')
        logger.debug(
          { err: failure, run: run.id },
          'a file of the run can not be read; its text is not told',
        );
    }
  });
  await within(MAX_WAIT_MS, Promise.all(reading), undefined, clock);
  return new Map(texts);
}

/** @throws LogdirError as `Run.openFile` */
async function read(run: Run, { file, from, maxBytes, shorten }: ExcerptNeed): Promise<string> {
  await using opened = await run.openFile(file, { signal: NEVER_ABORTED });
  const { size } = opened.file;
  const start = from === 'start' ? 0 : Math.max(0, size - maxBytes);
  const end = Math.min(size, start + maxBytes);
  const pieces: Uint8Array[] = [];
  for await (const piece of opened.read({ start, end }, { signal: NEVER_ABORTED }))
    pieces.push(piece.slice());
  const bytes = Buffer.concat(pieces);
  if (bytes.length < end - start) throw new LogdirError('corrupt', `${file} ended while it was read`);
  return shorten(bytes, bytes.length === size);
}
