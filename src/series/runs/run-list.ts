/** Which runs there are now, under their names: listed again when somebody asks, without a long wait. @module */

import { type LogdirError, SingleFlight, within } from '../../core/index.ts';
import { type History, RELIST } from '../../history/index.ts';
import type { Caller, NamedProject, Namespace, NamespaceSnapshot } from '../../namespace/index.ts';
import { type NamedRun, type ProjectPlace, RunNames, type RunPlace } from './run-names.ts';

const POLICY = 'dataProvider';

export interface RunListOptions {
  readonly history: History;
  /** Runs are called as they are there. */
  readonly namespace: Namespace;
  /** Whose runs are shown. */
  readonly caller: Caller;
  /** Paths of the projects to show; null: all. */
  readonly projects: readonly string[] | null;
  /** Settled once the sources have been listed for the first time. */
  readonly started: Promise<void>;
}

export class RunList {
  readonly #options: RunListOptions;
  readonly #names = new RunNames();
  readonly #refreshes = new SingleFlight<'', void>();
  #drawn: { readonly seen: NamespaceSnapshot; readonly runs: readonly NamedRun[] } | undefined;

  constructor(options: RunListOptions) {
    this.#options = options;
  }

  /** Runs as of a moment ago, in the order of the tree. @throws LogdirError when none is known because of a failure. */
  async refreshed({ signal }: { readonly signal: AbortSignal }): Promise<readonly NamedRun[]> {
    const isEmpty = this.known().length === 0;
    if (isEmpty || this.#options.namespace.isOutdated(this.#projects(), POLICY)) {
      const { firstWaitMs, newsWaitMs } = RELIST[POLICY];
      const refresh = this.#refreshes.run('', () => this.#refresh());
      await within(isEmpty ? firstWaitMs : newsWaitMs, refresh, signal);
    }
    const runs = this.known();
    const failure = this.failure();
    if (runs.length === 0 && failure !== null) throw failure;
    return runs;
  }

  /** Runs known now; nothing is listed again. */
  known(): readonly NamedRun[] {
    const seen = this.#seen();
    if (this.#drawn?.seen !== seen) {
      const projects = this.#projects();
      const places = projects.flatMap((project) => placesOf(project));
      this.#drawn = { seen, runs: this.#names.name(places, projects.map(projectPlace)) };
    }
    return this.#drawn.runs;
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

function placesOf(project: NamedProject): RunPlace[] {
  const place = projectPlace(project);
  return [...project.runs].map(([directory, run]) => ({ ...place, directory, run }));
}
