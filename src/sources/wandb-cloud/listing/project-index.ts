/**
 * The runs of one project as the server lists them. A full list is asked for once; after that, a refresh asks for the runs
 * with the newest heartbeats until it meets one that is known. @module
 */

import { isDeepStrictEqual } from 'node:util';
import {
  type Adjustable,
  adjusted,
  type Clock,
  type EntityName,
  LogdirError,
  NEVER_ABORTED,
  type ProjectName,
  SingleFlight,
} from '../../../core/index.ts';
import type { ApiClient, RequestOptions } from '../connection/index.ts';
import { nextCursor, RUN, RUNS, RUNS_AND_REVIEW, type RunNode, timeMs } from '../graphql/index.ts';
import { projectAdvice } from './visible-names.ts';

/** A full list comes in pages of this many: the API gives up to 1,000, its own programs ask for 100. */
const LIST_PAGE = 200;
/** Few runs have a newer heartbeat than at the last refresh. */
const NEWS_PAGE = 50;
/** Names and tags change without a heartbeat: with each refresh so many runs are listed again, all of them in turn. */
const REVIEW_PAGE = 100;

export interface ProjectIndexOptions {
  readonly api: ApiClient;
  readonly entity: EntityName;
  readonly project: ProjectName;
  /** Of a single run, where nothing but that is wanted. */
  readonly runId: string | null;
  /** Within this time of a refresh the server is not asked again. */
  readonly refreshIntervalMs: Adjustable;
  readonly clock: Clock;
}

interface RunsPage {
  readonly entity: EntityName;
  readonly project: ProjectName;
  readonly cursor: string | null;
  readonly perPage: number;
  readonly order: string;
}

export class ProjectIndex {
  readonly #options: ProjectIndexOptions;
  #runs: ReadonlyMap<string, RunNode> = new Map();
  readonly #refreshing = new SingleFlight<'runs', void>();
  /** In monotonic milliseconds. */
  #refreshedAtMs = Number.NEGATIVE_INFINITY;
  #isListed = false;
  /** Where the next review goes on. */
  #reviewCursor: string | null = null;
  /** How many more the server counted than it listed, at the last full list. */
  #uncounted = 0;

  constructor(options: ProjectIndexOptions) {
    this.#options = options;
  }

  /** By run id, as of the last refresh. */
  get runs(): ReadonlyMap<string, RunNode> {
    return this.#runs;
  }

  /** Milliseconds since the last refresh; infinite before the first. */
  get ageMs(): number {
    return this.#options.clock.monotonic() - this.#refreshedAtMs;
  }

  /**
   * Asks the server again unless it was asked within the refresh interval. Shared by all who wait, so that none of them
   * can cancel it. @throws LogdirError
   */
  async refresh(): Promise<void> {
    if (this.ageMs < adjusted(this.#options.refreshIntervalMs)) return;
    await this.#refreshing.run('runs', () => this.#refresh());
  }

  async #refresh(): Promise<void> {
    const { clock, runId } = this.#options;
    // Requests have deadlines of their own.
    const options: RequestOptions = { signal: NEVER_ABORTED };
    const startedMs = clock.monotonic();
    if (runId !== null) await this.#refreshRun(runId, options);
    else if (!this.#isListed || !(await this.#refreshMoved(options))) {
      await this.#listAll(options);
      this.#isListed = true;
    }
    this.#refreshedAtMs = startedMs;
  }

  async #refreshRun(runId: string, options: RequestOptions): Promise<void> {
    const { api, entity, project } = this.#options;
    const { project: found } = await api.ask(RUN, { entity, project, run: runId }, options);
    const run = found?.run;
    if (run === null || run === undefined) {
      const isThere = found !== null && found !== undefined;
      throw this.#missing(`run ${runId} of project`, isThere ? '' : await this.#advice(options));
    }
    this.#runs = new Map([[run.name, run]]);
  }

  /** Takes in runs with a newer heartbeat than any before; false when only a full list can tell what happened. */
  async #refreshMoved(options: RequestOptions): Promise<boolean> {
    const newestMs = [...this.#runs.values()].reduce((newest, run) => Math.max(newest, heartbeatMs(run)), 0);
    const moved = new Map<string, RunNode>();
    const withReview = this.#runs.size > NEWS_PAGE;
    for await (const { nodes, runCount, reviewed } of this.#pages(
      '-heartbeat_at',
      NEWS_PAGE,
      options,
      withReview,
    )) {
      for (const node of reviewed) moved.set(node.name, node);
      const hasNews = nodes.some((node) => !isDeepStrictEqual(node, this.#runs.get(node.name)));
      for (const node of nodes) moved.set(node.name, node);
      const last = nodes.at(-1);
      if (last === undefined || (hasNews && heartbeatMs(last) >= newestMs)) continue;
      const runs = new Map([...this.#runs, ...moved]);
      // Another count than the list has: runs were deleted.
      const isComplete = runCount === null || runCount === runs.size + this.#uncounted;
      if (isComplete) this.#runs = runs;
      return isComplete;
    }
    // It went on to the last page: that was the full list.
    this.#runs = moved;
    return true;
  }

  async #listAll(options: RequestOptions): Promise<void> {
    const runs = new Map<string, RunNode>();
    let counted: number | null = null;
    // Oldest first: what starts meanwhile comes last and shifts no page.
    for await (const { nodes, runCount } of this.#pages('+created_at', LIST_PAGE, options)) {
      for (const node of nodes) runs.set(node.name, node);
      counted = runCount;
    }
    this.#runs = runs;
    this.#uncounted = (counted ?? runs.size) - runs.size;
  }

  /** Pages of the list, with the first of them a page of the review. */
  async *#pages(order: string, perPage: number, options: RequestOptions, withReview = false) {
    const { api, entity, project } = this.#options;
    let cursor: string | null = null;
    do {
      const isReviewing = withReview && cursor === null;
      const page: RunsPage = { entity, project, cursor, perPage, order };
      const review = { reviewCursor: this.#reviewCursor, reviewPerPage: REVIEW_PAGE };
      const { project: found } = isReviewing
        ? await api.ask(RUNS_AND_REVIEW, { ...page, ...review }, options)
        : await api.ask(RUNS, page, options);
      if (found?.runs === null || found?.runs === undefined)
        throw this.#missing('project', await this.#advice(options));
      const reviewed = found.review?.edges.map(({ node }) => node) ?? [];
      if (isReviewing) this.#reviewCursor = nextCursor(found.review);
      yield { nodes: found.runs.edges.map(({ node }) => node), runCount: found.runCount ?? null, reviewed };
      cursor = nextCursor(found.runs);
    } while (cursor !== null);
  }

  async #advice(options: RequestOptions): Promise<string> {
    const { entity, project, api } = this.#options;
    return await projectAdvice(api, { entity, project }, options);
  }

  #missing(what: string, advice: string): LogdirError {
    const { entity, project, api } = this.#options;
    return new LogdirError(
      'not-found',
      `no ${what} ${entity}/${project} at ${api.baseUrl}, or it may not be read with this API key: check the spelling, and which account the key belongs to${advice}`,
    );
  }
}

/** A run that has never sent a heartbeat has been quiet since it was made. */
export function heartbeatMs({ heartbeatAt, createdAt }: RunNode): number {
  return timeMs(heartbeatAt) ?? timeMs(createdAt) ?? 0;
}
