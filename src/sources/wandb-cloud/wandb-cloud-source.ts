/** Runs of a W&B server, the cloud's or one's own, as a source. @module */

import { LRUCache } from 'lru-cache';
import {
  type Adjustable,
  type Clock,
  type EntityName,
  LogdirError,
  type ProjectName,
  type RunKey,
  type RunState,
  runKey,
  runKeyText,
  systemClock,
  toLogdirError,
} from '../../core/index.ts';
import type { Logger, Metrics } from '../../observability/index.ts';
import type { RunFinder } from '../run-finder.ts';
import type { RunPreviewer } from '../run-preview.ts';
import type { OpenedSavedFile, SavedFile } from '../saved-files.ts';
import { ShapeRegistry } from '../shape-registry.ts';
import type {
  Cursor,
  ListOptions,
  ProjectListing,
  ReadRunOptions,
  RecordBatch,
  RunListing,
  RunSource,
} from '../source.ts';
import { appUrl } from './connection/index.ts';
import { removeStaleDownloads, SavedFiles } from './files/index.ts';
import type { RunNode } from './graphql/index.ts';
import {
  AccountIndex,
  CloudRunFinder,
  CloudRunPreviewer,
  heartbeatMs,
  ProjectIndex,
  requireViewer,
} from './listing/index.ts';
import { parseCursor, RunBackoff, runStateOf, startTimeOf } from './run/index.ts';
import type { RunContext } from './run-context.ts';
import { readAgain, readOn, seenOf } from './run-reader.ts';
import type { WandbServer } from './wandb-server.ts';

/** Which runs: of everything a key sees, one entity, one project, or a single run. */
export interface CloudScope {
  /** '' with a project: the entity runs of the key's user go to by default. Null: every entity the key sees. */
  readonly entity: string | null;
  readonly project: string | null;
  readonly runId: string | null;
}

export interface WandbCloudOptions {
  /** For people: as the user wrote it. */
  readonly name: string;
  readonly scope: CloudScope;
  /** Shared by all sources of one server. */
  readonly server: WandbServer;
  /** The projects of the server that may be listed, where requests go out with keys of those who ask; absent: what the server says. */
  readonly knownProjects?: () => readonly ProjectListing[];
  /** Within this time of a refresh the server is not asked again. */
  readonly refreshIntervalMs: Adjustable;
  /** For downloads while they are read. */
  readonly temporaryDir: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock?: Clock;
}

/** Samples of the machine grow as long as a run lives: where nothing else is new, they are fetched this often at most. */
const SYSTEM_INTERVAL_MS = 5 * 60_000;

/** Projects whose runs are held: one that is forgotten is listed in full again. */
const MAX_PROJECTS = 256;
/** Runs whose times are remembered: samples of one that is forgotten are fetched sooner. */
const MAX_RUNS = 10_000;

const LABELS = { source: 'cloud' } as const;

export function createWandbCloudSource(options: WandbCloudOptions): RunSource {
  return new WandbCloudSource(options);
}

class WandbCloudSource implements RunSource {
  readonly name: string;
  readonly origin: string;
  readonly policy = { listing: 'per-project', reading: 'on-demand' } as const;
  readonly previewer: RunPreviewer;
  readonly finder: RunFinder;
  readonly #options: WandbCloudOptions;
  readonly #clock: Clock;
  readonly #registry = new ShapeRegistry();
  readonly #backoff: RunBackoff;
  readonly #account: AccountIndex;
  readonly #files = new SavedFiles();
  readonly #projects = new LRUCache<string, ProjectIndex>({ max: MAX_PROJECTS });
  /** By run: when its samples were last read, in monotonic milliseconds. */
  readonly #systemReadAtMs = new LRUCache<string, number>({ max: MAX_RUNS });
  #entity: Promise<string> | undefined;

  constructor(options: WandbCloudOptions) {
    const { scope, server, refreshIntervalMs, logger, metrics } = options;
    this.name = options.name;
    this.origin = server.origin;
    this.#options = { ...options, logger: logger.child({ room: 'wandb-cloud' }) };
    this.#clock = options.clock ?? systemClock;
    this.#backoff = new RunBackoff(this.#clock, refreshIntervalMs);
    const { api, features } = server;
    this.previewer = new CloudRunPreviewer({ api, features, registry: this.#registry, clock: this.#clock });
    this.finder = new CloudRunFinder({ api, refreshIntervalMs, clock: this.#clock });
    server.onRecovery(() => this.#backoff.reset());
    this.#account = new AccountIndex({
      ...{ api, refreshIntervalMs, clock: this.#clock },
      entity: scope.entity,
    });
    void removeStaleDownloads(options.temporaryDir, this.#clock.now()).catch(() => undefined);
    metrics.gauge('cloud_listing_age_seconds', () => this.#listingAgeSeconds());
  }

  async listProjects({ signal }: { readonly signal: AbortSignal }): Promise<readonly ProjectListing[]> {
    const { scope, knownProjects } = this.#options;
    if (knownProjects !== undefined) return knownProjects().filter((listing) => isWithin(listing, scope));
    if (scope.project !== null) {
      const { entity, project } = await this.#singleProject(signal);
      return [{ entity, project, modifiedAtMs: this.#newestMs(entity, project) }];
    }
    return await this.#account.projects();
  }

  async listRuns({ signal, project }: ListOptions): Promise<readonly RunListing[]> {
    const { scope, metrics } = this.#options;
    // Without a project named, the runs of a scope that is one project are at hand.
    const listed = project ?? (scope.project === null ? undefined : await this.#singleProject(signal));
    if (listed === undefined) return [];
    metrics.increment('source_listings_total', LABELS);
    const index = this.#index(listed.entity, listed.project);
    await index.refresh().catch((error: unknown) => {
      const failure = this.#noteFailure(toLogdirError(error, `runs of ${listed.entity}/${listed.project}`));
      throw this.#ofOneKey(failure, listed);
    });
    return [...index.runs.values()].map((run) => this.#listing(listed.entity, listed.project, run));
  }

  async state(key: RunKey): Promise<RunState> {
    return runStateOf(this.#known(key) ?? (await this.#listed(key)));
  }

  async hasNews(key: RunKey, after: Cursor | null): Promise<boolean> {
    this.#backoff.check(key);
    const run = await this.#listed(key);
    const { seen } = parseCursor(after);
    if (seen === null) return true;
    const { events, ...rest } = seenOf(run);
    const { events: eventsSeen, ...restSeen } = seen;
    if (JSON.stringify(rest) !== JSON.stringify(restSeen)) return true;
    return events !== eventsSeen && this.#isTimeForSamples(key);
  }

  async *read(key: RunKey, options: ReadRunOptions): AsyncGenerator<RecordBatch> {
    const { after, stopAt, signal } = options;
    this.#backoff.check(key);
    try {
      const run = this.#context(key, signal);
      const batches =
        stopAt === undefined ? readOn(run, this.#known(key), after) : readAgain(run, { ...options, stopAt });
      for await (const batch of batches) {
        this.#options.metrics.increment('source_records_total', LABELS, batch.records.length);
        yield batch;
      }
      this.#systemReadAtMs.set(runKeyText(key), this.#clock.monotonic());
      this.#backoff.succeeded(key);
    } catch (error) {
      const failure = this.#noteFailure(toLogdirError(error, `run ${key.runId}`));
      this.#backoff.failed(key, failure);
      throw failure;
    }
  }

  async listFiles(key: RunKey, { signal }: { readonly signal: AbortSignal }): Promise<readonly SavedFile[]> {
    return await this.#files.list(this.#context(key, signal));
  }

  async statFiles(
    key: RunKey,
    names: readonly string[],
    { signal }: { readonly signal: AbortSignal },
  ): Promise<readonly SavedFile[]> {
    return await this.#files.stat(this.#context(key, signal), names);
  }

  async openFile(
    key: RunKey,
    name: string,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<OpenedSavedFile> {
    return await this.#files.open(this.#context(key, signal), name);
  }

  /** Nothing is asked of a server that nobody wants to know: changes are found when somebody looks. */
  watch(): AsyncDisposable {
    return { [Symbol.asyncDispose]: async () => {} };
  }

  #context(key: RunKey, signal: AbortSignal): RunContext {
    const { server, temporaryDir, logger } = this.#options;
    const { api, storage, features, pageLimits } = server;
    const registry = this.#registry;
    return { key, api, storage, features, pageLimits, registry, temporaryDir, logger, options: { signal } };
  }

  /** The one project of the scope. */
  async #singleProject(
    signal: AbortSignal,
  ): Promise<{ readonly entity: EntityName; readonly project: ProjectName }> {
    const { entity, project } = this.#options.scope;
    const name = entity || (await this.#defaultEntity(signal));
    return { entity: name as EntityName, project: project as ProjectName };
  }

  async #defaultEntity(signal: AbortSignal): Promise<string> {
    this.#entity ??= requireViewer(this.#options.server.api, { signal }).then(
      ({ entity, username }) => entity ?? username ?? '',
    );
    this.#entity.catch(() => {
      this.#entity = undefined;
    });
    return await this.#entity;
  }

  #index(entity: EntityName, project: ProjectName): ProjectIndex {
    const id = JSON.stringify([entity, project]);
    let index = this.#projects.get(id);
    if (index === undefined) {
      const { server, scope, refreshIntervalMs } = this.#options;
      const { api } = server;
      const which = { entity, project, runId: scope.runId };
      index = new ProjectIndex({ api, ...which, refreshIntervalMs, clock: this.#clock });
      this.#projects.set(id, index);
    }
    return index;
  }

  /** What the server lists of a run now. @throws LogdirError `not-found` when it lists it no more. */
  async #listed(key: RunKey): Promise<RunNode> {
    await this.#index(key.entity, key.project).refresh();
    const run = this.#known(key);
    if (run !== undefined) return run;
    throw new LogdirError('not-found', `run ${key.runId} is gone from ${key.entity}/${key.project}`);
  }

  #known(key: RunKey): RunNode | undefined {
    return this.#index(key.entity, key.project).runs.get(key.runId);
  }

  #listing(entity: EntityName, project: ProjectName, run: RunNode): RunListing {
    const path = [entity, project, 'runs', run.name].map(encodeURIComponent).join('/');
    return {
      key: runKey(entity, project, run.name),
      displayName: run.displayName || null,
      group: run.group || null,
      jobType: run.jobType || null,
      ...(run.tags && { tags: run.tags }),
      ...(run.sweepName !== undefined && { sweepId: run.sweepName ?? '' }),
      ...(run.user?.username && { username: run.user.username }),
      startTime: startTimeOf(run),
      isStartCertain: startTimeOf(run) !== null,
      state: runStateOf(run),
      modifiedAtMs: heartbeatMs(run),
      locations: [`${appUrl(this.#options.server.api.baseUrl)}/${path}`],
    };
  }

  #isTimeForSamples(key: RunKey): boolean {
    const readAtMs = this.#systemReadAtMs.get(runKeyText(key)) ?? Number.NEGATIVE_INFINITY;
    return this.#clock.monotonic() - readAtMs > SYSTEM_INTERVAL_MS;
  }

  #newestMs(entity: EntityName, project: ProjectName): number {
    const { runs } = this.#index(entity, project);
    return [...runs.values()].reduce((newest, run) => Math.max(newest, heartbeatMs(run)), 0);
  }

  #listingAgeSeconds(): number {
    const ages = [...this.#projects.values()].map(({ ageMs }) => ageMs).filter(Number.isFinite);
    return Math.max(0, ...ages) / 1000;
  }

  /** What a server does not show to one of many keys may be there for others: what is known of it stays. */
  #ofOneKey(failure: LogdirError, project: Pick<ProjectListing, 'entity' | 'project'>): LogdirError {
    const { knownProjects, server } = this.#options;
    const isRefusal = failure.code === 'not-found' || failure.code === 'permission-denied';
    if (knownProjects === undefined || !isRefusal) return failure;
    server.api.doubt(project);
    const message = `${project.entity}/${project.project} can't be listed with the key that was tried`;
    return new LogdirError('unavailable', message, { cause: failure });
  }

  #noteFailure(failure: LogdirError): LogdirError {
    const { code } = failure;
    if (code !== 'cancelled') this.#options.metrics.increment('source_errors_total', { ...LABELS, code });
    return failure;
  }
}

function isWithin(listing: ProjectListing, { entity, project }: CloudScope): boolean {
  const isOfEntity = entity === null || listing.entity === entity;
  return isOfEntity && (project === null || listing.project === project);
}
