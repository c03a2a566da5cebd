/** Learning which runs there are before a server starts, and telling people whose path holds none. @module */

import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type App, parseSource, type SourceReport } from '../app.ts';
import { EXIT } from './exit-codes.ts';
import { CommandFailure } from './failure.ts';
import type { Session } from './session.ts';
import type { Terminal } from './terminal.ts';

/** How often to look whether a run that was just started has written its first block. */
const FIRST_BLOCK_POLL_MS = 1000;

/**
 * Learns which runs there are. A source without any is told of, with what would work instead. With `waits`, the
 * first block of a run that was just started is waited for, and a server that is away is not.
 * @throws CommandFailure `noRuns` when no source has a run.
 */
export async function startWithRuns(
  session: Session,
  app: App,
  { waits }: { readonly waits: boolean },
): Promise<void> {
  const { terminal } = session;
  const { signal } = session.interruption;
  const sources = app.sources().map(({ name }) => name);
  // Told before anything is opened, so that the most usual mistake gets one short message.
  const isHopeless = sources.every((source) => parseSource(source).kind === 'local' && !existsSync(source));
  if (isHopeless) throw noRuns(await inspectAll(app, sources, signal));
  await app.start({ signal });
  for (const { name, failure, runs } of app.sources()) {
    if (runs > 0 && failure !== null)
      warn(terminal, `${name}: what is cached is shown, because ${failure.message}`);
  }
  const empty = emptySources(app);
  const reports = await inspectAll(app, empty, signal);
  if (empty.length === sources.length) {
    const isAway = waits && reports.some(({ outcome }) => outcome === 'away');
    if (!isAway && (!waits || !mayBegin(reports))) throw noRuns(reports);
    if (!isAway) return await waitForFirstBlock(session, app);
    terminal.note('Starting all the same: runs show as soon as the server answers.');
  }
  // A source with runs that all lie in an earlier source too is fine.
  for (const { text } of reports.filter(({ outcome }) => outcome !== 'runs')) warn(terminal, text);
}

/** @throws CommandFailure `noRuns` when the run went away. */
async function waitForFirstBlock(session: Session, app: App): Promise<void> {
  const { signal } = session.interruption;
  const sources = app.sources().map(({ name }) => name);
  session.terminal.note(
    'A run has just started: waiting for the first 32 KiB of its log, which come at once.',
  );
  while (emptySources(app).length === sources.length) {
    await delay(FIRST_BLOCK_POLL_MS, undefined, { signal });
    await app.look();
    const reports = await inspectAll(app, emptySources(app), signal);
    if (reports.length === sources.length && !mayBegin(reports)) throw noRuns(reports);
  }
}

/** What became of a source without runs. */
interface EmptySource {
  /** `away`: may be there later. */
  readonly outcome: SourceReport['outcome'] | 'refused' | 'away';
  readonly text: string;
}

/** Whether a run is about to show, or showed between two looks. */
function mayBegin(reports: readonly EmptySource[]): boolean {
  return reports.some(({ outcome }) => outcome === 'starting' || outcome === 'runs');
}

function emptySources(app: App): string[] {
  // A project of a server that has no runs yet is there all the same.
  return app.sources().flatMap(({ name, runs, listsByProject, failure }) => {
    const isEmpty = runs === 0 && (!listsByProject || failure !== null);
    return isEmpty ? [name] : [];
  });
}

async function inspectAll(
  app: App,
  sources: readonly string[],
  signal: AbortSignal,
): Promise<readonly EmptySource[]> {
  return await Promise.all(sources.map((source) => inspect(app, source, signal)));
}

async function inspect(app: App, source: string, signal: AbortSignal): Promise<EmptySource> {
  if (parseSource(source).kind === 'local') {
    const report = await app.inspect(source, { signal });
    return { outcome: report.outcome, text: reportText(report) };
  }
  const failure = app.sources().find(({ name }) => name === source)?.failure ?? null;
  if (failure === null) return { outcome: 'runs', text: '' };
  const isAway = failure.code === 'unavailable' || failure.code === 'rate-limited';
  return { outcome: isAway ? 'away' : 'refused', text: failure.message };
}

function noRuns(reports: readonly EmptySource[]): CommandFailure {
  return new CommandFailure(EXIT.noRuns, reports.map(({ text }) => text).join('\n'));
}

function warn(terminal: Terminal, text: string): void {
  terminal.note(`${terminal.noteStyle('yellow', 'warning:')} ${text}`);
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
