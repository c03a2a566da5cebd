/** What a key sees: its user's own projects and those of their teams. @module */

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
import type { ProjectListing } from '../../source.ts';
import type { ApiClient, RequestOptions } from '../connection/index.ts';
import { nextCursor, PROJECTS, timeMs } from '../graphql/index.ts';
import { askViewer, requireViewer } from './viewer.ts';
import { entityAdvice } from './visible-names.ts';

/** The SDK's page size for projects. */
const PAGE = 200;

export interface AccountIndexOptions {
  readonly api: ApiClient;
  /** Of one entity alone; null: everything the key sees. */
  readonly entity: string | null;
  readonly refreshIntervalMs: Adjustable;
  readonly clock: Clock;
}

export class AccountIndex {
  readonly #options: AccountIndexOptions;
  #projects: readonly ProjectListing[] = [];
  #listedAtMs = Number.NEGATIVE_INFINITY;
  readonly #listing = new SingleFlight<'projects', void>();

  constructor(options: AccountIndexOptions) {
    this.#options = options;
  }

  /** Projects by entity, asked for again after the refresh interval. @throws LogdirError */
  async projects(): Promise<readonly ProjectListing[]> {
    const { clock, refreshIntervalMs } = this.#options;
    if (clock.monotonic() - this.#listedAtMs >= adjusted(refreshIntervalMs)) {
      await this.#listing.run('projects', () => this.#list());
    }
    return this.#projects;
  }

  async #list(): Promise<void> {
    const options: RequestOptions = { signal: NEVER_ABORTED };
    const { entity, api, clock } = this.#options;
    const startedMs = clock.monotonic();
    const entities = entity === null ? (await requireViewer(api, options)).entities : [entity];
    const listings = await Promise.allSettled(entities.map((name) => this.#projectsOf(name, options)));
    const projects = allowed(listings).flat();
    if (entity !== null && projects.length === 0) await this.#requireEntity(entity, options);
    this.#projects = projects;
    this.#listedAtMs = startedMs;
  }

  /**
   * A server lists nothing for an entity that is not there, as for one without projects: the viewer's own may be empty.
   * @throws LogdirError `not-found` that names those the key sees.
   */
  async #requireEntity(entity: string, options: RequestOptions): Promise<void> {
    const { api } = this.#options;
    const viewer = await askViewer(api, options);
    if (viewer?.entities.includes(entity)) return;
    const advice = entityAdvice(entity, viewer?.entities ?? []);
    throw new LogdirError(
      'not-found',
      `no entity ${entity} at ${api.baseUrl} whose projects this API key may read: check the spelling, and which account the key belongs to${advice}`,
    );
  }

  async #projectsOf(entity: string, options: RequestOptions): Promise<ProjectListing[]> {
    const found: ProjectListing[] = [];
    let cursor: string | null = null;
    do {
      const page: { readonly entity: string; readonly cursor: string | null; readonly perPage: number } = {
        ...{ entity, cursor, perPage: PAGE },
      };
      const { models } = await this.#options.api.ask(PROJECTS, page, options);
      for (const { node } of models?.edges ?? []) {
        const modifiedAtMs = timeMs(node.createdAt) ?? 0;
        found.push({ entity: entity as EntityName, project: node.name as ProjectName, modifiedAtMs });
      }
      cursor = nextCursor(models);
    } while (cursor !== null);
    return found;
  }
}

/** What the key may see: of several entities one may be closed to it. @throws what stands for all of them, or an outage. */
function allowed<T>(outcomes: readonly PromiseSettledResult<T>[]): T[] {
  const values = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  const isClosed = (error: unknown) => error instanceof LogdirError && error.code === 'permission-denied';
  const outage = failures.find((error) => !isClosed(error));
  if (outage !== undefined || (values.length === 0 && failures.length > 0)) throw outage ?? failures[0];
  return values;
}
