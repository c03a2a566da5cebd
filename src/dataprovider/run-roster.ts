/** Which runs there are now, under their names; looks again when somebody asks, and never waits long. @module */

import { type LogdirError, within } from '../core/index.ts';
import type { Directory, ProjectDirectory } from '../filesystem/index.ts';
import type { History } from '../history/index.ts';
import { type NamedRun, type ProjectPlace, RunNames, type RunPlace } from './run-names.ts';

/** Older looks than this are repeated: a reload of the page comes every 30 s at most. */
const LOOK_AGAIN_MS = 5000;
/** For news of runs while some are known; a page that waits for its lists is blank. */
const NEWS_WAIT_MS = 1000;
/** For the first runs. */
const FIRST_WAIT_MS = 5000;
/** A look that others share outlives whoever began it. */
const NEVER_ABORTED = new AbortController().signal;

export interface RunRosterOptions {
  readonly history: History;
  /** The tree's directories as of now: runs are called as they are there. */
  readonly directory: () => Directory;
  /** Paths of the projects to show; null: all. */
  readonly projects: readonly string[] | null;
  /** Settled once the sources have been listed for the first time. */
  readonly started: Promise<void>;
}

export class RunRoster {
  readonly #options: RunRosterOptions;
  readonly #names = new RunNames();
  #looking: Promise<unknown> | undefined;
  #drawn: { readonly directory: Directory; readonly runs: readonly NamedRun[] } | undefined;

  constructor(options: RunRosterOptions) {
    this.#options = options;
  }

  /** Runs as of a moment ago, in the order of the tree. @throws LogdirError when none is known because of trouble. */
  async look({ signal }: { readonly signal: AbortSignal }): Promise<readonly NamedRun[]> {
    const known = this.known();
    if (known.length === 0 || this.#isOld()) {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = undefined;
      });
      await within(known.length === 0 ? FIRST_WAIT_MS : NEWS_WAIT_MS, this.#looking, signal);
    }
    const runs = this.known();
    const trouble = this.trouble();
    if (runs.length === 0 && trouble !== null) throw trouble;
    return runs;
  }

  /** Runs known now, without a look. */
  known(): readonly NamedRun[] {
    const directory = this.#options.directory();
    if (this.#drawn?.directory !== directory) {
      const projects = this.#projects();
      const places = projects.flatMap((project) => placesOf(project));
      this.#drawn = { directory, runs: this.#names.name(places, projects.map(projectPlace)) };
    }
    return this.#drawn.runs;
  }

  /** What the last look at a source met with. */
  trouble(): LogdirError | null {
    const { catalogue } = this.#options.history;
    return (
      catalogue.sources.map((source) => catalogue.failure(source)).find((failure) => failure !== null) ?? null
    );
  }

  #projects(): ProjectDirectory[] {
    const { directory, projects } = this.#options;
    const all = [...directory().entities.values()].flatMap((entity) => [...entity.values()]);
    return projects === null ? all : all.filter(({ path }) => projects.includes(path));
  }

  #isOld(): boolean {
    const { catalogue } = this.#options.history;
    return (
      catalogue.ageMs > LOOK_AGAIN_MS ||
      this.#projects().some((project) => catalogue.projectAgeMs(project) > LOOK_AGAIN_MS)
    );
  }

  async #look(): Promise<void> {
    const { history, started } = this.#options;
    await started;
    if (history.catalogue.ageMs > LOOK_AGAIN_MS) await history.relist();
    await Promise.all(
      this.#projects().map(async (project) => {
        if (history.catalogue.projectAgeMs(project) <= LOOK_AGAIN_MS) return;
        await history.catalogue.refreshProject(project, { signal: NEVER_ABORTED });
      }),
    );
  }
}

/** As its directories are named. */
function projectPlace({ path }: ProjectDirectory): ProjectPlace {
  const [entity = '', project = ''] = path.split('/');
  return { entity, project };
}

function placesOf(project: ProjectDirectory): RunPlace[] {
  const place = projectPlace(project);
  return [...project.runs].map(([directory, run]) => ({ ...place, directory, run }));
}
