/** One run of one command: its settings, its log, its way to be interrupted, and the app it opens. @module */

import { existsSync } from 'node:fs';
import { type App, createApp, type SourceReport } from '../app.ts';
import { type Environment, type LoadedSettings, loadSettings, type Settings } from '../config/index.ts';
import { systemClock } from '../core/index.ts';
import { createLogger, createMetrics, type Logger } from '../observability/index.ts';
import { EXIT } from './exit-codes.ts';
import { CommandFailure } from './failure.ts';
import { type Interruption, listenForInterruption } from './interruption.ts';
import { givenFlags } from './setting-options.ts';
import type { Terminal } from './terminal.ts';

/** Arguments as the parser leaves them. */
export type Arguments = Readonly<Record<string, unknown>>;

export interface Session extends Disposable {
  readonly loaded: LoadedSettings;
  readonly environment: Environment;
  readonly terminal: Terminal;
  readonly logger: Logger;
  readonly interruption: Interruption;
  readonly version: string;
  /** Builds the app; the caller disposes it. */
  createApp(changes?: Partial<Settings>): App;
}

export interface SessionOptions {
  readonly arguments: Arguments;
  readonly environment: Environment;
  readonly terminal: Terminal;
  readonly version: string;
}

/** @throws LogdirError `invalid-argument` when a setting is wrong. */
export function openSession(options: SessionOptions): Session {
  const { environment, terminal, version } = options;
  const loaded = loadSettings({ flags: givenFlags(options.arguments), environment });
  const { logLevel: level, logFormat } = loaded.settings;
  const { isTTY = false } = terminal.stderr;
  const format = logFormat === 'auto' ? (isTTY ? 'pretty' : 'json') : logFormat;
  const logger = createLogger({ level, format, color: isTTY && !environment.noColor });
  const interruption = listenForInterruption();
  return {
    loaded,
    environment,
    terminal,
    logger,
    interruption,
    version,
    createApp: (changes) =>
      createApp(
        { ...loaded.settings, ...changes },
        { logger, metrics: createMetrics(), clock: systemClock, version },
      ),
    [Symbol.dispose]: () => interruption[Symbol.dispose](),
  };
}

/**
 * Learns which runs there are. A source without any is told of, with what would work instead.
 * @throws CommandFailure `noRuns` when no source has a run.
 */
export async function startWithRuns({ interruption, terminal, loaded }: Session, app: App): Promise<void> {
  const { signal } = interruption;
  const { sources } = loaded.settings;
  // Told before anything is opened, so that the most usual mistake gets one short message.
  if (!sources.some((source) => existsSync(source))) throw await noRuns(app, sources, signal);
  await app.start({ signal });
  const counts = [...app.runCounts()];
  const empty = counts.filter(([, count]) => count === 0).map(([source]) => source);
  if (empty.length === counts.length) throw await noRuns(app, empty, signal);
  const reports = await Promise.all(empty.map((source) => app.inspect(source, { signal })));
  // A source with runs that all lie in an earlier source too is fine.
  for (const report of reports.filter(({ outcome }) => outcome !== 'runs')) {
    terminal.note(`${terminal.noteStyle('yellow', 'warning:')} ${reportText(report)}`);
  }
}

async function noRuns(app: App, sources: readonly string[], signal: AbortSignal): Promise<CommandFailure> {
  const reports = await Promise.all(sources.map((source) => app.inspect(source, { signal })));
  return new CommandFailure(EXIT.noRuns, reports.map(reportText).join('\n'));
}

/** What was looked at, and what would work. */
export function reportText({
  path,
  lookedAt,
  directoryCount,
  unreadable,
  foreign,
  advice,
}: SourceReport): string {
  const more = directoryCount - lookedAt.length;
  const lines = [
    ...(lookedAt.length > 0
      ? [`looked in: ${lookedAt.join(', ')}${more > 0 ? ` and ${more} more` : ''}`]
      : []),
    ...unreadable.map((item) => `not readable: ${item.path}`),
    ...(foreign.length > 0 ? [`not W&B logs: ${foreign.join(', ')}`] : []),
    advice,
  ];
  return [`no runs in ${path}`, ...lines.map((line) => `  ${line}`)].join('\n');
}
