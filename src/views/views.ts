/** Derived runs as runs: a history of their own, computed when somebody looks, and kept in memory up to a bound. @module */

import { LRUCache } from 'lru-cache';
import { type Clock, LogdirError, mapLimit, nearestName, TurnBudget } from '../core/index.ts';
import { History, MemoryStore, type ProjectKey, type Run } from '../history/index.ts';
import type { Grouping, GroupMember, RunGroup } from '../namespace/index.ts';
import { type Logger, silentMetrics } from '../observability/index.ts';
import { DerivedSource, listingOf } from './derived-source.ts';
import { recipesOfGroup } from './groups/group-recipe.ts';
import type { Recipe } from './recipe.ts';
import { LOOKS_AT_A_TIME, refreshedMembers } from './steps/member.ts';
import { keyPattern } from './transforms/key-pattern.ts';
import type { ViewDefinition } from './transforms/view-definition.ts';
import { checksumOf, recipeOfView } from './transforms/view-recipe.ts';

/** Of derived runs, members counted: some 60 MB of recipes and ledgers. */
const MAX_MEMBERS = 400_000;

/** Of members of groups that are only listed: a look is one at the size of a file. */
const STATE_MAX_AGE_MS = 30_000;

type Signal = { readonly signal: AbortSignal };

export interface GroupOptions extends Signal {
  /** Name of the group that somebody looks at; of others states of members may be older. Default: none. */
  readonly nearest?: string | null;
}

interface DerivedRun {
  readonly recipe: Recipe;
  readonly run: Run;
}

export interface ViewsOptions {
  /** Of the runs that others are derived from. */
  readonly history: History;
  /** Bound on computed rows kept in memory; what was evicted is computed again. */
  readonly memoryMaxBytes: number;
  /** What people have written, each name once. Default: none. */
  readonly definitions?: readonly ViewDefinition[];
  readonly logger: Logger;
  readonly clock: Clock;
}

export class Views implements AsyncDisposable {
  /** Of the derived runs. */
  readonly history: History;
  /** By name. */
  readonly #definitions: ReadonlyMap<string, ViewDefinition>;
  readonly #members: History;
  readonly #store: MemoryStore;
  /** Whose members are read ahead, and whose cost requests. */
  readonly #eager: DerivedSource;
  readonly #onDemand: DerivedSource;
  /** By `Recipe.id`. */
  readonly #derived: LRUCache<string, DerivedRun>;
  /** Times that members went back or on after an end, as last seen. */
  readonly #turns = new WeakMap<Run, number>();
  /** Monotonic milliseconds of the last look at the state of a member. */
  readonly #lookedAtMs = new WeakMap<Run, number>();
  readonly #clock: Clock;
  readonly #logger: Logger;

  constructor({ history, memoryMaxBytes, definitions = [], logger, clock }: ViewsOptions) {
    this.#definitions = new Map(definitions.map((view) => [view.name, view]));
    this.#members = history;
    this.#clock = clock;
    this.#logger = logger.child({ room: 'views' });
    this.#store = new MemoryStore({ maxBytes: memoryMaxBytes, whenFull: 'evict' });
    this.#eager = new DerivedSource({ history, reading: 'eager' });
    this.#onDemand = new DerivedSource({ history, reading: 'on-demand' });
    this.history = new History({
      // Nobody asks it which runs there are.
      sources: [],
      store: this.#store,
      keepsEntries: false,
      assumesOwners: false,
      // Counts of runs and of rows are those of what sources have.
      metrics: silentMetrics(),
      ...{ memoryMaxBytes, logger: this.#logger, clock },
    });
    this.#derived = new LRUCache({
      maxSize: MAX_MEMBERS,
      sizeCalculation: ({ recipe }) => 1 + recipe.members.length,
      dispose: ({ recipe }) => this.#forget(recipe),
    });
  }

  /** Reads runs on that others are derived from, to their ends. */
  async refreshMembers(runs: readonly Run[], options: Signal): Promise<void> {
    await refreshedMembers(this.#members, runs, options);
  }

  /** The statistics of groups, by the group's name and then by that of the statistic, both ascending. */
  async ofGroups(
    project: ProjectKey,
    grouping: Grouping,
    groups: readonly RunGroup[],
    { nearest = null, ...options }: GroupOptions,
  ): Promise<ReadonlyMap<string, ReadonlyMap<string, Run>>> {
    const budget = new TurnBudget();
    const found = new Map<string, ReadonlyMap<string, Run>>();
    for (const group of groups) {
      const maxAgeMs = group.name === nearest ? 0 : STATE_MAX_AGE_MS;
      await this.#lookAtStates(group.members, maxAgeMs, options);
      this.#tellOfChanges(group.members);
      await budget.next(options.signal);
    }
    for (const group of groups) {
      const recipes = recipesOfGroup(project, grouping, group);
      found.set(group.name, new Map(recipes.map((recipe) => [recipe.displayName, this.#runOf(recipe)])));
      await budget.next(options.signal);
    }
    return found;
  }

  /** A view that runs of a project may be seen through. @throws LogdirError `not-found` */
  definition(name: string, { entity, project }: ProjectKey): ViewDefinition {
    const view = this.named(name);
    const path = `${entity}/${project}`;
    if (view.of.some((pattern) => keyPattern(pattern).match(path) !== null)) return view;
    const why = `view ${name} is not of ${path}, but of ${view.of.join(', ')}`;
    throw new LogdirError('not-found', why);
  }

  /** A view, whatever it is of. @throws LogdirError `not-found` with the nearest that is there */
  named(name: string): ViewDefinition {
    const view = this.#definitions.get(name);
    if (view !== undefined) return view;
    const known = [...this.#definitions.keys()];
    const near = nearestName(name, known);
    const there =
      known.length === 0
        ? 'there are none: name a file of them with --views'
        : `there are: ${known.join(', ')}`;
    const meant = near === null ? `; ${there}` : `: did you mean @view=${near}?`;
    throw new LogdirError('not-found', `no view is called ${name}${meant}`);
  }

  /** Runs as a view shows them, by the same names. */
  async ofView(
    view: ViewDefinition,
    runs: ReadonlyMap<string, Run>,
    options: Signal,
  ): Promise<ReadonlyMap<string, Run>> {
    const budget = new TurnBudget();
    const definition = checksumOf(view);
    const found = new Map<string, Run>();
    for (const [name, run] of runs) {
      found.set(name, this.#runOf(recipeOfView(view, definition, run)));
      await budget.next(options.signal);
    }
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ending = this.history[Symbol.asyncDispose]();
    await Promise.all([...this.#derived.values()].map(({ run }) => run.idle()));
    await ending;
  }

  /** Of runs that were going on when last looked at, as far as that costs no request: their end may have been read since. */
  async #lookAtStates(members: readonly GroupMember[], maxAgeMs: number, options: Signal): Promise<void> {
    const nowMs = this.#clock.monotonic();
    const due = members.filter(
      ({ run, entry }) =>
        (run.policy.reading === 'eager' || run.log !== undefined) &&
        (run.state === 'running' || (run.log?.ledger.exit ?? entry?.exit ?? null) === null) &&
        nowMs - (this.#lookedAtMs.get(run) ?? Number.NEGATIVE_INFINITY) >= maxAgeMs,
    );
    await mapLimit(due, { limit: LOOKS_AT_A_TIME, ...options }, async ({ run }) => {
      await run.refreshState(options);
      this.#lookedAtMs.set(run, nowMs);
    });
  }

  /** Of runs whose groups have files of other names now, though the same runs are in them. */
  #tellOfChanges(members: readonly GroupMember[]): void {
    const changed = new Set<string>();
    for (const { run } of members) {
      if (run.log === undefined) continue;
      const { restarts, resumes = 0 } = run.log.ledger.progress;
      const turns = restarts + resumes;
      if (turns > (this.#turns.get(run) ?? turns)) changed.add(run.key.runId);
      this.#turns.set(run, turns);
    }
    if (changed.size === 0) return;
    const runs = [...changed];
    this.#logger.info({ runs }, 'runs were resumed or went back: their groups go on in files of other names');
  }

  /** The run of a recipe: the same for equal ones, until it was not asked for for long. */
  #runOf(recipe: Recipe): Run {
    const known = this.#derived.get(recipe.id);
    if (known !== undefined) return known.run;
    const source = this.#sourceOf(recipe);
    source.define(recipe);
    const run = this.history.createRun(listingOf(recipe), source);
    this.#derived.set(recipe.id, { recipe, run });
    return run;
  }

  #sourceOf({ members }: Recipe): DerivedSource {
    return members.every(({ run }) => run.policy.reading === 'eager') ? this.#eager : this.#onDemand;
  }

  #forget(recipe: Recipe): void {
    const source = this.#sourceOf(recipe);
    source.forget(recipe.key);
    this.#store.forget({ key: recipe.key, origin: source.origin });
  }
}
