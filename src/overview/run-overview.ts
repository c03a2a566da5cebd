/** The overview over cached history, as one caller sees it. @module */

import { LogdirError } from '../core/index.ts';
import { type EventFiles, eventFileFacts } from '../eventfile/index.ts';
import { type History, type ProjectKey, REFRESH } from '../history/index.ts';
import {
  type Caller,
  locationsFor,
  type NamedProject,
  type Namespace,
  type RestrictedCaller,
  readingFailureFor,
} from '../namespace/index.ts';
import { configYaml, notShownOf, tagTableOf } from '../plugins/index.ts';
import type { Curves } from '../series/index.ts';
import type { Comparison, ComparisonQuery } from './comparison.ts';
import { consoleTail } from './console-tail.ts';
import { summaryOf, tagsOf, valuesNotShown } from './ledger-facts.ts';
import { mediaCounts } from './media-kind.ts';
import { newestMedia } from './newest-media.ts';
import type { Overview, ProjectCard, RunCard, RunDetail, RunPage, SourceTrouble } from './overview.ts';
import { compareRuns } from './run-comparison.ts';
import type { RunQuery, RunTable, TableQuery } from './run-table.ts';
import { type SearchedRun, SearchedRuns } from './searched-runs.ts';
import { SeriesPreviews } from './series-preview.ts';
import { tableOf } from './table-rows.ts';

export interface CreateOverviewOptions {
  readonly history: History;
  readonly namespace: Namespace;
  /** Whose pages they are. */
  readonly caller: Caller;
  /** The view of runs as event files. */
  readonly events: EventFiles;
  /** Shared by all callers: each asks of runs that it sees. */
  readonly curves: Curves;
}

/** What pages show to one caller. */
export function createOverview(options: CreateOverviewOptions): Overview {
  return new RunOverview(options);
}

/** Series with a sparkline: in a list of runs, and on the page of one. */
const LISTED_PREVIEWS = 3;
const DETAIL_PREVIEWS = 24;

/** A page fetches no media. */
const AT_HAND = { maxWaitMs: 0 };

/** What callers hear who may not know of every source. */
const UNNAMED_TROUBLE = { source: 'a source', message: 'it could not be listed: ask whoever runs this' };

type Sources = History['catalogue']['sources'];
type Signal = { readonly signal: AbortSignal };

class RunOverview implements Overview {
  readonly #options: CreateOverviewOptions;
  readonly #history: History;
  readonly #search: SearchedRuns;
  readonly #previews: SeriesPreviews;

  constructor(options: CreateOverviewOptions) {
    this.#options = options;
    this.#history = options.history;
    this.#search = new SearchedRuns(options.history, options.namespace);
    this.#previews = new SeriesPreviews();
  }

  get sources(): readonly string[] {
    // Their names tell of projects that a caller may not see.
    if (this.#options.caller.sees === 'some') return [];
    return this.#history.catalogue.sources.map((source) => source.name);
  }

  get troubles(): readonly SourceTrouble[] {
    const { catalogue } = this.#history;
    const { caller } = this.#options;
    const failing = catalogue.sources.filter((source) => catalogue.failure(source) !== null);
    const told = caller.sees === 'everything' ? failing : this.#ownTroubles(failing, caller);
    return told.map((source) => {
      const agoMs = catalogue.listedAgoMs(source);
      const listedAgoMs = Number.isFinite(agoMs) ? agoMs : null;
      const isRefused = catalogue.isRefused(source);
      if (caller.sees === 'some') return { ...UNNAMED_TROUBLE, listedAgoMs, isRefused };
      const message = catalogue.failure(source)?.message ?? '';
      return { source: source.name, message, listedAgoMs, isRefused };
    });
  }

  /** Those in which something shows that the caller sees; where no source can be listed, one says so for all. */
  #ownTroubles(failing: Sources, caller: RestrictedCaller): Sources {
    const { catalogue } = this.#history;
    const isSeen = (project: ProjectKey, isUnowned: boolean) =>
      (caller.seesUnowned || !isUnowned) && caller.canSee(project);
    const own = failing.filter((source) => catalogue.holdsAny(source, isSeen));
    return own.length === 0 && failing.length === catalogue.sources.length ? failing.slice(0, 1) : own;
  }

  async projects({ signal }: Signal): Promise<readonly ProjectCard[]> {
    const { namespace, caller } = this.#options;
    const { projects } = namespace.visible(caller);
    return await Promise.all(projects.map((project) => this.#projectCard(project, signal)));
  }

  async runs(entity: string, project: string, query: RunQuery): Promise<RunPage> {
    const found = await this.#lookInto(entity, project, query);
    const { runs: matching, ...search } = await this.#search.matching(found, query);
    const page = matching.slice(query.offset, query.offset + query.limit);
    const runs: RunCard[] = [];
    for (const run of page) runs.push(await this.#runCard(found, run, LISTED_PREVIEWS));
    return { ...search, total: matching.length, runs };
  }

  async table(entity: string, project: string, query: TableQuery): Promise<RunTable> {
    const found = await this.#lookInto(entity, project, query);
    const matching = await this.#search.matching(found, query);
    return await tableOf(matching, query, (run) => this.#reading(run));
  }

  async compare(entity: string, project: string, query: ComparisonQuery): Promise<Comparison> {
    const found = await this.#lookInto(entity, project, query);
    return await compareRuns(found, query, this.#options);
  }

  async run(entity: string, project: string, name: string, { signal }: Signal): Promise<RunDetail> {
    const found = await this.#lookInto(entity, project, { signal });
    const run = found.run(name);
    if (run === undefined)
      throw new LogdirError('not-found', `no run ${name} in project ${entity}/${project} of this tree`);
    await run.refresh(REFRESH.page, { signal });
    const { events, caller } = this.#options;
    const { log } = await events.view(run, AT_HAND);
    const { ledger } = log;
    const searched = await this.#search.one(found.nameOf(run.id) ?? name, run, signal);
    return {
      card: await this.#runCard(found, searched, DETAIL_PREVIEWS),
      facts: run.facts,
      locations: locationsFor(caller, run.listing.locations),
      tags: tagsOf(ledger),
      config: ledger.config.entries.some(({ path }) => path[0] !== '_wandb')
        ? configYaml(ledger.config.entries)
        : '',
      summary: summaryOf(ledger),
      media: await newestMedia(run, log),
      notShown: notShownOf(ledger),
      console: await consoleTail(run, { signal }),
      failure: readingFailureFor(caller, run.failure),
    };
  }

  /** Whoever opens a page looks into the project; what is new in the sources shows on the next one. */
  async #lookInto(entity: string, project: string, options: Signal): Promise<NamedProject> {
    const { namespace } = this.#options;
    const known = this.#project(entity, project);
    if (known !== undefined) await namespace.refreshProject(known, 'directory', options);
    void namespace.refreshSources('directory', options).catch(() => undefined);
    const found = this.#project(entity, project);
    if (found !== undefined) return found;
    throw new LogdirError('not-found', `no project ${entity}/${project} in this tree`);
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
      modifiedAtMs: runs.reduce((newest, run) => Math.max(newest, run.modifiedAtMs), 0),
    };
  }

  async #runCard(project: NamedProject, searched: SearchedRun, previewCount: number): Promise<RunCard> {
    const { directory, run, state, modifiedAtMs } = searched;
    const view = await this.#options.events.view(run, AT_HAND);
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
      modifiedAtMs,
      group: facts.group ?? null,
      tags: facts.tags ?? [],
      sdkVersion: facts.sdkVersion ?? null,
      rows: progress.rows,
      lastStep: progress.lastStep,
      tagCount: tagsOf(log.ledger).length,
      eventFile: event === null ? null : { name: event.name, size: event.size },
      skippedBytes,
      reading: this.#reading(searched),
      isWaiting: run.listing.isWaiting === true && state === 'running',
      previews: await this.#previews.of(run, log, tags, previewCount),
      media: mediaCounts(dictionary, tags, log.ledger.shapeRows),
      notShown: valuesNotShown(log.ledger),
    };
  }

  /** Of a run whose log is not open, the catalogue tells whether anything of it was read. */
  #reading({ run, entry }: SearchedRun): RunCard['reading'] {
    const isUnread = run.log === undefined ? entry === undefined : run.status === 'unread';
    if (isUnread && !run.isReadAhead) return 'unread';
    return run.failure !== null || this.#history.background.isWaiting(run.id) ? 'behind' : 'complete';
  }
}
