/** Which entities, projects and runs there are, what they are called, and who may see them. @module */

import {
  type Clock,
  LogdirError,
  NEVER_ABORTED,
  parseRunNameTemplate,
  projectId,
  SingleFlight,
  systemClock,
  within,
} from '../core/index.ts';
import { type History, type ProjectKey, RELIST, type RelistPolicyName, type Run } from '../history/index.ts';
import type { Caller, RestrictedCaller } from './caller.ts';
import { Names } from './names.ts';
import {
  type ChooseOptions,
  type Grouping,
  type QueryTerm,
  type RunGroup,
  RunQueries,
} from './query/index.ts';
import { RunDescriptions, type UnnamedRuns } from './run-descriptions.ts';
import { NamedProject, NamespaceSnapshot } from './snapshot.ts';

export interface NamespaceOptions {
  /** Whose catalogue of runs is named. */
  readonly history: Pick<History, 'catalogue' | 'relist' | 'refreshAll'>;
  /** Directory name of a run; see `parseRunNameTemplate`. */
  readonly runNameTemplate: string;
  readonly clock?: Clock;
}

type Signal = { readonly signal: AbortSignal };

interface RestrictedView {
  readonly all: NamespaceSnapshot;
  readonly version: number;
  readonly seen: NamespaceSnapshot;
}

export class Namespace {
  readonly #history: NamespaceOptions['history'];
  readonly #names: Names;
  readonly #descriptions: RunDescriptions;
  readonly #queries: RunQueries;
  /** Listings under way outlive the caller that began them, for others share them. By project; '' for the sources. */
  readonly #listings = new SingleFlight<string, void>();
  #everything: NamespaceSnapshot | undefined;
  /** Runs of which is not known yet what their names ask for, by project. */
  #unnamed: readonly UnnamedRuns[] = [];
  /** One look at them for all who wait. */
  readonly #learning = new SingleFlight<'', void>();
  /** By caller: what was drawn last, and of what. */
  readonly #restricted = new WeakMap<RestrictedCaller, RestrictedView>();
  #version = -1;

  constructor({ history, runNameTemplate, clock = systemClock }: NamespaceOptions) {
    this.#history = history;
    this.#queries = new RunQueries(history, clock);
    const template = parseRunNameTemplate(runNameTemplate);
    if (typeof template === 'string')
      throw new LogdirError('invalid-argument', `run names ${runNameTemplate}: ${template}`);
    this.#descriptions = new RunDescriptions(history, template);
    this.#names = new Names(template, this.#descriptions);
  }

  /** What a caller sees now; the same object until that changes. */
  visible(caller: Caller): NamespaceSnapshot {
    switch (caller.sees) {
      case 'everything':
        return this.#all();
      case 'some':
        return this.#some(caller);
    }
  }

  /**
   * The runs of a project, as a caller sees it, that queries choose: by directory name, ascending. The project is as it was
   * listed last. @throws LogdirError when a server must be asked and cannot be.
   */
  async choose(
    project: NamedProject,
    terms: readonly QueryTerm[],
    options: ChooseOptions,
  ): Promise<ReadonlyMap<string, Run>> {
    return await this.#queries.choose(project, terms, options);
  }

  /** The same runs in groups, ascending by their names. @throws LogdirError likewise. */
  async group(
    project: NamedProject,
    terms: readonly QueryTerm[],
    grouping: Grouping,
    options: ChooseOptions,
  ): Promise<readonly RunGroup[]> {
    return await this.#queries.group(project, terms, grouping, options);
  }

  /** Asks the sources for runs and projects if they were asked longer ago than the policy allows. Their trouble the catalogue keeps. */
  async refreshSources(policy: RelistPolicyName, { signal }: Signal): Promise<void> {
    const { ageMs } = this.#history.catalogue;
    if (ageMs > RELIST[policy].maxAgeMs) await wait(policy, ageMs, signal, this.#relist());
    await this.#nameAll(signal);
  }

  /** Asks those sources that list by project for the runs of one, in the same way. */
  async refreshProject(project: ProjectKey, policy: RelistPolicyName, { signal }: Signal): Promise<void> {
    const ageMs = this.#history.catalogue.projectAgeMs(project);
    if (ageMs > RELIST[policy].maxAgeMs) await wait(policy, ageMs, signal, this.#relistProject(project));
    await this.#nameAll(signal);
  }

  /** Whether the sources, or any of these projects, were listed longer ago than the policy allows. */
  isOutdated(projects: readonly ProjectKey[], policy: RelistPolicyName): boolean {
    const { catalogue } = this.#history;
    const { maxAgeMs } = RELIST[policy];
    return (
      catalogue.ageMs > maxAgeMs || projects.some((project) => catalogue.projectAgeMs(project) > maxAgeMs)
    );
  }

  /** Lists what is outdated of the sources and then of the projects chosen from what they show, and waits for all of it. */
  async refreshAll(choose: () => readonly ProjectKey[], policy: RelistPolicyName): Promise<void> {
    const { catalogue } = this.#history;
    const { maxAgeMs } = RELIST[policy];
    if (catalogue.ageMs > maxAgeMs) await this.#relist();
    const outdated = choose().filter((project) => catalogue.projectAgeMs(project) > maxAgeMs);
    await Promise.all(outdated.map((project) => this.#relistProject(project)));
    await this.#nameAll(NEVER_ABORTED);
  }

  /** Runs that are listed, and have no name yet, as what it asks for is not known. */
  unnamed(): readonly Run[] {
    this.#all();
    return this.#unnamed.flatMap(({ runs }) => runs);
  }

  /** Finds out what names ask for, of runs that are listed and have none. */
  async #nameAll(signal: AbortSignal): Promise<void> {
    if (!this.#descriptions.areNeeded) return;
    this.#all();
    if (this.#unnamed.length === 0) return;
    await within(
      Number.POSITIVE_INFINITY,
      this.#learning.run('', async () => {
        for (const runs of this.#unnamed) await this.#descriptions.learn(runs, { signal: NEVER_ABORTED });
        this.#everything = undefined;
      }),
      signal,
    );
  }

  #relist(): Promise<void> {
    return this.#listings.run('', () => this.#history.relist());
  }

  #relistProject(project: ProjectKey): Promise<void> {
    const { catalogue } = this.#history;
    return this.#listings.run(projectId(project), () =>
      catalogue.refreshProject(project, { signal: NEVER_ABORTED }),
    );
  }

  #all(): NamespaceSnapshot {
    const { catalogue } = this.#history;
    if (this.#everything === undefined || this.#version !== catalogue.version) {
      this.#everything = this.#draw(catalogue.runs.values(), catalogue.projects);
      this.#version = catalogue.version;
    }
    return this.#everything;
  }

  #some(caller: RestrictedCaller): NamespaceSnapshot {
    const all = this.#all();
    const known = this.#restricted.get(caller);
    if (known !== undefined && known.all === all && known.version === caller.version) return known.seen;
    // Rights that change meanwhile have another version than the one noted.
    const { version } = caller;
    const projects = all.projects.filter((project) => caller.canSee(project));
    const seen = new NamespaceSnapshot(caller.seesUnowned ? projects : projects.map(withoutUnowned));
    this.#restricted.set(caller, { all, version, seen });
    return seen;
  }

  /** `projects`: those that are there whether or not any of their runs are known. */
  #draw(runs: Iterable<Run>, projects: Iterable<ProjectKey>): NamespaceSnapshot {
    const found = new Map<string, { readonly key: ProjectKey; readonly runs: Run[] }>();
    const runsOf = (key: ProjectKey) => {
      const id = projectId(key);
      const known = found.get(id) ?? { key, runs: [] };
      found.set(id, known);
      return known.runs;
    };
    for (const project of projects) runsOf(project);
    for (const run of runs) runsOf(run.key).push(run);
    // Names that clash are told apart in this order, so that every process tells them apart alike.
    const ids = [...found.keys()].sort();
    this.#unnamed = [];
    return new NamespaceSnapshot(ids.map((id) => this.#named(found.get(id)!)));
  }

  #named({ key, runs }: { readonly key: ProjectKey; readonly runs: readonly Run[] }): NamedProject {
    const names = [this.#names.ofEntity(key.entity), this.#names.ofProject(key.entity, key.project)] as const;
    const { named, unnamed } = this.#names.ofRuns(names.join('/'), runs);
    const isFirst = named.size === 0;
    if (unnamed.length > 0) this.#unnamed = [...this.#unnamed, { project: key, runs: unnamed, isFirst }];
    return new NamedProject(key, names, named);
  }
}

/** A project with those of its runs whose logs say whose they are. */
function withoutUnowned(project: NamedProject): NamedProject {
  const runs = [...project.runs].filter(([, { listing }]) => listing.isEntityAssumed !== true);
  if (runs.length === project.runs.size) return project;
  return new NamedProject(project, [project.entityName, project.name], new Map(runs));
}

async function wait(
  policy: RelistPolicyName,
  ageMs: number,
  signal: AbortSignal,
  listing: Promise<void>,
): Promise<void> {
  const { firstWaitMs, newsWaitMs } = RELIST[policy];
  const maxWaitMs = Number.isFinite(ageMs) ? newsWaitMs : firstWaitMs;
  if (maxWaitMs > 0) await within(maxWaitMs, listing, signal);
  else listing.catch(() => undefined);
}
