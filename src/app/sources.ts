/** Where history comes from: servers, sources, and the history that is read from them. @module */

import { join } from 'node:path';
import type { KeyRing } from '../access/index.ts';
import { apiUrl } from '../config/index.ts';
import { History, LocalStore } from '../history/index.ts';
import {
  connectWandbServer,
  type SourceContext,
  understandSource,
  type WandbServer,
} from '../sources/index.ts';
import type { AppParts, AppSettings, SourceState } from './app.ts';

/** Servers by the address of their API; nothing is asked of one before somebody looks. */
export class Servers {
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

export function createHistory(
  settings: AppSettings,
  parts: AppParts,
  servers: Servers,
  keys: KeyRing | null,
): History {
  const { cacheDir, memoryMaxBytes } = settings;
  const { logger, metrics, clock } = parts;
  const context = sourceContext(settings, parts, servers);
  const known = keys && { knownProjects: () => keys.projects() };
  const sources = settings.sources.map((text) => understandSource(text).create({ ...context, ...known }));
  const store = new LocalStore({
    cacheDir,
    maxBytes: () => settings.cacheMaxBytes,
    logger: logger.child({ room: 'history' }),
    metrics,
    clock,
  });
  // Any of many people could have a run that looks like one of a folder.
  const assumesOwners = keys === null;
  return new History({ sources, store, memoryMaxBytes, assumesOwners, logger, metrics, clock });
}

/** Commands that do not follow the sources look at single paths: nothing is read ahead for them. */
export async function start(history: History, { watch }: AppSettings, signal: AbortSignal): Promise<void> {
  await history.catalogue.refresh({ signal });
  if (watch === 'off') return;
  history.watch();
  history.background.enqueueAll();
}

export function sourceStates({ catalogue }: History): SourceState[] {
  return catalogue.sources.map((source) => ({
    name: source.name,
    listsByProject: source.policy.listing === 'per-project',
    runs: catalogue.runCount(source),
    projects: catalogue.projectCount(source),
    failure: catalogue.failure(source),
  }));
}
