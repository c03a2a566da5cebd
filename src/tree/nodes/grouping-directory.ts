/**
 * `<project>/@by=group/<group>/mean/`: groups of runs that share something, and what each has in common as runs. Such directories
 * resolve by name, as those of queries do, and list what is in them; nothing nests below them.
 * @module
 */

import { LRUCache } from 'lru-cache';
import { type Clock, LogdirError } from '../../core/index.ts';
import type { Run } from '../../history/index.ts';
import type { Grouping, NamedProject, Namespace, QueryTerm } from '../../namespace/index.ts';
import type { Views } from '../../views/index.ts';
import type { DirectoryNode, TreeOptions } from '../tree.ts';
import type { TreeDirectory, TreeNode } from './node.ts';
import { RunDirectory, type RunParts, runNode } from './run-directory.ts';

/** Groupings that are remembered, and for how long: one look at a file walks its path several times. */
const MAX_GROUPINGS = 1000;
const MAX_AGE_MS = 1000;
/** Statistics whose earlier runs are remembered, and how many of each: whoever listed their files may open them. */
const MAX_CHANGED = 10_000;
const MAX_EARLIER = 4;

type Signal = { readonly signal: AbortSignal };

/** Statistics of groups as runs, by the names of both. */
export type Groups = ReadonlyMap<string, ReadonlyMap<string, Run>>;

interface KnownGroups {
  /** As it was then. */
  readonly project: NamedProject;
  readonly groups: Groups;
  readonly atMs: number;
}

export interface GroupedRunsOptions {
  readonly namespace: Namespace;
  readonly views: Views;
  readonly clock: Clock;
}

/** The groups of projects, as one caller sees them. */
export class GroupedRuns {
  readonly #options: GroupedRunsOptions;
  /** By path. */
  readonly #known = new LRUCache<string, KnownGroups>({ max: MAX_GROUPINGS });
  readonly #earlier = new LRUCache<string, readonly Run[]>({ max: MAX_CHANGED });

  constructor(options: GroupedRunsOptions) {
    this.#options = options;
  }

  /**
   * `path`: of the grouping, for which `terms` and `grouping` stand. `upToDate`: the group whose members are to be read to their
   * ends first; null where what is remembered will do.
   */
  async of(
    { project, path, terms, grouping }: GroupingPlace & { readonly project: NamedProject },
    { upToDate, ...options }: Signal & { readonly upToDate: string | null },
  ): Promise<Groups> {
    const { namespace, views, clock } = this.#options;
    const known = this.#known.get(path);
    const isFresh = known?.project === project && clock.monotonic() - known.atMs < MAX_AGE_MS;
    if (isFresh && upToDate === null) return known.groups;
    const found = await namespace.group(project, terms, grouping, options);
    const wanted = found.find(({ name }) => name === upToDate);
    if (wanted !== undefined) await views.refreshMembers(wanted, options);
    const groups = await views.ofGroups(project, grouping, found, options);
    this.#keepEarlier(path, this.#known.get(path)?.groups, groups);
    this.#known.set(path, { project, groups, atMs: clock.monotonic() });
    return groups;
  }

  /** The runs that a statistic was before: those whose file has a name that was listed. `path`: of its directory. */
  earlier(path: string): readonly Run[] {
    return this.#earlier.get(path) ?? [];
  }

  #keepEarlier(path: string, before: Groups | undefined, groups: Groups): void {
    for (const [group, runs] of before ?? []) {
      for (const [statistic, run] of runs) {
        if (groups.get(group)?.get(statistic)?.id === run.id) continue;
        const place = `${path}/${group}/${statistic}`;
        this.#earlier.set(place, [run, ...this.earlier(place)].slice(0, MAX_EARLIER));
      }
    }
  }
}

interface GroupingPlace {
  readonly path: string;
  /** Of the directories above. */
  readonly terms: readonly QueryTerm[];
  readonly grouping: Grouping;
}

/** Where groups are looked for. */
export interface GroupedProject {
  /** As it is now. */
  readonly current: NamedProject;
  /** Brought up to date first, as far as a listing asks. */
  readonly refreshed: (options: Signal) => Promise<NamedProject>;
  readonly grouped: GroupedRuns;
  /** Of derived runs. */
  readonly derived: RunParts;
}

/** Of all groups. */
export class GroupingDirectory implements TreeDirectory {
  readonly kind = 'directory';
  readonly #name: string;
  readonly #project: GroupedProject;
  readonly #place: GroupingPlace;

  constructor(name: string, project: GroupedProject, place: GroupingPlace) {
    this.#name = name;
    this.#project = project;
    this.#place = place;
  }

  stat(): DirectoryNode {
    return directoryNode(this.#name, this.#project.current.runs.values());
  }

  async lookup(name: string, { signal, freshness }: TreeOptions): Promise<TreeDirectory | undefined> {
    if (name.startsWith('@')) throw notBelow(this.#name, name);
    const options = { signal, upToDate: freshness === 'complete' ? name : null };
    const group = (await this.#groups(this.#project.current, options)).get(name);
    const found = group ?? (await this.#groups(await this.#project.refreshed({ signal }), options)).get(name);
    return (
      found && new GroupDirectory(name, found, { ...this.#project, path: `${this.#place.path}/${name}` })
    );
  }

  async entries(options: Signal): Promise<readonly DirectoryNode[]> {
    const groups = await this.#groups(await this.#project.refreshed(options), { ...options, upToDate: null });
    return [...groups].map(([name, runs]) => directoryNode(name, runs.values()));
  }

  async #groups(
    project: NamedProject,
    options: Signal & { readonly upToDate: string | null },
  ): Promise<Groups> {
    return await this.#project.grouped.of({ ...this.#place, project }, options);
  }
}

interface GroupParts extends Pick<GroupedProject, 'grouped' | 'derived'> {
  readonly path: string;
}

/** Of one group: a directory for each statistic. */
class GroupDirectory implements TreeDirectory {
  readonly kind = 'directory';
  readonly #name: string;
  readonly #runs: ReadonlyMap<string, Run>;
  readonly #parts: GroupParts;

  constructor(name: string, runs: ReadonlyMap<string, Run>, parts: GroupParts) {
    this.#name = name;
    this.#runs = runs;
    this.#parts = parts;
  }

  stat(): DirectoryNode {
    return directoryNode(this.#name, this.#runs.values());
  }

  lookup(name: string): TreeDirectory | undefined {
    const run = this.#runs.get(name);
    return run && new StatisticDirectory(name, run, { ...this.#parts, path: `${this.#parts.path}/${name}` });
  }

  async entries(): Promise<readonly DirectoryNode[]> {
    return [...this.#runs].map(([name, run]) => runNode(name, run));
  }
}

/** Of one statistic: the directory of a run, in which files that it had under earlier names open as well. */
class StatisticDirectory extends RunDirectory {
  readonly #name: string;
  readonly #parts: GroupParts;

  constructor(name: string, run: Run, parts: GroupParts) {
    super(name, run, parts.derived);
    this.#name = name;
    this.#parts = parts;
  }

  override lookup(name: string): TreeNode | undefined {
    const { grouped, derived, path } = this.#parts;
    const earlier = grouped.earlier(path).find(({ key }) => name.includes(`.${key.runId}.`));
    return earlier === undefined
      ? super.lookup(name)
      : new RunDirectory(this.#name, earlier, derived).lookup(name);
  }
}

function notBelow(grouping: string, name: string): LogdirError {
  const message = `${name} is not there: below ${grouping} there are groups; write ${name}/${grouping} to group what it chooses`;
  return new LogdirError('not-found', message);
}

function directoryNode(name: string, runs: Iterable<Run>): DirectoryNode {
  let newestMs = 0;
  for (const { modifiedAtMs } of runs) newestMs = Math.max(newestMs, modifiedAtMs);
  return { kind: 'directory', name, mtimeMs: Math.floor(newestMs) };
}
