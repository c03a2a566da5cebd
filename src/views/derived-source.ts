/**
 * Runs that are computed from the rows of others. What is computed of steps that are final is a run's history like any other:
 * it only grows. Where a member goes back, or goes on after others have left it behind, the recipe is outdated: it grows no more,
 * and another is in its place.
 * @module
 */

import { LogdirError, type RunKey, type RunState, runKeyText, toLogdirError } from '../core/index.ts';
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
import { computed, hasNewsAfter } from './computing.ts';
import type { Recipe } from './recipe.ts';
import { membersNow, refreshedMembers, statesOf } from './steps/member.ts';

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
    const members = await refreshedMembers(this.#history, runsOf(recipe), options);
    const ends = members.map(({ log, rowCount }) => [log.generation, rowCount]);
    const version = JSON.stringify([after, ends]);
    const known = this.#news.get(recipe);
    if (known?.version === version) return known.isAny;
    const isAny = await hasNewsAfter({ recipe, members, shapes: this.#shapes }, after, options);
    this.#news.set(recipe, { version, isAny });
    return isAny;
  }

  async *read(key: RunKey, options: ReadRunOptions): AsyncGenerator<RecordBatch> {
    try {
      const recipe = this.#recipe(key);
      const { signal } = options;
      // What is read again is there already.
      const members = options.stopAt
        ? await membersNow(runsOf(recipe), { signal })
        : await refreshedMembers(this.#history, runsOf(recipe), { signal });
      yield* computed({ recipe, members, shapes: this.#shapes }, options);
    } catch (error) {
      throw toLogdirError(error, `compute run ${key.runId}`);
    }
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

function runsOf({ members }: Recipe): readonly Run[] {
  return members.map(({ run }) => run);
}
