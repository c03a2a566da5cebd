/** Which derived runs there are in directories, as one caller sees them; and which there were. @module */

import { LRUCache } from 'lru-cache';
import type { Clock } from '../../core/index.ts';
import type { Run } from '../../history/index.ts';
import type { Derivation, NamedProject, Namespace, QueryTerm } from '../../namespace/index.ts';
import type { Views } from '../../views/index.ts';
import type { RunParts } from './run-directory.ts';

/** Directories that are remembered, and for how long: one look at a file walks its path several times. */
const MAX_KNOWN = 1000;
const MAX_AGE_MS = 1000;
/** Derived runs whose earlier ones are remembered, and how many of each: whoever listed their files may open them. */
const MAX_CHANGED = 10_000;
const MAX_EARLIER = 4;

type Signal = { readonly signal: AbortSignal };
type Runs = ReadonlyMap<string, Run>;

/** Derived runs by name, by the name of their group; of a view they are all in one, ''. */
export type DerivedGroups = ReadonlyMap<string, Runs>;

/** Where derived runs are looked for. */
export interface DerivedPlace {
  /** Of the directory. */
  readonly path: string;
  /** Of the directories above. */
  readonly terms: readonly QueryTerm[];
  readonly derivation: Derivation;
}

/** A project as derived runs need it. */
export interface DerivedProject {
  /** As it is now. */
  readonly current: NamedProject;
  /** Brought up to date first, as far as a listing asks. */
  readonly refreshed: (options: Signal) => Promise<NamedProject>;
  readonly derived: DerivedRuns;
  readonly derivedParts: RunParts;
}

export interface LookOptions extends Signal {
  /** Name of the group, or of the run in a view, that is to be read to its end first; null where what is remembered will do. */
  readonly upToDate: string | null;
  /** See `ChooseOptions`. */
  readonly waits: boolean;
}

interface Known {
  /** As it was then. */
  readonly project: NamedProject;
  readonly groups: DerivedGroups;
  readonly atMs: number;
}

export interface DerivedRunsOptions {
  readonly namespace: Namespace;
  readonly views: Views;
  readonly clock: Clock;
}

export class DerivedRuns {
  readonly #options: DerivedRunsOptions;
  /** By path of the directory. */
  readonly #known = new LRUCache<string, Known>({ max: MAX_KNOWN });
  /** By path of the run's directory. */
  readonly #earlier = new LRUCache<string, readonly Run[]>({ max: MAX_CHANGED });
  /** Runs whose directories were listed. */
  readonly #listed = new WeakSet<Run>();

  constructor(options: DerivedRunsOptions) {
    this.#options = options;
  }

  /** @throws LogdirError `not-found` for a view that is not there. */
  require(project: NamedProject, derivation: Derivation): void {
    if (derivation.kind === 'view') this.#options.views.definition(derivation.name, project);
  }

  /** @throws LogdirError likewise; as `Namespace.choose`. */
  async of(project: NamedProject, place: DerivedPlace, options: LookOptions): Promise<DerivedGroups> {
    const { path } = place;
    const atMs = this.#options.clock.monotonic();
    const known = this.#known.get(path);
    const isFresh = known?.project === project && atMs - known.atMs < MAX_AGE_MS;
    if (isFresh && options.upToDate === null && !options.waits) return known.groups;
    const groups = await this.#look(project, place, options);
    this.#keepEarlier(path, this.#known.get(path)?.groups, groups);
    this.#known.set(path, { project, groups, atMs });
    return groups;
  }

  /** Somebody lists the directory of a run, and may open what it names. */
  noteListed(run: Run): void {
    this.#listed.add(run);
  }

  /** The runs that one was before: those whose file has a name that was listed. `path`: of its directory. */
  earlier(path: string): readonly Run[] {
    return this.#earlier.get(path) ?? [];
  }

  async #look(
    project: NamedProject,
    { terms, derivation }: DerivedPlace,
    { upToDate, ...options }: LookOptions,
  ): Promise<DerivedGroups> {
    const { namespace, views } = this.#options;
    if (derivation.kind === 'view') {
      const view = views.definition(derivation.name, project);
      const runs = await namespace.choose(project, [...terms, ...view.runs], options);
      const wanted = upToDate === null ? undefined : runs.get(upToDate);
      if (wanted !== undefined) await views.refreshMembers([wanted], options);
      return new Map([['', await views.ofView(view, runs, options)]]);
    }
    const { grouping } = derivation;
    const groups = await namespace.group(project, terms, grouping, options);
    const members = groups.find(({ name }) => name === upToDate)?.members ?? [];
    await views.refreshMembers(
      members.map(({ run }) => run),
      options,
    );
    return await views.ofGroups(project, grouping, groups, { ...options, nearest: upToDate });
  }

  #keepEarlier(path: string, before: DerivedGroups | undefined, groups: DerivedGroups): void {
    for (const [group, runs] of before ?? []) {
      for (const [name, run] of runs) {
        if (groups.get(group)?.get(name)?.id === run.id) continue;
        // A file without rows that nobody has listed here may have had some in an earlier process: they can't be computed any more.
        if (!this.#listed.has(run) && (run.log?.ledger.rowCount ?? 0) === 0) continue;
        const place = group === '' ? `${path}/${name}` : `${path}/${group}/${name}`;
        this.#earlier.set(place, [run, ...this.earlier(place)].slice(0, MAX_EARLIER));
      }
    }
  }
}
