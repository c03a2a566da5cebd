/** The only file that knows every room: builds the program's parts and wires them. @module */

import type { Settings } from './config/index.ts';
import type { Clock } from './core/index.ts';
import { createLogdir, EventSynthesis, type LogdirTree, type Overview } from './filesystem/index.ts';
import { createFuseFrontend, type Mounted, type MountOptions } from './frontends/fuse/index.ts';
import { createHttpFrontend, type HttpServer, toWebHdfsName } from './frontends/http/index.ts';
import { History } from './history/index.ts';
import type { Logger, Metrics } from './observability/index.ts';
import { createWandbLocalSource, describeSource, type SourceReport } from './sources/index.ts';

export type { LogdirNode, LogdirTree, Overview, ProjectCard } from './filesystem/index.ts';
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
export type { SourceReport } from './sources/index.ts';

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
  | 'runNameTemplate'
>;

export interface AppParts {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** Of the program, for people. */
  readonly version: string;
}

/** A server that answers. Disposing it closes it. */
export interface Listening extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string;
  readonly port: number;
  /** The `--logdir` by which stock TensorBoard reads a directory of the tree. */
  logdir(path: string): string;
}

export interface App extends AsyncDisposable {
  readonly tree: LogdirTree;
  readonly overview: Overview;
  /** Learns which runs there are; from then on follows the sources, unless `watch` is off. */
  start(options: { readonly signal: AbortSignal }): Promise<void>;
  /** Looks at the sources again, without waiting for them to tell of changes. */
  look(): Promise<void>;
  /** Runs known now, by source as given. A run that lies in several counts for the first. */
  runCounts(): ReadonlyMap<string, number>;
  /** Looks at a source and explains what is there. Never throws for what it finds. */
  inspect(source: string, options: { readonly signal: AbortSignal }): Promise<SourceReport>;
  /** Runs read in the background since the start, and runs that still wait to be. */
  reading(): { readonly read: number; readonly waiting: number };
  /** @throws LogdirError `unavailable` when the port is taken. */
  listen(options: {
    readonly host: string;
    readonly port: number;
    readonly signal: AbortSignal;
  }): Promise<Listening>;
  /** Mounts the tree on a directory. @throws LogdirError that says what is in the way. */
  mount(options: Omit<MountOptions, 'keepClear'>): Promise<Mounted>;
}

/** The parts, wired. Nothing is read, watched or listened to before it is asked for. */
export function createApp(settings: AppSettings, parts: AppParts): App {
  const { logger, metrics, version, clock } = parts;
  const history = createHistory(settings, parts);
  const { runNameTemplate, memoryMaxBytes } = settings;
  const logdir = createLogdir({
    ...{ history: history.history, synthesis: history.synthesis, metrics },
    ...{ runNameTemplate, memoryMaxBytes },
  });
  let isReady = false;
  const http = createHttpFrontend({ ...logdir, logger, metrics, version, isReady: () => isReady });
  const fuse = createFuseFrontend({ tree: logdir.tree, logger, metrics, clock });
  const keepClear = [...settings.sources, settings.cacheDir];
  return {
    ...logdir,
    start: async ({ signal }) => {
      await start(history.history, settings, signal);
      isReady = true;
    },
    look: () => history.history.relist(),
    runCounts: () => runCounts(history.history, settings.sources),
    inspect: describeSource,
    reading: () => history.history.background.progress,
    listen: async (options) => listening(await http.listen(options)),
    mount: (options) => fuse.mount({ ...options, keepClear }),
    [Symbol.asyncDispose]: () => history.history[Symbol.asyncDispose](),
  };
}

function listening(server: HttpServer): Listening {
  const { url, port } = server;
  // TensorBoard takes `::` for a chain of filesystems, so IPv6 loopback goes by its name.
  const host = new URL(url).host.replace('[::1]', 'localhost');
  const logdir = (path: string) => `webhdfs://${host}/${toWebHdfsName(path)}`;
  return { url, port, logdir, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

function createHistory(
  settings: AppSettings,
  { logger, metrics, clock }: AppParts,
): { readonly history: History; readonly synthesis: EventSynthesis } {
  const { watch, pollIntervalMs, quietAfterMs, cacheDir, cacheMaxBytes, memoryMaxBytes } = settings;
  const synthesis = new EventSynthesis();
  const sources = settings.sources.map((path) =>
    createWandbLocalSource({ path, watch, pollIntervalMs, quietAfterMs, logger, metrics, clock }),
  );
  const bounds = { cacheMaxBytes, memoryMaxBytes };
  return {
    history: new History({ sources, cacheDir, ...bounds, synthesis, logger, metrics, clock }),
    synthesis,
  };
}

/** Commands that do not follow the sources look at single paths: nothing is read ahead for them. */
async function start(history: History, { watch }: AppSettings, signal: AbortSignal): Promise<void> {
  await history.catalogue.refresh({ signal });
  if (watch === 'off') return;
  history.watch();
  history.background.enqueueAll();
}

function runCounts(history: History, sources: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map(sources.map((source) => [source, 0]));
  for (const { source } of history.catalogue.runs.values()) {
    counts.set(source.name, (counts.get(source.name) ?? 0) + 1);
  }
  return counts;
}
