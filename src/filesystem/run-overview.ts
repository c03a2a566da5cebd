/** Tells a page for people what is in the tree. @module */

import { LogdirError } from '../core/index.ts';
import type { EventFiles } from '../eventfile/index.ts';
import type { History, Run } from '../history/index.ts';
import { tagTableOf } from '../plugins/index.ts';
import type { ProjectDirectory } from './directory.ts';

import type { Logdir } from './logdir.ts';
import type { Overview, ProjectCard, RunCard, RunPage, SourceTrouble } from './overview.ts';
import { eventNode } from './run-files.ts';
import { SeriesPreviews } from './series-preview.ts';

type Signal = { readonly signal: AbortSignal };
type RunQuery = Parameters<Overview['runs']>[2];

/** A run with what its place in the order and its match of a query depend on. */
interface Entry {
  readonly directory: string;
  readonly run: Run;
  readonly state: RunCard['state'];
}

const STATE_ORDER: readonly RunCard['state'][] = ['running', 'crashed', 'failed', 'finished'];

export class RunOverview implements Overview {
  readonly #history: History;
  readonly #logdir: Logdir;
  readonly #events: EventFiles;
  readonly #previews: SeriesPreviews;

  constructor(history: History, events: EventFiles, logdir: Logdir) {
    this.#history = history;
    this.#logdir = logdir;
    this.#events = events;
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
      modifiedAtMs: entries.reduce((newest, { run }) => Math.max(newest, run.modifiedAtMs), 0),
    };
  }

  async #entries(directory: ProjectDirectory, signal: AbortSignal): Promise<Entry[]> {
    return await Promise.all(
      [...directory.runs].map(async ([name, run]) => {
        await run.open();
        return { directory: name, run, state: await run.refreshState({ signal }) };
      }),
    );
  }

  async #matching(entries: readonly Entry[], query: string): Promise<Entry[]> {
    const matches = await Promise.all(
      entries.map(async (entry) => {
        await entry.run.open();
        const { facts } = entry.run;
        const texts = [
          entry.directory,
          entry.run.key.runId,
          facts.displayName,
          facts.group,
          entry.state,
          ...(facts.tags ?? []),
        ];
        return texts.some((text) => text?.toLowerCase().includes(query));
      }),
    );
    return entries.filter((_, i) => matches[i]);
  }

  async #runCard(project: ProjectDirectory, { directory, run, state }: Entry): Promise<RunCard> {
    const view = await this.#events.view(run);
    const { log } = view;
    const { ledger } = log;
    const { progress } = ledger;
    const { facts } = run;
    const event = eventNode({ run, log, view });
    const tags = tagTableOf(ledger.dictionary);
    return {
      runId: run.key.runId,
      displayName: facts.displayName ?? null,
      directory,
      path: `${project.path}/${directory}`,
      state,
      exitCode: ledger.exit?.exitCode ?? null,
      startTime: view.fold.startTime ?? run.listing.startTime,
      modifiedAtMs: run.modifiedAtMs,
      group: facts.group ?? null,
      tags: facts.tags ?? [],
      sdkVersion: facts.sdkVersion ?? null,
      rows: progress.rows,
      lastStep: progress.lastStep,
      tagCount: new Set(ledger.dictionary.shapes.flatMap((_, shapeId) => tags.tagsOf(shapeId))).size,
      eventFile: event === null ? null : { name: event.name, size: event.size },
      skippedBytes: ledger.skippedBytes,
      reading: this.#reading(run),
      previews: await this.#previews.of(run, log, tags),
    };
  }

  #reading(run: Run): RunCard['reading'] {
    if (run.status === 'unread') return 'unread';
    return run.failure !== null || this.#history.background.isWaiting(run.id) ? 'behind' : 'complete';
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
