/** One run of one command: its settings, its log, its way to be interrupted, and the app it opens. @module */

import { type App, createApp } from '../app/index.ts';
import {
  apiKeyFinder,
  type CommandName,
  type Environment,
  type LoadedSettings,
  loadSettings,
  SERVERS,
  type Settings,
} from '../config/index.ts';
import { systemClock } from '../core/index.ts';
import {
  createLogger,
  createMetrics,
  type Logger,
  type LogLevel,
  silentMetrics,
} from '../observability/index.ts';
import { usableCache } from './cache-directory.ts';
import { type Interruption, listenForInterruption } from './interruption.ts';
import { directPrefix } from './proxy-environment.ts';
import { givenFlags } from './setting-options.ts';
import { hasTerminal, recordingTerminal, type Terminal } from './terminal.ts';

/** Arguments as the parser leaves them. */
export type Arguments = Readonly<Record<string, unknown>>;

export interface Announcement {
  readonly message: string;
  readonly fields: object;
  /** The same as text. */
  readonly lines: readonly string[];
}

export interface Session extends Disposable {
  readonly loaded: LoadedSettings;
  /** The same as they were given: another cache directory may have had to do. */
  readonly given: LoadedSettings;
  readonly environment: Environment;
  readonly terminal: Terminal;
  readonly logger: Logger;
  readonly interruption: Interruption;
  readonly version: string;
  /** That the program was built from; null: not known. */
  readonly commit: string | null;
  /** The settings as they are given now: the config file is read again. @throws LogdirError as `loadSettings` */
  reread(): LoadedSettings;
  /** Least severe message that is logged with these settings. */
  logLevelOf(loaded: LoadedSettings): LogLevel;
  /** Tells the person at the terminal what a server is at, and the log. Where programs read along, the log alone. */
  announce(announcement: Announcement): void;
  /** Builds the app; the caller disposes it. */
  createApp(changes?: Partial<Settings>): App;
}

export interface SessionOptions {
  readonly arguments: Arguments;
  /** Whose options these are; absent: all there are. */
  readonly command?: CommandName;
  readonly environment: Environment;
  readonly terminal: Terminal;
  readonly version: string;
  /** Default: not known. */
  readonly commit?: string | null;
  /** See `Command.isBrief`. */
  readonly isBrief?: boolean;
  /** See `Command.reportsCache`. */
  readonly reportsCache?: boolean;
  /** Whether somebody can ask for metrics. Default: unless it is brief. */
  readonly exposesMetrics?: boolean;
}

/** @throws LogdirError `invalid-argument` when a setting is wrong; CommandFailure for a cache that cannot be. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { environment, version, commit = null, exposesMetrics = !options.isBrief } = options;
  const flags = givenFlags(options.arguments, options.command ?? null);
  const reread = () => loadSettings({ flags, environment });
  const given = reread();
  const loaded = await withCache(given, options);
  const logger = loggerFor(loaded, options);
  const isForPrograms = loaded.settings.logFormat === 'json' && !options.isBrief;
  const terminal = isForPrograms ? recordingTerminal(options.terminal, logger) : options.terminal;
  for (const text of loaded.warnings) terminal.warn(text);
  const interruption = listenForInterruption({ hangup: keepsOn(options) ? 'keep' : 'stop' });
  return {
    ...{ loaded, given, environment, terminal, logger, interruption, version, commit, reread },
    logLevelOf: (settings) => logLevelOf(settings, options),
    announce: ({ message, fields, lines }) => {
      logger.info(fields, message);
      if (!isForPrograms) for (const line of lines) terminal.print(line);
    },
    createApp: (changes) =>
      createApp(
        { ...loaded.settings, configFile: loaded.configFile, ...changes },
        {
          metrics: exposesMetrics ? createMetrics({ version, commit }) : silentMetrics(),
          ...{ logger, clock: systemClock, version },
          findApiKey: apiKeyFinder(environment, loaded.settings.apiKeyFile),
          noProxy: environment.noProxy,
          direct: directPrefix(environment.variables),
        },
      ),
    [Symbol.dispose]: () => interruption[Symbol.dispose](),
  };
}

function loggerFor(loaded: LoadedSettings, options: SessionOptions): Logger {
  const { isTTY = false } = options.terminal.stderr;
  const { logFormat } = loaded.settings;
  const format = logFormat === 'auto' ? (isTTY ? 'pretty' : 'json') : logFormat;
  const level = logLevelOf(loaded, options);
  return createLogger({ level, format, color: isTTY && !options.environment.noColor });
}

/** Unless a level was given: a log for programs tells all that a server says, one for people what is not as it should be. */
function logLevelOf({ settings, origins }: LoadedSettings, { isBrief }: SessionOptions): LogLevel {
  const { logLevel, logFormat } = settings;
  if (origins.logLevel !== 'default') return logLevel;
  if (isBrief) return 'error';
  return logFormat === 'json' ? 'info' : logLevel;
}

/** Whether SIGHUP is no reason to stop: it tells of no terminal, or of one whose end does not matter. */
function keepsOn({ environment, command }: SessionOptions): boolean {
  const isServer = SERVERS.some((name) => name === command);
  return environment.isUnderNohup || (isServer && !hasTerminal());
}

/** The settings, with the cache directory that will be used. */
async function withCache(
  loaded: LoadedSettings,
  { environment, reportsCache }: SessionOptions,
): Promise<LoadedSettings> {
  const { cacheDir, warning } = reportsCache
    ? { cacheDir: loaded.settings.cacheDir, warning: null }
    : await usableCache(loaded, environment);
  const warnings = [...loaded.warnings, ...(warning === null ? [] : [warning])];
  return { ...loaded, warnings, settings: { ...loaded.settings, cacheDir } };
}
