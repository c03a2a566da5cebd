/** The overview over cached history, as one caller sees it. @module */

import { LogdirError } from '../core/index.ts';
import { type EventFiles, eventFileFacts } from '../eventfile/index.ts';
import type { History, Run } from '../history/index.ts';
import type { Caller, NamedProject, Namespace } from '../namespace/index.ts';
import { tagTableOf } from '../plugins/index.ts';
import type { Overview, ProjectCard, RunCard, RunPage, SourceTrouble } from './overview.ts';
import { type RunQuery, type SearchedRun, SearchedRuns } from './searched-runs.ts';
import { SeriesPreviews } from './series-preview.ts';

export interface CreateOverviewOptions {
  readonly history: History;
  readonly namespace: Namespace;
  /** Whose pages they are. */
  readonly caller: Caller;
  /** The view of runs as event files. */
  readonly events: EventFiles;
}

/** What pages show to one caller. */
export function createOverview(options: CreateOverviewOptions): Overview {
  return new RunOverview(options);
}

type Signal = { readonly signal: AbortSignal };

class RunOverview implements Overview {
  readonly #options: CreateOverviewOptions;
  readonly #history: History;
  readonly #search: SearchedRuns;
  readonly #previews: SeriesPreviews;

  constructor(options: CreateOverviewOptions) {
    this.#options = options;
    this.#history = options.history;
    this.#search = new SearchedRuns(options.history);
    this.#previews = new SeriesPreviews();
  }

  get sources(): readonly string[] {
    return this.#history.catalogue.sources.map((source) => source.name);
  }

  get troubles(): readonly SourceTrouble[] {
    const { catalogue } = this.#history;
    return catalogue.sources.flatMap((source) => {
      const failure = catalogue.failure(source);
      if (failure === null) return [];
      const agoMs = catalogue.listedAgoMs(source);
      return [
        { source: source.name, message: failure.message, listedAgoMs: Number.isFinite(agoMs) ? agoMs : null },
      ];
    });
  }

  async projects({ signal }: Signal): Promise<readonly ProjectCard[]> {
    const { namespace, caller } = this.#options;
    const { projects } = namespace.visible(caller);
    return await Promise.all(projects.map((project) => this.#projectCard(project, signal)));
  }

  async runs(entity: string, project: string, query: RunQuery): Promise<RunPage> {
    const { namespace } = this.#options;
    const known = this.#project(entity, project);
    // Whoever opens the page looks into the project; what is new in the sources shows on the next one.
    if (known !== undefined) await namespace.refreshProject(known, 'directory', query);
    void namespace.refreshSources('directory', query).catch(() => undefined);
    const found = this.#project(entity, project);
    if (found === undefined)
      throw new LogdirError('not-found', `no project ${entity}/${project} in this tree`);
    const matching = await this.#search.matching(found, query);
    const page = matching.slice(query.offset, query.offset + query.limit);
    const runs: RunCard[] = [];
    for (const run of page) runs.push(await this.#runCard(found, run));
    return { total: matching.length, runs };
  }

  #project(entity: string, project: string): NamedProject | undefined {
    const { namespace, caller } = this.#options;
    const seen = namespace.visible(caller);
    return seen.projectOf({ entity, project }) ?? seen.project(entity, project);
  }

  async #projectCard(project: NamedProject, signal: AbortSignal): Promise<ProjectCard> {
    const runs = await this.#search.all(project, signal);
    return {
      entity: project.entity,
      project: project.project,
      path: project.path,
      runs: this.#history.catalogue.isListed(project) ? runs.length : null,
      running: runs.filter((run) => run.state === 'running').length,
      modifiedAtMs: runs.reduce((newest, { run }) => Math.max(newest, run.modifiedAtMs), 0),
    };
  }

  async #runCard(project: NamedProject, { directory, run, state }: SearchedRun): Promise<RunCard> {
    const view = await this.#options.events.view(run);
    const { log } = view;
    const { dictionary, exit, progress, skippedBytes } = log.ledger;
    const { facts } = run;
    const event = eventFileFacts(run, view);
    const tags = tagTableOf(dictionary);
    return {
      runId: run.key.runId,
      displayName: facts.displayName ?? null,
      directory,
      path: `${project.path}/${directory}`,
      state,
      exitCode: exit?.exitCode ?? null,
      startTime: view.fold.startTime ?? run.listing.startTime,
      modifiedAtMs: run.modifiedAtMs,
      group: facts.group ?? null,
      tags: facts.tags ?? [],
      sdkVersion: facts.sdkVersion ?? null,
      rows: progress.rows,
      lastStep: progress.lastStep,
      tagCount: new Set(dictionary.shapes.flatMap((_, shapeId) => tags.tagsOf(shapeId))).size,
      eventFile: event === null ? null : { name: event.name, size: event.size },
      skippedBytes,
      reading: this.#reading(run),
      previews: await this.#previews.of(run, log, tags),
    };
  }

  #reading(run: Run): RunCard['reading'] {
    if (run.status === 'unread' && !run.isReadAhead) return 'unread';
    return run.failure !== null || this.#history.background.isWaiting(run.id) ? 'behind' : 'complete';
  }
}
