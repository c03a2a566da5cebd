/** Which runs there are now, under their names: listed again when somebody asks, without a long wait. @module */

import { type LogdirError, NEVER_ABORTED, SingleFlight, within } from '../../core/index.ts';
import { type History, RELIST, type Run } from '../../history/index.ts';
import type { Caller, NamedProject, Namespace, NamespaceSnapshot, QueryTerm } from '../../namespace/index.ts';
import { type NamedRun, type ProjectPlace, RunNames, type RunPlace } from './run-names.ts';

const POLICY = 'dataProvider';

/** Runs to show of a project, by name. @throws LogdirError when a server must be asked and cannot be. */
export type ChooseRuns = (
  project: NamedProject,
  options: { readonly signal: AbortSignal },
) => Promise<ReadonlyMap<string, Run>>;

export interface RunListOptions {
  readonly history: History;
  /** Runs are called as they are there. */
  readonly namespace: Namespace;
  /** Whose runs are shown. */
  readonly caller: Caller;
  /** Paths of the projects to show; null: all. */
  readonly projects: readonly string[] | null;
  /** Which of their runs; none: all. Default: none. */
  readonly query?: readonly QueryTerm[];
  /** What is shown in place of a project's runs, such as what groups of them have in common. */
  readonly choose?: ChooseRuns;
  /** Settled once the sources have been listed for the first time. */
  readonly started: Promise<void>;
}

/** By path of the project. */
type Chosen = ReadonlyMap<string, ReadonlyMap<string, Run>>;

interface Drawn {
  readonly seen: NamespaceSnapshot;
  readonly chosen: Chosen;
  readonly runs: readonly NamedRun[];
}

export class RunList {
  readonly #options: RunListOptions;
  readonly #names = new RunNames();
  readonly #refreshes = new SingleFlight<'', void>();
  readonly #choices = new SingleFlight<'', void>();
  /** By path of the project: the runs that the query chose last. */
  #chosen: Chosen = new Map();
  #drawn: Drawn | undefined;

  /** Undefined: all are shown. */
  readonly #choice: ChooseRuns | undefined;

  constructor(options: RunListOptions) {
    this.#options = options;
    const { namespace, query = [], choose } = options;
    const byQuery: ChooseRuns = (project, signal) => namespace.choose(project, query, signal);
    this.#choice = choose ?? (query.length > 0 ? byQuery : undefined);
  }

  /** Runs as of a moment ago, in the order of the tree. @throws LogdirError when none is known because of a failure. */
  async refreshed({ signal }: { readonly signal: AbortSignal }): Promise<readonly NamedRun[]> {
    const isEmpty = this.known().length === 0;
    if (isEmpty || this.#options.namespace.isOutdated(this.#projects(), POLICY)) {
      const { firstWaitMs, newsWaitMs } = RELIST[POLICY];
      const refresh = this.#refreshes.run('', () => this.#refresh());
      await within(isEmpty ? firstWaitMs : newsWaitMs, refresh, signal);
    }
    await this.#chooseSoon(signal);
    const runs = this.known();
    const failure = this.failure();
    if (runs.length === 0 && failure !== null) throw failure;
    return runs;
  }

  /** Runs known now; nothing is listed again. */
  known(): readonly NamedRun[] {
    const seen = this.#seen();
    const chosen = this.#chosen;
    if (this.#drawn?.seen !== seen || this.#drawn.chosen !== chosen) {
      const projects = this.#projects();
      const places = projects.flatMap((project) => placesOf(project, this.#runsOf(project)));
      this.#drawn = { seen, chosen, runs: this.#names.name(places, projects.map(projectPlace)) };
    }
    return this.#drawn.runs;
  }

  /** What a query chooses now, or chose last where its server takes long to say. */
  async #chooseSoon(signal: AbortSignal): Promise<void> {
    if (this.#choice === undefined) return;
    const { firstWaitMs, newsWaitMs } = RELIST[POLICY];
    const choice = this.#choice;
    const choosing = this.#choices.run('', () => this.#choose(choice, NEVER_ABORTED));
    await within(this.#chosen.size === 0 ? firstWaitMs : newsWaitMs, choosing, signal);
  }

  /** Asks the query again, of what is listed now. A server that cannot be asked leaves what it said last. */
  async #choose(choice: ChooseRuns, signal: AbortSignal): Promise<void> {
    const chosen = new Map<string, ReadonlyMap<string, Run>>();
    for (const project of this.#projects()) {
      const before = this.#chosen.get(project.path);
      const runs = await choice(project, { signal }).catch((error: unknown) => {
        if (before === undefined) throw error;
        return before;
      });
      chosen.set(project.path, runs);
    }
    if (!isSameChoice(chosen, this.#chosen)) this.#chosen = chosen;
  }

  /** Of those that the query chose, what is still listed and seen. */
  #runsOf(project: NamedProject): ReadonlyMap<string, Run> {
    if (this.#choice === undefined) return project.runs;
    const chosen = this.#chosen.get(project.path) ?? new Map<string, Run>();
    // What was made of runs is not among them.
    if (this.#options.choose !== undefined) return chosen;
    return new Map([...chosen].filter(([directory, run]) => project.runs.get(directory) === run));
  }

  /** What the last listing of a source failed with. */
  failure(): LogdirError | null {
    const { catalogue } = this.#options.history;
    return (
      catalogue.sources.map((source) => catalogue.failure(source)).find((failure) => failure !== null) ?? null
    );
  }

  #seen(): NamespaceSnapshot {
    return this.#options.namespace.visible(this.#options.caller);
  }

  #projects(): readonly NamedProject[] {
    const { projects } = this.#options;
    const all = this.#seen().projects;
    return projects === null ? all : all.filter(({ path }) => projects.includes(path));
  }

  async #refresh(): Promise<void> {
    const { namespace, started } = this.#options;
    await started;
    await namespace.refreshAll(() => this.#projects(), POLICY);
  }
}

/** As its directories are named. */
function projectPlace({ entityName, name }: NamedProject): ProjectPlace {
  return { entity: entityName, project: name };
}

function placesOf(project: NamedProject, runs: ReadonlyMap<string, Run>): RunPlace[] {
  const place = projectPlace(project);
  return [...runs].map(([directory, run]) => ({ ...place, directory, run }));
}

function isSameChoice(some: Chosen, others: Chosen): boolean {
  const textOf = (chosen: Chosen) =>
    JSON.stringify(
      [...chosen].map(([path, runs]) => [path, ...[...runs].map(([name, { id }]) => [name, id])]),
    );
  return textOf(some) === textOf(others);
}
