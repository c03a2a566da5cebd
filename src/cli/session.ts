/** One run of one command: its settings, its log, its way to be interrupted, and the app it opens. @module */

import { type App, createApp } from '../app.ts';
import {
  apiKeyFinder,
  type CommandName,
  type Environment,
  type LoadedSettings,
  loadSettings,
  type Settings,
} from '../config/index.ts';
import { systemClock } from '../core/index.ts';
import { createLogger, createMetrics, type Logger } from '../observability/index.ts';
import { usableCache } from './cache-directory.ts';
import { type Interruption, listenForInterruption } from './interruption.ts';
import { directPrefix } from './proxy-environment.ts';
import { givenFlags } from './setting-options.ts';
import { recordingTerminal, type Terminal } from './terminal.ts';

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
  readonly environment: Environment;
  readonly terminal: Terminal;
  readonly logger: Logger;
  readonly interruption: Interruption;
  readonly version: string;
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
  /** See `Command.isBrief`. */
  readonly isBrief?: boolean;
  /** See `Command.reportsCache`. */
  readonly reportsCache?: boolean;
}

/** @throws LogdirError `invalid-argument` when a setting is wrong; CommandFailure for a cache that cannot be. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { environment, version } = options;
  const loaded = await withCache(options);
  const { logLevel, logFormat } = loaded.settings;
  const usualLevel = options.isBrief ? 'error' : logFormat === 'json' ? 'info' : logLevel;
  const level = loaded.origins.logLevel === 'default' ? usualLevel : logLevel;
  const { isTTY = false } = options.terminal.stderr;
  const format = logFormat === 'auto' ? (isTTY ? 'pretty' : 'json') : logFormat;
  const logger = createLogger({ level, format, color: isTTY && !environment.noColor });
  const isForPrograms = logFormat === 'json' && !options.isBrief;
  const terminal = isForPrograms ? recordingTerminal(options.terminal, logger) : options.terminal;
  for (const text of loaded.warnings) terminal.warn(text);
  const interruption = listenForInterruption({ ignoresHangup: environment.isUnderNohup });
  return {
    loaded,
    environment,
    terminal,
    logger,
    interruption,
    version,
    announce: ({ message, fields, lines }) => {
      logger.info(fields, message);
      if (!isForPrograms) for (const line of lines) terminal.print(line);
    },
    createApp: (changes) =>
      createApp(
        { ...loaded.settings, ...changes },
        {
          ...{ logger, metrics: createMetrics({ version }), clock: systemClock, version },
          findApiKey: apiKeyFinder(environment, loaded.settings.apiKeyFile),
          noProxy: environment.noProxy,
          direct: directPrefix(environment.variables),
        },
      ),
    [Symbol.dispose]: () => interruption[Symbol.dispose](),
  };
}

/** The settings, with the cache directory that will be used. */
async function withCache(options: SessionOptions): Promise<LoadedSettings> {
  const { environment } = options;
  const flags = givenFlags(options.arguments, options.command ?? null);
  const loaded = loadSettings({ flags, environment });
  const { cacheDir, warning } = options.reportsCache
    ? { cacheDir: loaded.settings.cacheDir, warning: null }
    : await usableCache(loaded, environment);
  const warnings = [...loaded.warnings, ...(warning === null ? [] : [warning])];
  return { ...loaded, warnings, settings: { ...loaded.settings, cacheDir } };
}
