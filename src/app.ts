/** The only file that knows every room: builds the program's parts and wires them. @module */

import { join, resolve } from 'node:path';
import { type Access, createAccess, type Identified, KeyRing, type KeyRingOptions } from './access/index.ts';
import { apiUrl, type Settings } from './config/index.ts';
import {
  type Clock,
  isLoopback,
  LogdirError,
  mapAnswer,
  NEVER_ABORTED,
  type Reloaded,
  Reloaders,
} from './core/index.ts';
import { EventFiles, type MediaPolicy, SeriesViews } from './eventfile/index.ts';
import { createFiles } from './frontends/files/index.ts';
import { createFuseFrontend, type Mounted, type MountOptions } from './frontends/fuse/index.ts';
import { createGrpcFrontend, type GrpcListenOptions, type GrpcServer } from './frontends/grpc/index.ts';
import { createPages, type GrpcPort, type PagesOptions } from './frontends/pages/index.ts';
import { createS3, S3_BUCKET, type S3Access } from './frontends/s3/index.ts';
import {
  createProbes,
  createWebServer,
  type HttpServer,
  isProbe,
  type ListenOptions,
  TrustedProxies,
  type WebServer,
  type WebServerOptions,
} from './frontends/web/index.ts';
import { createWebHdfs, webHdfsAddress } from './frontends/webhdfs/index.ts';
import { History, LocalStore, type PrefetchProgress, prefetch } from './history/index.ts';
import { Media } from './media/index.ts';
import { type Caller, Namespace, OPERATOR } from './namespace/index.ts';
import type { Logger, Metrics } from './observability/index.ts';
import { type CreateOverviewOptions, createOverview, type Overview } from './overview/index.ts';
import { createDataProvider } from './series/index.ts';
import {
  connectWandbServer,
  describeSource,
  type FindApiKey,
  parseSource,
  type ServerReport,
  type SourceContext,
  type SourceReport,
  understandSource,
  type Viewer,
  type WandbServer,
} from './sources/index.ts';
import { createTree, type LogdirTree } from './tree/index.ts';
import type { VerifyOptions, VerifyReport } from './verify/index.ts';

export type { AccessMode } from './access/index.ts';
export {
  chooseRoute,
  isMountedOn,
  launchThroughPython,
  type Mounted,
  type MountRoute,
  type PythonRoute,
  prepareMountPoint,
  userMountOptions,
} from './frontends/fuse/index.ts';
export type { GrpcServer } from './frontends/grpc/index.ts';
export type { ListenOptions, ServingOptions } from './frontends/web/index.ts';
export type { PrefetchProgress } from './history/index.ts';
export type { Overview, ProjectCard } from './overview/index.ts';
export {
  appUrl,
  type Disk,
  type FindApiKey,
  isRunDirectoryName,
  keyAdvice,
  localDisk,
  missingPathAdvice,
  otherReadings,
  type PassedOver,
  parseSource,
  type ServerReport,
  type SourceReport,
  type Viewer,
} from './sources/index.ts';
export { type LogdirNode, type LogdirTree, piecesOf } from './tree/index.ts';
export type { Loss, Mismatch, OpenDoor, RunReport, VerifyProgress, VerifyReport } from './verify/index.ts';

/** Settings that concern the parts; the rest is the command's own business. */
export type AppSettings = Pick<
  Settings,
  | 'sources'
  | 'watch'
  | 'pollIntervalMs'
  | 'quietAfterMs'
  | 'cacheDir'
  | 'cacheMaxBytes'
  | 'memoryMaxBytes'
  | 'maxResponsePoints'
  | 'runNameTemplate'
  | 'xAxis'
  | 'media'
  | 'mediaSamples'
  | 'mediaMaxValueBytes'
  | 'mediaMaxRunBytes'
  | 'charts'
  | 'baseUrl'
  | 'refreshIntervalMs'
  | 'access'
  | 'accessFile'
  | 'accessMaxAgeMs'
  | 'accessUserHeader'
  | 'accessGroupsHeader'
  | 'trustedProxies'
  | 'caFile'
  | 'httpsProxy'
> &
  Partial<Pick<Settings, 'accessLog'>>;

/** Settings that may change while the app runs. */
export type AdjustableSettings = Pick<
  AppSettings,
  'pollIntervalMs' | 'refreshIntervalMs' | 'cacheMaxBytes' | 'maxResponsePoints' | 'accessLog'
>;

export interface AppParts {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly findApiKey: FindApiKey;
  /** Hosts that are asked without the proxy. */
  readonly noProxy: readonly string[];
  /** Of the program, for people. */
  readonly version: string;
  /** What stands before commands that ask this machine by gRPC, on pages; default: nothing. */
  readonly direct?: string;
}

/** A server that answers. Disposing it closes it. */
export interface Listening extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string;
  readonly port: number;
  /** Whether it listens on more than loopback. */
  readonly isPublic: boolean;
  /** Where other machines reach it, likeliest first. */
  readonly publicUrls: readonly string[];
  /** The `--logdir` by which stock TensorBoard reads a directory of the tree; `from`: one of the addresses. */
  logdir(path: string, from?: string): string;
  /** What stands before a `tensorboard --logdir …` in a shell: '', or a variable that has it ask by TLS. */
  readonly logdirVariables: string;
}

/** A server that answers S3. Disposing it closes it. */
export interface S3Server extends AsyncDisposable {
  /** For `AWS_ENDPOINT_URL`, without a slash at its end. */
  readonly url: string;
  readonly port: number;
  /** Whether it listens on more than loopback. */
  readonly isPublic: boolean;
  /** Where other machines reach it, likeliest first. */
  readonly publicUrls: readonly string[];
  /** The `--logdir` by which TensorBoard reads a directory of the tree. */
  logdir(path: string): string;
}

/** What has been found of a source. */
export interface SourceState {
  /** As it was given. */
  readonly name: string;
  /** Whether its projects are listed one by one, as those of a W&B server. */
  readonly listsByProject: boolean;
  /** Runs known now. */
  readonly runs: number;
  /** Projects whose runs are listed when somebody looks. */
  readonly projects: number;
  /** Why it could not be listed when last looked at. */
  readonly failure: LogdirError | null;
}

export interface App extends AsyncDisposable {
  readonly tree: LogdirTree;
  readonly overview: Overview;
  /** Learns which runs there are; from then on follows the sources, unless `watch` is off. */
  start(options: { readonly signal: AbortSignal }): Promise<void>;
  /** Looks at the sources again, without waiting for them to tell of changes. */
  look(): Promise<void>;
  /** The sources, in the order they were given. */
  sources(): readonly SourceState[];
  /** Whom the API key belongs to; null without a good one. @throws LogdirError */
  viewer(options: { readonly signal: AbortSignal }): Promise<Viewer | null>;
  /** Looks at a path and explains what is there. Never throws for what it finds. */
  inspect(source: string, options: { readonly signal: AbortSignal }): Promise<SourceReport>;
  /** Reads every run, so that nothing has to be waited for later. */
  prefetch(options: {
    readonly signal: AbortSignal;
    readonly onProgress: (progress: PrefetchProgress) => void;
  }): Promise<PrefetchProgress>;
  /** What the server has told so far: traffic, clock, what is left of the rate limit. */
  serverReport(): ServerReport;
  /** Runs read in the background since the start, and runs that still wait to be. */
  reading(): { readonly read: number; readonly waiting: number };
  /**
   * @throws LogdirError `unavailable` when the port is taken, `invalid-argument` for a bad certificate, or where it is not
   *   decided who is let in.
   */
  listen(options: ListenOptions): Promise<Listening>;
  /**
   * Answers S3. `domain`: a name of this server, besides its host. There is no path prefix: signatures hold paths.
   * @throws LogdirError as `listen`.
   */
  listenS3(options: ListenOptions & { readonly domain: string | null }): Promise<S3Server>;
  /**
   * Answers TensorBoard's data-provider protocol, from the start on: what is known by then. `projects`: paths of those
   * to show; null: all. @throws LogdirError `unavailable` when the port is taken.
   */
  provideData(
    options: GrpcListenOptions & { readonly projects: readonly string[] | null },
  ): Promise<GrpcServer>;
  /** Mounts the tree on a directory. @throws LogdirError that says what is in the way. */
  mount(options: Omit<MountOptions, 'keepClear'>): Promise<Mounted>;
  /** Has something read again at each reload, such as a certificate; see `Reloaders`. */
  onReload(name: string, reload: () => Promise<void>): Disposable;
  /** Changes settings, then has everything read again that asked for it. */
  reload(changes: Partial<AdjustableSettings>): Promise<readonly Reloaded[]>;
  /** Reads runs again through a door of this app, and holds them against what history says. */
  verify(options: VerifyOptions): Promise<VerifyReport>;
}

/** The parts, wired. Nothing is read, watched or listened to before it is asked for. */
export function createApp(given: AppSettings, parts: AppParts): App {
  const settings = { ...given };
  const reloaders = new Reloaders();
  const accessLog = () => settings.accessLog ?? 'auto';
  const { logger, metrics, clock } = parts;
  const keys = settings.access === 'wandb' ? new KeyRing(keyRingOptions()) : null;
  const servers = new Servers(settings, keys === null ? parts : withKeysOf(keys, settings, parts));
  const history = createHistory(settings, parts, servers, keys);
  function keyRingOptions(): KeyRingOptions {
    const entities = entitiesOf(settings.sources);
    const look = (key: string) =>
      servers.at(settings.baseUrl).seenBy(key, { entities, signal: NEVER_ABORTED });
    const onChange = () => history.relist();
    return {
      look,
      onChange,
      maxAgeMs: settings.accessMaxAgeMs,
      clock,
      logger: logger.child({ room: 'access' }),
    };
  }
  const access = accessOf(settings, keys, logger);
  if (settings.accessFile !== null) reloaders.add('access file', () => access.reload());
  const { runNameTemplate, memoryMaxBytes, xAxis } = settings;
  const namespace = new Namespace({ history, runNameTemplate });
  const files = new Media({ store: history.store, memoryMaxBytes, logger, metrics, clock });
  const media = mediaPolicy(settings);
  const charts = settings.charts !== 'off';
  const viewing = { history, memoryMaxBytes, xAxis, media, charts, files, logger, metrics };
  const events = new EventFiles(viewing);
  const views = new SeriesViews(events, viewing);
  const seen = { history, events, namespace, caller: OPERATOR };
  const callers = new CallerViews(seen);
  const logdir = callers.of(OPERATOR);
  const opening = new Opening();
  let grpc: GrpcPort | null = null;
  const ownSources = settings.sources.map(absoluteSource);
  const web = createWeb({ callers, access, ownSources, grpc: () => grpc }, opening, { ...parts, accessLog });
  const fuse = createFuseFrontend({ tree: logdir.tree, logger, metrics, clock });
  const folders = settings.sources.flatMap((text) => understandSource(text).folder ?? []);
  const keepClear = [...folders, settings.cacheDir];
  return {
    ...logdir,
    start: ({ signal }) => opening.watch(start(history, settings, signal)),
    look: () => history.relist(),
    sources: () => sourceStates(history),
    viewer: (options) => servers.at(settings.baseUrl).viewer(options),
    inspect: describeSource,
    prefetch: (options) => prefetch(history, options),
    serverReport: () => servers.at(settings.baseUrl).report(),
    reading: () => history.background.progress,
    listen: async (options) => {
      requireDecision(settings, options.host);
      await access.reload();
      const server = await web.listen(options);
      if (options.serving?.tls) reloaders.add('certificate', () => server.reload());
      return listening(server);
    },
    listenS3: async (options) => {
      requireDecision(settings, options.host);
      await access.reload();
      const server = await listenS3({ callers, access }, options, { ...parts, accessLog });
      if (options.serving?.tls) reloaders.add('certificate of S3', () => server.reload());
      return server;
    },
    provideData: async ({ projects, ...options }) => {
      const maxResponsePoints = () => settings.maxResponsePoints;
      const provider = createDataProvider({
        ...{ ...seen, events: views, files, projects, logger, metrics, clock },
        ...{ started: opening.over, memoryMaxBytes, maxResponsePoints },
        hiddenPlugins: hiddenPlugins(settings),
      });
      const server = await createGrpcFrontend({ provider, logger, metrics, accessLog }).listen(options);
      // One that shows a choice would not do for the pages, which show everything.
      if (projects === null) grpc = { ...server, direct: parts.direct ?? '' };
      return server;
    },
    onReload: (name, reload) => reloaders.add(name, reload),
    reload: async (changes) => {
      Object.assign(settings, changes);
      return await reloaders.reload();
    },
    mount: async (options) => {
      const isPerUser = options.allowOther && settings.accessFile !== null;
      if (isPerUser) await access.reload();
      const treeOf = (uid: number) => callers.of(access.ofUser(uid)).tree;
      return await fuse.mount({ ...options, keepClear, ...(isPerUser && { treeOf }) });
    },
    verify: async (options) => {
      const { verify } = await import('./verify/index.ts');
      return await verify(
        { ...seen, ...logdir, views, files, hiddenPlugins: hiddenPlugins(settings) },
        options,
      );
    },
    [Symbol.asyncDispose]: async () => {
      access[Symbol.dispose]();
      await events[Symbol.asyncDispose]();
      await views[Symbol.asyncDispose]();
      await history[Symbol.asyncDispose]();
    },
  };
}

/** Names of plugins of which a data provider shows nothing. */
function hiddenPlugins({ charts }: AppSettings): ReadonlySet<string> {
  return new Set(charts === 'off' ? ['custom_scalars'] : []);
}

function mediaPolicy(settings: AppSettings): MediaPolicy {
  const { media, mediaSamples, mediaMaxValueBytes, mediaMaxRunBytes } = settings;
  return {
    mode: media,
    samples: mediaSamples,
    maxValueBytes: mediaMaxValueBytes,
    maxFileBytes: mediaMaxRunBytes,
  };
}

/** The first look at the sources. */
class Opening {
  /** Settled when it is over, also when it failed. */
  readonly over: Promise<void>;
  isOver = false;
  #settle!: () => void;

  constructor() {
    this.over = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  async watch(look: Promise<void>): Promise<void> {
    try {
      await look;
      this.isOver = true;
    } finally {
      this.#settle();
    }
  }
}

/** What each caller sees, made when somebody asks in its name. */
class CallerViews {
  readonly #seen: CreateOverviewOptions;
  readonly #made = new WeakMap<Caller, Pick<App, 'tree' | 'overview'>>();

  constructor(seen: CreateOverviewOptions) {
    this.#seen = seen;
  }

  of(caller: Caller): Pick<App, 'tree' | 'overview'> {
    const known = this.#made.get(caller);
    if (known !== undefined) return known;
    const seen = { ...this.#seen, caller };
    const made = { tree: createTree(seen), overview: createOverview(seen) };
    this.#made.set(caller, made);
    return made;
  }
}

/** @throws LogdirError `invalid-argument` where others would be let in and nobody said who. */
function requireDecision({ access }: AppSettings, host: string): void {
  if (access !== null || isLoopback(host)) return;
  throw new LogdirError(
    'invalid-argument',
    `--host ${host} lets other machines in: say who may see what. --access token --access-file FILE: whoever has a token; --access wandb: whoever has a W&B API key, what W&B shows to it; --access proxy: whom a login proxy names; --access off: everybody, everything. See docs/SECURITY.md`,
  );
}

function accessOf(settings: AppSettings, keys: KeyRing | null, logger: Logger): Access & Disposable {
  const { access, accessFile: file, accessUserHeader, accessGroupsHeader } = settings;
  const proxies = new TrustedProxies(settings.trustedProxies ?? []);
  const isTrustedProxy = (address: string) => proxies.has(address);
  return createAccess({
    ...{ mode: access ?? 'off', file, keys, logger },
    ...{ userHeader: accessUserHeader, groupsHeader: accessGroupsHeader, isTrustedProxy },
  });
}

/** Requests go out with keys of those who ask: what runs the server has none of its own. */
function withKeysOf(keys: KeyRing, { baseUrl }: AppSettings, parts: AppParts): AppParts {
  return {
    ...parts,
    findApiKey: async (url, purpose) => {
      const key = url === baseUrl ? keys.keyFor(purpose) : null;
      return key === null ? null : { key, origin: 'whoever asks' };
    },
  };
}

/** Whose projects sources are about; null among them: whoever's a key sees. @throws LogdirError `invalid-argument` */
function entitiesOf(sources: readonly string[]): readonly (string | null)[] {
  return sources.flatMap((text) => {
    const reference = parseSource(text);
    if (reference.kind === 'local') return [];
    const { entity } = reference.scope;
    if (entity !== '') return [entity];
    const message = `${text} means the default entity of a key, and --access wandb has many keys: name the entity`;
    throw new LogdirError('invalid-argument', message);
  });
}

/** What the doors of HTTP show, and to whom. */
interface Shown extends Pick<PagesOptions, 'ownSources' | 'grpc'> {
  readonly callers: CallerViews;
  readonly access: Access;
}

/** A source as it is named in any folder of this machine. */
function absoluteSource(source: string): string {
  return parseSource(source).kind === 'local' ? resolve(source) : source;
}

/** The doors of HTTP, the most particular first. */
function createWeb(
  { callers, access, ...shown }: Shown,
  opening: Opening,
  { logger, metrics, version, clock, accessLog }: AppParts & Pick<WebServerOptions, 'accessLog'>,
): WebServer {
  const doors = [
    createWebHdfs(),
    createFiles(version),
    createProbes({ metrics, isReady: () => opening.isOver }),
    createPages({ version, ...shown, overviewOf: (caller) => callers.of(caller).overview, clock }),
  ];
  const treeOf = (caller: Caller) => callers.of(caller).tree;
  return createWebServer({
    ...{ treeOf, access, isOpen: isProbe, doors, logger, metrics },
    ...(accessLog && { accessLog }),
  });
}

function listening(server: HttpServer): Listening {
  const { url, port, isPublic, publicUrls } = server;
  const protocol = url.startsWith('https:') ? 'https' : 'http';
  const address = (path: string, from: string) =>
    webHdfsAddress(path, { host: new URL(from).host, port, protocol });
  const logdir = (path: string, from = url) => address(path, from).url;
  const dispose = () => server[Symbol.asyncDispose]();
  const logdirVariables = address('', url).variables;
  return { url, port, isPublic, publicUrls, logdir, logdirVariables, [Symbol.asyncDispose]: dispose };
}

/** By itself on its port: its clients ask for every URL there is. */
async function listenS3(
  { callers, access }: Pick<Shown, 'callers' | 'access'>,
  { domain, ...options }: Parameters<App['listenS3']>[0],
  { logger, metrics, clock, accessLog }: AppParts & Pick<WebServerOptions, 'accessLog'>,
): Promise<S3Server & Pick<HttpServer, 'reload'>> {
  const domains = ['localhost', options.host, ...(domain === null ? [] : [domain])];
  const treeOf = (caller: Caller) => callers.of(caller).tree;
  const door = createS3({ access: s3Access({ callers, access }), domains, clock });
  const web = createWebServer({
    ...{ treeOf, doors: [door], logger, metrics },
    ...(accessLog && { accessLog }),
  });
  const serving = { ...options.serving, pathPrefix: '' };
  const server = await web.listen({ ...options, serving, portFlag: '--s3-port' });
  const { url, port, isPublic, publicUrls } = server;
  return {
    ...{ url, port, isPublic, publicUrls },
    logdir: (path) => `s3://${S3_BUCKET}/${path}`,
    reload: () => server.reload(),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** W&B's keys are secrets as a whole: clients sign with them under their own name. */
function s3Access({ callers, access }: Pick<Shown, 'callers' | 'access'>): S3Access {
  if (access.mode === 'off') return { kind: 'open' };
  const treeFor = (found: Identified): LogdirTree => {
    if (found.kind === 'caller') return callers.of(found.caller).tree;
    throw new LogdirError(found.status === 503 ? 'unavailable' : 'permission-denied', found.message);
  };
  const find = (accessKeyId: string) => {
    const key = access.signingKey(accessKeyId);
    return key && { secret: key.secret, tree: () => mapAnswer(key.identify(), treeFor) };
  };
  return { kind: 'signed', hasSecretIds: access.mode === 'wandb', find };
}

/** Servers by the address of their API; nothing is asked of one before somebody looks. */
class Servers {
  readonly #settings: AppSettings;
  readonly #parts: AppParts;
  readonly #servers = new Map<string, WandbServer>();

  constructor(settings: AppSettings, parts: AppParts) {
    this.#settings = settings;
    this.#parts = parts;
  }

  at(baseUrl: string): WandbServer {
    const { caFile, httpsProxy } = this.#settings;
    const { findApiKey, noProxy, version, logger, metrics, clock } = this.#parts;
    const network = { proxy: httpsProxy, noProxy, caFile };
    const server =
      this.#servers.get(baseUrl) ??
      connectWandbServer({ baseUrl, findApiKey, network, version, logger, metrics, clock });
    this.#servers.set(baseUrl, server);
    return server;
  }
}

function sourceContext(settings: AppSettings, parts: AppParts, servers: Servers): SourceContext {
  const { baseUrl, cacheDir } = settings;
  const server = (url: string | null) => servers.at(url === null ? baseUrl : apiUrl(url));
  const refreshIntervalMs = () => settings.refreshIntervalMs;
  const pollIntervalMs = () => settings.pollIntervalMs;
  const temporaryDir = join(cacheDir, 'downloads');
  return { ...settings, ...parts, refreshIntervalMs, pollIntervalMs, temporaryDir, server };
}

function createHistory(
  settings: AppSettings,
  parts: AppParts,
  servers: Servers,
  keys: KeyRing | null,
): History {
  const { cacheDir, memoryMaxBytes } = settings;
  const { logger, metrics, clock } = parts;
  const context = sourceContext(settings, parts, servers);
  const known = keys && { knownProjects: () => keys.projects().map((key) => ({ ...key, modifiedAtMs: 0 })) };
  const sources = settings.sources.map((text) => understandSource(text).create({ ...context, ...known }));
  const store = new LocalStore({
    cacheDir,
    maxBytes: () => settings.cacheMaxBytes,
    logger: logger.child({ room: 'history' }),
    metrics,
    clock,
  });
  return new History({ sources, store, memoryMaxBytes, logger, metrics, clock });
}

/** Commands that do not follow the sources look at single paths: nothing is read ahead for them. */
async function start(history: History, { watch }: AppSettings, signal: AbortSignal): Promise<void> {
  await history.catalogue.refresh({ signal });
  if (watch === 'off') return;
  history.watch();
  history.background.enqueueAll();
}

function sourceStates({ catalogue }: History): SourceState[] {
  return catalogue.sources.map((source) => ({
    name: source.name,
    listsByProject: source.policy.listing === 'per-project',
    runs: catalogue.runCount(source),
    projects: catalogue.projectCount(source),
    failure: catalogue.failure(source),
  }));
}
