/** Tells a page for people what is in the tree. @module */

import { LogdirError } from '../core/index.ts';
import type { CatalogueRun, History, RunLog } from '../history/index.ts';
import type { ProjectDirectory } from './directory.ts';
import type { EventSynthesis } from './event-synthesis.ts';
import type { Logdir } from './logdir.ts';
import type { Overview, ProjectCard, RunCard, RunPage, SourceTrouble } from './overview.ts';
import { eventNode } from './run-files.ts';
import { SeriesPreviews } from './series-preview.ts';

type Signal = { readonly signal: AbortSignal };
type RunQuery = Parameters<Overview['runs']>[2];

/** A run with what its place in the order and its match of a query depend on. */
interface Entry {
  readonly directory: string;
  readonly run: CatalogueRun;
  readonly state: RunCard['state'];
}

const STATE_ORDER: readonly RunCard['state'][] = ['running', 'crashed', 'failed', 'finished'];

export class RunOverview implements Overview {
  readonly #history: History;
  readonly #logdir: Logdir;
  readonly #synthesis: EventSynthesis;
  readonly #previews: SeriesPreviews;

  constructor(history: History, logdir: Logdir, synthesis: EventSynthesis) {
    this.#history = history;
    this.#logdir = logdir;
    this.#synthesis = synthesis;
    this.#previews = new SeriesPreviews(history);
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
    const projects = [...this.#logdir.directory.entities.values()].flatMap((entity) => [...entity.values()]);
    return await Promise.all(projects.map((project) => this.#projectCard(project, signal)));
  }

  async runs(entity: string, project: string, query: RunQuery): Promise<RunPage> {
    const known = this.#logdir.directory.project(entity, project);
    // Whoever opens the page looks into the project.
    if (known !== undefined) await this.#logdir.list(known.path, query);
    const found = this.#logdir.directory.project(entity, project);
    if (found === undefined)
      throw new LogdirError('not-found', `no project ${entity}/${project} in this tree`);
    const entries = await this.#entries(found, query.signal);
    const matching = query.query === '' ? entries : await this.#matching(entries, query.query.toLowerCase());
    matching.sort(order(query.sort));
    const page = matching.slice(query.offset, query.offset + query.limit);
    const runs: RunCard[] = [];
    for (const entry of page) runs.push(await this.#runCard(found, entry));
    return { total: matching.length, runs };
  }

  async #projectCard(directory: ProjectDirectory, signal: AbortSignal): Promise<ProjectCard> {
    const entries = await this.#entries(directory, signal);
    return {
      entity: directory.entity,
      project: directory.project,
      path: directory.path,
      runs: this.#history.catalogue.isListed(directory) ? entries.length : null,
      running: entries.filter((entry) => entry.state === 'running').length,
      modifiedAtMs: entries.reduce((newest, { run }) => Math.max(newest, run.listing.modifiedAtMs), 0),
    };
  }

  async #entries(directory: ProjectDirectory, signal: AbortSignal): Promise<Entry[]> {
    return await Promise.all(
      [...directory.runs].map(async ([name, run]) => {
        const log = await this.#history.log(run);
        return { directory: name, run, state: await this.#history.state(run, log, { signal }) };
      }),
    );
  }

  async #matching(entries: readonly Entry[], query: string): Promise<Entry[]> {
    const matches = await Promise.all(
      entries.map(async (entry) => {
        const { facts } = (await this.#history.log(entry.run)).ledger;
        const texts = [
          entry.directory,
          entry.run.key.runId,
          facts.displayName ?? entry.run.listing.displayName,
          facts.group ?? entry.run.listing.group,
          entry.state,
          ...(facts.tags ?? []),
        ];
        return texts.some((text) => text?.toLowerCase().includes(query));
      }),
    );
    return entries.filter((_, i) => matches[i]);
  }

  async #runCard(project: ProjectDirectory, { directory, run, state }: Entry): Promise<RunCard> {
    const log = await this.#history.log(run);
    const { ledger } = log;
    const { facts, progress } = ledger;
    const event = eventNode({ run, log });
    const tags = this.#synthesis.tags(ledger.dictionary);
    return {
      runId: run.key.runId,
      displayName: facts.displayName ?? run.listing.displayName,
      directory,
      path: `${project.path}/${directory}`,
      state,
      exitCode: ledger.exit?.exitCode ?? null,
      startTime: progress.startTime ?? run.listing.startTime,
      modifiedAtMs: run.listing.modifiedAtMs,
      group: facts.group ?? run.listing.group,
      tags: facts.tags ?? [],
      sdkVersion: facts.sdkVersion ?? null,
      rows: progress.rows,
      lastStep: progress.lastStep,
      tagCount: new Set(ledger.dictionary.shapes.flatMap((_, shapeId) => tags.tagsOf(shapeId))).size,
      eventFile: event === null ? null : { name: event.name, size: event.size },
      skippedBytes: ledger.skippedBytes,
      reading: this.#reading(run, log),
      previews: await this.#previews.of(run.id, log, tags),
    };
  }

  #reading({ id, source }: CatalogueRun, { ledger }: RunLog): RunCard['reading'] {
    if (source.policy.reading === 'on-demand' && ledger.cursor === null && this.#history.failure(id) === null)
      return 'unread';
    const isBehind = this.#history.failure(id) !== null || this.#history.background.isWaiting(id);
    return isBehind ? 'behind' : 'complete';
  }
}

function order(sort: RunQuery['sort']): (a: Entry, b: Entry) => number {
  const byName = (a: Entry, b: Entry) => (a.directory < b.directory ? -1 : 1);
  const byNewest = (a: Entry, b: Entry) =>
    (b.run.listing.startTime ?? 0) - (a.run.listing.startTime ?? 0) || byName(a, b);
  switch (sort) {
    case 'name':
      return byName;
    case 'newest':
      return byNewest;
    case 'state':
      return (a, b) => STATE_ORDER.indexOf(a.state) - STATE_ORDER.indexOf(b.state) || byNewest(a, b);
  }
}
