/** What a key sees: its user's own projects and those of their teams. @module */

import {
  type Clock,
  type EntityName,
  LogdirError,
  NEVER_ABORTED,
  type ProjectName,
  SingleFlight,
} from '../../../core/index.ts';
import type { ProjectListing } from '../../source.ts';
import { type ApiClient, keyAdvice, type RequestOptions } from '../connection/index.ts';
import { nextCursor, PROJECTS, timeMs, VIEWER } from '../graphql/index.ts';

/** The SDK's page size for projects. */
const PAGE = 200;

export interface AccountIndexOptions {
  readonly api: ApiClient;
  /** Of one entity alone; null: everything the key sees. */
  readonly entity: string | null;
  readonly refreshIntervalMs: number;
  readonly clock: Clock;
}

export interface Viewer {
  readonly username: string | null;
  /** The entity runs go to by default. */
  readonly entity: string | null;
  /** That one and the teams. */
  readonly entities: readonly string[];
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
    if (clock.monotonic() - this.#listedAtMs >= refreshIntervalMs) {
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
    this.#projects = allowed(listings).flat();
    this.#listedAtMs = startedMs;
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

/** Whom the key belongs to; null without a key that is good. */
export async function askViewer(api: ApiClient, options: RequestOptions): Promise<Viewer | null> {
  const { viewer } = await api.ask(VIEWER, {}, options);
  if (viewer === null || viewer === undefined) return null;
  const teams = (viewer.teams?.edges ?? []).flatMap(({ node }) => (node ? [node.name] : []));
  const entity = viewer.entity ?? null;
  const entities = [...new Set([...(entity === null ? [] : [entity]), ...teams])];
  return { username: viewer.username ?? null, entity, entities };
}

/** The same. @throws LogdirError `permission-denied` when there is none. */
export async function requireViewer(api: ApiClient, options: RequestOptions): Promise<Viewer> {
  const viewer = await askViewer(api, options);
  if (viewer !== null) return viewer;
  const text = `${api.baseUrl} does not know who asks: name a public project (wandb:ENTITY/PROJECT), or use an API key. ${keyAdvice(api.baseUrl)}`;
  throw new LogdirError('permission-denied', text);
}
