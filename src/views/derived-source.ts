/**
 * Runs that are computed from the rows of others. What is computed of steps that are final is a run's history like any other:
 * it only grows. Where a member goes back, the recipe is outdated: it grows no more, and another is in its place. Where an ended
 * member goes on at steps that were computed, reading fails as `corrupt`, and the derived run's next generation begins.
 * @module
 */

import {
  LogdirError,
  type RunKey,
  type RunState,
  runKeyText,
  TurnBudget,
  toLogdirError,
} from '../core/index.ts';
import type { History, Run, SavedFile } from '../history/index.ts';
import {
  type Cursor,
  type OpenedSavedFile,
  type ReadRunOptions,
  type RecordBatch,
  type RunListing,
  type RunSource,
  ShapeRegistry,
  type SourceChange,
  type SourcePolicy,
} from '../sources/index.ts';
import { formatPosition, type Position, parsePosition, positionAt } from './position.ts';
import type { Fold, Recipe } from './recipe.ts';
import { AlignedSteps } from './steps/aligned-steps.ts';
import { finalBefore, type Member, membersNow, refreshedMembers, statesOf } from './steps/member.ts';

/** Rows of a batch: a few milliseconds of work. */
const BATCH_ROWS = 512;
/** Of states of members, the first that any has is that of the derived run. */
const ORDER: readonly RunState[] = ['running', 'finished', 'failed', 'crashed'];

type Signal = { readonly signal: AbortSignal };

export interface DerivedSourceOptions {
  /** Whose runs the members are. */
  readonly history: Pick<History, 'refreshAll' | 'watchGrowth'>;
  /** As members are read. */
  readonly reading: SourcePolicy['reading'];
}

/** An answer, good while nothing changes. */
interface News {
  readonly version: string;
  readonly isAny: boolean;
}

export class DerivedSource implements RunSource {
  readonly name: string;
  readonly origin: string;
  readonly policy: SourcePolicy;
  readonly #history: DerivedSourceOptions['history'];
  /** By `runKeyText`. */
  readonly #recipes = new Map<string, Recipe>();
  readonly #shapes = new ShapeRegistry();
  readonly #news = new WeakMap<Recipe, News>();
  readonly #listeners = new Set<(change: SourceChange) => void>();

  constructor({ history, reading }: DerivedSourceOptions) {
    this.#history = history;
    this.policy = { listing: 'all', reading };
    this.origin = `views of ${reading === 'eager' ? 'folders' : 'servers'}`;
    this.name = this.origin;
  }

  /** Adds a run, unless it is there. */
  define(recipe: Recipe): void {
    if (this.#recipes.has(recipe.id)) return;
    this.#recipes.set(recipe.id, recipe);
    for (const listener of this.#listeners) listener({ kind: 'listing' });
  }

  forget(key: RunKey): void {
    this.#recipes.delete(runKeyText(key));
  }

  async listProjects(): Promise<readonly []> {
    return [];
  }

  async listRuns(): Promise<readonly RunListing[]> {
    return [...this.#recipes.values()].map(listingOf);
  }

  modifiedAtMs(key: RunKey): number | null {
    const recipe = this.#recipes.get(runKeyText(key));
    return recipe === undefined ? null : newestMs(recipe);
  }

  async state(key: RunKey, _exitCode: number | null, options: Signal): Promise<RunState> {
    const states = new Set(await statesOf(runsOf(this.#recipe(key)), options));
    return ORDER.find((state) => states.has(state)) ?? 'finished';
  }

  async hasNews(key: RunKey, after: Cursor | null, options: Signal): Promise<boolean> {
    const recipe = this.#recipe(key);
    if (after === null) return true;
    const members = await refreshedMembers(this.#history, runsOf(recipe), options);
    const ends = members.map(({ log, rowCount, isOver }) => [log.generation, rowCount, isOver]);
    const version = JSON.stringify([after, ends]);
    const known = this.#news.get(recipe);
    if (known?.version === version) return known.isAny;
    const isAny = await hasNewsAfter(recipe, members, parsePosition(after), options);
    this.#news.set(recipe, { version, isAny });
    return isAny;
  }

  async *read(key: RunKey, options: ReadRunOptions): AsyncGenerator<RecordBatch> {
    try {
      yield* this.#read(this.#recipe(key), options);
    } catch (error) {
      throw toLogdirError(error, `compute run ${key.runId}`);
    }
  }

  async *#read(recipe: Recipe, { after, stopAt, signal }: ReadRunOptions): AsyncGenerator<RecordBatch> {
    const isAgain = stopAt !== undefined;
    const members = isAgain
      ? await membersNow(runsOf(recipe), { signal })
      : await refreshedMembers(this.#history, runsOf(recipe), { signal });
    if (after === null) {
      const cursor = formatPosition({ step: null, marks: '' });
      yield batchOf(recipe.beginning(startOf(recipe, members)), cursor);
      if (stopAt === cursor) return;
    }
    const position = after === null ? null : parsePosition(after);
    if (!isAgain && position !== null && !isKept(members, position)) {
      if (isOutdated(recipe, members)) return;
      throw changed(recipe);
    }
    const until = isAgain ? (parsePosition(stopAt).step ?? Number.NEGATIVE_INFINITY) : null;
    // Of steps that were final, all stay so.
    const before = finalStep(recipe, members);
    const isWanted = (step: number) => (until === null ? step < before : step <= until);
    yield* this.#rows(recipe, members, { after: position?.step ?? null, isWanted, signal });
  }

  async *#rows(
    recipe: Recipe,
    members: readonly Member[],
    options: Signal & { readonly after: number | null; readonly isWanted: (step: number) => boolean },
  ): AsyncGenerator<RecordBatch> {
    const { signal, after, isWanted } = options;
    const from = recipe.hasMemory ? null : after;
    const aligned = await AlignedSteps.open(members, { after: from, signal });
    const fold = this.#newFold(recipe, aligned);
    const budget = new TurnBudget();
    while (after !== null && aligned.nextStep <= after) {
      fold.add(await aligned.take());
      await budget.next(signal);
    }
    while (isWanted(aligned.nextStep) && Number.isFinite(aligned.nextStep)) {
      const records = [];
      let step = aligned.nextStep;
      for (let count = 0; count < BATCH_ROWS && isWanted(aligned.nextStep); count++) {
        if (!Number.isFinite(aligned.nextStep)) break;
        step = aligned.nextStep;
        const row = fold.add(await aligned.take());
        if (row !== null) records.push(row);
        await budget.next(signal);
      }
      signal.throwIfAborted();
      yield batchOf(records, formatPosition(positionAt(members, step)));
      signal.throwIfAborted();
    }
  }

  #newFold(recipe: Recipe, aligned: AlignedSteps): Fold {
    return recipe.newFold({
      keyOf: (number) => aligned.keyOf(number),
      shapeOf: (keys) => this.#shapes.intern(keys),
    });
  }

  async listFiles(key: RunKey): Promise<readonly SavedFile[]> {
    this.#recipe(key);
    return [];
  }

  async statFiles(key: RunKey): Promise<readonly SavedFile[]> {
    this.#recipe(key);
    return [];
  }

  async openFile(key: RunKey, name: string): Promise<OpenedSavedFile> {
    this.#recipe(key);
    throw new LogdirError('not-found', `no file ${name}: run ${key.runId} is computed and has saved none`);
  }

  watch(onChange: (change: SourceChange) => void): AsyncDisposable {
    this.#listeners.add(onChange);
    const watching = this.#history.watchGrowth(({ id }) => {
      for (const { key, members } of this.#recipes.values())
        if (members.some(({ run }) => run.id === id)) onChange({ kind: 'growth', key });
    });
    return {
      [Symbol.asyncDispose]: async () => {
        this.#listeners.delete(onChange);
        watching[Symbol.dispose]();
      },
    };
  }

  #recipe(key: RunKey): Recipe {
    const recipe = this.#recipes.get(runKeyText(key));
    if (recipe !== undefined) return recipe;
    throw new LogdirError('not-found', `run ${key.runId} is not computed any more; list its group again`);
  }
}

/** A derived run as listed; when it changed since, `modifiedAtMs` says. */
export function listingOf({ key, displayName, startTime, members }: Recipe): RunListing {
  return {
    ...{ key, displayName, startTime },
    group: null,
    jobType: null,
    isStartCertain: startTime !== null,
    state: null,
    modifiedAtMs: members.reduce((newest, { run }) => Math.max(newest, run.listing.modifiedAtMs), 0),
    locations: members.flatMap(({ run }) => run.listing.locations),
  };
}

function newestMs({ members }: Pick<Recipe, 'members'>): number {
  return members.reduce((newest, { run }) => Math.max(newest, run.modifiedAtMs), 0);
}

/** Unix seconds: of the member that started first. */
function startOf({ startTime }: Recipe, members: readonly Member[]): number {
  if (startTime !== null) return startTime;
  const starts = members.flatMap(({ run, log }) => log.ledger.facts.startTime ?? run.listing.startTime ?? []);
  return starts.length === 0 ? 0 : starts.reduce((a, b) => Math.min(a, b));
}

function runsOf({ members }: Recipe): readonly Run[] {
  return members.map(({ run }) => run);
}

async function hasNewsAfter(
  recipe: Recipe,
  members: readonly Member[],
  position: Position,
  options: Signal,
): Promise<boolean> {
  if (!isKept(members, position)) return !isOutdated(recipe, members);
  const { nextStep } = await AlignedSteps.open(members, { ...options, after: position.step });
  return Number.isFinite(nextStep) && nextStep < finalStep(recipe, members);
}

/** Whether members still have what was computed up to a position. */
function isKept(members: readonly Member[], { step, marks }: Position): boolean {
  return positionAt(members, step).marks === marks;
}

/**
 * Whether members have another history than the one that the recipe is of. Another recipe takes its place, and what was computed
 * by it stays as it is: whoever has listed it may open it.
 */
function isOutdated(recipe: Recipe, members: readonly Member[]): boolean {
  return members.some(({ log, restarts }, i) => {
    const { generation, restarts: known } = recipe.members[i]!;
    return log.generation !== generation || restarts !== known;
  });
}

/** Steps before this one are final; they are integers. */
function finalStep({ isFinalAtOnce }: Recipe, members: readonly Member[]): number {
  return finalBefore(members) + (isFinalAtOnce ? 1 : 0);
}

function changed({ key, displayName }: Recipe): LogdirError {
  const what = `${displayName} (${key.runId}): a member has other rows at steps that were computed`;
  return new LogdirError('corrupt', `${what}; it is computed anew`);
}

function batchOf(records: RecordBatch['records'], cursor: Cursor): RecordBatch {
  return { records, cursor, unread: {}, skippedBytes: 0 };
}
