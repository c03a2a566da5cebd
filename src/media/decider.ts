/** Decides of files, once for all processes, what event files are made of. @module */

import { SingleFlight } from '../core/index.ts';
import type { Run } from '../history/index.ts';
import type { Logger } from '../observability/index.ts';
import type { ContentNeed } from '../plugins/index.ts';
import { type Found, ofKey } from './contents.ts';
import { type Finder, LENGTHS, type Look } from './finder.ts';
import { supersede } from './late-losses.ts';
import type { MediaLedger } from './ledger.ts';
import type { Decision, Loss } from './ledger-line.ts';
import type { LoggedRun } from './logged-run.ts';

/** A need that is not looked at together with others. */
type SingleNeed = Exclude<ContentNeed, { readonly kind: 'size' }>;

export class Decider {
  readonly #finder: Finder;
  readonly #logger: Logger;
  readonly #deciding = new SingleFlight<string, Found>();

  constructor(finder: Finder, logger: Logger) {
    this.#finder = finder;
    this.#logger = logger;
  }

  /** Whether a need that was decided costs nothing. */
  isAtHand(run: Run, need: ContentNeed, known: Decision | undefined): boolean {
    if (known === undefined || need.kind !== 'content' || !('size' in known)) return known !== undefined;
    return this.#finder.bytes.peek(run, need.file) !== undefined;
  }

  /** Decides needs, each by its key, and puts what was found into `found` as it comes. @throws LogdirError */
  async all(
    target: LoggedRun,
    needs: ReadonlyMap<string, ContentNeed>,
    ledger: MediaLedger,
    found: Map<string, Found>,
  ): Promise<void> {
    const { run, log } = target;
    if ([...needs.keys()].some((key) => ledger.get(key) === undefined)) await ledger.reload();
    const wanted = [...needs].filter(([key, need]) => !this.isAtHand(run, need, ledger.get(key)));
    // Asked for together, what is opened after that costs its download alone; one that is opened is asked for then.
    const names = [...new Set(wanted.flatMap(([, need]) => namesIn(need)))];
    const isAsked = names.length > 1 || wanted.some(([, need]) => need.kind === 'size');
    const sizes = isAsked ? await this.#sizesOr(target, names) : new Map<string, number>();
    await Promise.all(
      [...needs].map(async ([key, need]) => {
        const id = JSON.stringify([run.id, log.generation, key]);
        const deciding =
          need.kind === 'size'
            ? this.#decideSize(target, key, sizes, ledger)
            : this.#deciding.run(id, () => this.#decideOne(target, key, need, ledger));
        found.set(key, await deciding);
      }),
    );
  }

  async #decideSize(
    target: LoggedRun,
    key: string,
    sizes: ReadonlyMap<string, number> | Loss,
    ledger: MediaLedger,
  ): Promise<Found> {
    const known = ledger.get(key);
    if (known !== undefined) return foundOf(known);
    if ('lost' in sizes) return foundOf(await ledger.decide(key, sizes));
    const { file } = ofKey(key);
    const size = sizes.get(file);
    const reason = `${file} is not among the files of the run`;
    if (size === undefined) this.#finder.expectGone(target.run, file, reason);
    return foundOf(await ledger.decide(key, size === undefined ? { lost: reason } : { size }));
  }

  /** Lengths by name; that they could not be had for too long. @throws LogdirError where they may be had soon */
  async #sizesOr(target: LoggedRun, names: readonly string[]): Promise<ReadonlyMap<string, number> | Loss> {
    try {
      return await this.#finder.sizes(target, names);
    } catch (error) {
      return this.#finder.lossOf(target, LENGTHS, error);
    }
  }

  async #decideOne(target: LoggedRun, key: string, need: SingleNeed, ledger: MediaLedger): Promise<Found> {
    const known = ledger.get(key);
    // Content is held again, and is to be what it was.
    if (known !== undefined && (need.kind === 'drawing' || !('size' in known))) return foundOf(known);
    const look = await this.lookOr(target, key, () => this.#finder.content(target, need));
    if (need.kind === 'drawing') return foundOf(await ledger.decide(key, look.decision));
    const settled = await this.settle(target, ledger, key, look);
    return settled?.bytes ?? foundOf(settled?.decision);
  }

  /** A look; that it is lost, where it is for good. @throws LogdirError where trouble may pass */
  async lookOr(target: LoggedRun, key: string, look: () => Promise<Look>): Promise<Look> {
    try {
      return await look();
    } catch (error) {
      return { decision: this.#finder.lossOf(target, ofKey(key).file, error) };
    }
  }

  /** What holds of a look: what was served is superseded where it came to something else. Undefined: it is lost. */
  async settle(target: LoggedRun, ledger: MediaLedger, key: string, look: Look): Promise<Look | undefined> {
    // Another process may have been first.
    if (isLost(look.decision)) await ledger.reload();
    const { file, isDrawn } = ofKey(key);
    // That something could be drawn was decided before.
    if (!isDrawn || !isLost(look.decision)) {
      const holds = await ledger.decide(key, look.decision);
      if (isLost(holds)) this.#tellLoss(target.run, holds.lost);
      if (isLost(holds)) return undefined;
      if (!('size' in holds)) return { decision: holds };
      if (isSame(holds, look.decision)) return look;
    }
    const reason = isLost(look.decision) ? look.decision.lost : `${file} is another than it was`;
    const isPassing = isLost(look.decision) && look.decision.isPassing === true;
    await supersede(target, ledger, key, { finder: this.#finder, reason, isPassing });
    this.#tellLoss(target.run, reason);
    return undefined;
  }

  #tellLoss(run: Run, reason: string): void {
    this.#logger.warn({ run: run.id, reason }, 'a file of the run is lost; a placeholder is shown');
  }
}

export function isLost(decision: Decision | undefined): decision is Loss {
  return decision !== undefined && 'lost' in decision;
}

/** By what files are made of it. */
function isSame(a: Decision, b: Decision): boolean {
  if (!('size' in a && 'size' in b)) return 'tooLarge' in a && 'tooLarge' in b;
  return a.size === b.size && a.crc === b.crc;
}

function foundOf(decision: Decision | undefined): Found {
  if (decision === undefined || isLost(decision) || 'text' in decision) return 'lost';
  return 'tooLarge' in decision ? 'too-large' : decision.size;
}

/** Of the files that a need is about. */
function namesIn(need: ContentNeed): readonly string[] {
  if (need.kind !== 'drawing') return [need.file.file];
  const { picture, boxes, masks } = need.drawing;
  return [picture.file, ...[...boxes, ...masks].map(({ file }) => file.file)];
}
