/** Builds the program's parts, and wires them. @module */

import { resolve } from 'node:path';
import { Reloaders } from '../core/index.ts';
import { EventFiles, type MediaPolicy, SeriesViews } from '../eventfile/index.ts';
import { createFuseFrontend } from '../frontends/fuse/index.ts';
import { createGrpcFrontend } from '../frontends/grpc/index.ts';
import type { GrpcPort } from '../frontends/pages/index.ts';
import type { WebServer } from '../frontends/web/index.ts';
import { prefetch } from '../history/index.ts';
import { Media } from '../media/index.ts';
import { Namespace, OPERATOR } from '../namespace/index.ts';
import { Curves, createDataProvider } from '../series/index.ts';
import { describeSource, parseSource, understandSource } from '../sources/index.ts';
import type { App, AppParts, AppSettings } from './app.ts';
import { accessOf, CallerViews, keyRingOf, requireDecision, withKeysOf } from './callers.ts';
import { createDerivedRuns, derivedAsRuns } from './derived-runs.ts';
import { Opening } from './opening.ts';
import { createHistory, Servers, sourceStates, start } from './sources.ts';
import { viewDefinitions } from './view-definitions.ts';

/** Of the memory for what is encoded, what curves on pages may take: some hundred curves of 10,000 points in the default. */
const PAGES_MEMORY_SHARES = 8;

/** The parts, wired. Nothing is read, watched or listened to before it is asked for. */
export function createApp(given: AppSettings, parts: AppParts): App {
  const settings = { ...given };
  const reloaders = new Reloaders();
  const accessLog = () => settings.accessLog ?? 'auto';
  const { logger, metrics, clock } = parts;
  const keys = keyRingOf(settings, parts, {
    server: (baseUrl) => servers.at(baseUrl),
    relist: () => history.relist(),
  });
  const servers = new Servers(settings, keys === null ? parts : withKeysOf(keys, settings, parts));
  const history = createHistory(settings, parts, servers, keys);
  const access = accessOf(settings, keys, logger);
  if (settings.accessFile !== null) reloaders.add('access file', () => access.reload());
  let rulesRead: Promise<void> | undefined;
  const readRules = async () => {
    rulesRead ??= access.reload();
    await rulesRead;
  };
  const { runNameTemplate, memoryMaxBytes, xAxis } = settings;
  const namespace = new Namespace({ history, runNameTemplate });
  const files = new Media({ store: history.store, memoryMaxBytes, logger, metrics, clock });
  const media = mediaPolicy(settings);
  const charts = settings.charts !== 'off';
  const viewing = { history, memoryMaxBytes, xAxis, media, charts, files, logger, metrics };
  const events = new EventFiles(viewing);
  const views = new SeriesViews(events, viewing);
  const curves = new Curves({ events: views, metrics, maxBytes: memoryMaxBytes / PAGES_MEMORY_SHARES });
  const derived = createDerivedRuns(viewing, clock, viewDefinitions(settings));
  const seen = { history, events, derived, namespace, curves, caller: OPERATOR };
  const callers = new CallerViews(seen);
  const logdir = callers.of(OPERATOR);
  const opening = new Opening();
  let grpc: GrpcPort | null = null;
  const ownSources = settings.sources.map(absoluteSource);
  let web: WebServer | undefined;
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
      await readRules();
      const { createWeb, listening } = await import('./http-doors.ts');
      web ??= createWeb({ callers, access, ownSources, grpc: () => grpc }, opening, { ...parts, accessLog });
      const server = await web.listen(options);
      if (options.serving?.tls) reloaders.add('certificate', () => server.reload());
      return listening(server);
    },
    listenS3: async (options) => {
      requireDecision(settings, options.host);
      await readRules();
      const { listenS3 } = await import('./http-doors.ts');
      const server = await listenS3({ callers, access }, options, { ...parts, accessLog });
      if (options.serving?.tls) reloaders.add('certificate of S3', () => server.reload());
      return server;
    },
    provideData: async ({ projects, query = [], derivation = null, ...options }) => {
      if (derivation?.kind === 'view') derived.views.named(derivation.name);
      const maxResponsePoints = () => settings.maxResponsePoints;
      const provider = createDataProvider({
        ...{ ...seen, files, projects, logger, metrics, clock },
        ...(derivation === null
          ? { events: views, query }
          : {
              events: derived.series,
              choose: derivedAsRuns(namespace, derived.views, { query, derivation }),
            }),
        ...{ started: opening.over, memoryMaxBytes, maxResponsePoints },
        hiddenPlugins: hiddenPlugins(settings),
      });
      const server = await createGrpcFrontend({ provider, logger, metrics, accessLog }).listen(options);
      // One that shows a choice would not do for the pages, which show everything.
      if (projects === null && query.length === 0 && derivation === null)
        grpc = { ...server, direct: parts.direct ?? '' };
      return server;
    },
    onReload: (name, reload) => reloaders.add(name, reload),
    reload: async (changes) => {
      Object.assign(settings, changes);
      return await reloaders.reload();
    },
    mount: async (options) => {
      const isPerUser = options.allowOther && settings.accessFile !== null;
      if (isPerUser) await readRules();
      const treeOf = (uid: number) => callers.of(access.ofUser(uid)).tree;
      return await fuse.mount({ ...options, keepClear, ...(isPerUser && { treeOf }) });
    },
    verify: async (options) => {
      const { verify } = await import('../verify/index.ts');
      return await verify(
        { ...seen, ...logdir, views, files, hiddenPlugins: hiddenPlugins(settings) },
        options,
      );
    },
    export: async (options) => {
      const { exportRuns } = await import('../export/index.ts');
      return await exportRuns({ ...seen, ...logdir, keepClear }, options);
    },
    [Symbol.asyncDispose]: async () => {
      access[Symbol.dispose]();
      await derived[Symbol.asyncDispose]();
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

/** A source as it is named in any folder of this machine. */
function absoluteSource(source: string): string {
  return parseSource(source).kind === 'local' ? resolve(source) : source;
}
