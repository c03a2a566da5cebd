/** Learning which runs there are before a server starts, and telling people whose path holds none. @module */

import { existsSync } from 'node:fs';
import { type App, type PassedOver, parseSource, type SourceReport } from '../app.ts';
import { EXIT } from './exit-codes.ts';
import { CommandFailure } from './failure.ts';
import type { Session } from './session.ts';

/**
 * Learns which runs there are. A source without any is told of, with what would work instead. With `waits`, a server
 * that is away is no reason to fail: its runs show later.
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
      terminal.warn(`${name}: what is cached is shown, because ${failure.message}`);
  }
  const empty = emptySources(app);
  const reports = await inspectAll(app, empty, signal);
  if (empty.length === sources.length) {
    const isAway = waits && reports.some(({ outcome }) => outcome === 'away');
    if (!isAway) throw noRuns(reports);
    terminal.note('Starting all the same: runs show as soon as the server answers.');
  }
  // A source with runs that all lie in an earlier source too is fine.
  for (const { text } of reports.filter(({ outcome }) => outcome !== 'runs')) terminal.warn(text);
}

/** What became of a source without runs. */
interface EmptySource {
  /** `away`: may be there later. */
  readonly outcome: SourceReport['outcome'] | 'refused' | 'away';
  readonly text: string;
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

/** What was looked at, and what would work. */
export function reportText({
  path,
  lookedAt,
  directoryCount,
  unreadable,
  foreign,
  passedOver,
  advice,
}: SourceReport): string {
  const more = directoryCount - lookedAt.length;
  const lines = [
    ...(lookedAt.length > 0
      ? [`looked in: ${lookedAt.join(', ')}${more > 0 ? ` and ${more} more` : ''}`]
      : []),
    ...unreadable.map((item) => `not readable: ${item.path}`),
    ...passedOver.map((item) => `not looked into: ${passedOverText(item)}`),
    ...(foreign.length > 0 ? [`not W&B logs: ${foreign.join(', ')}`] : []),
    advice,
  ];
  return [`no runs in ${path}`, ...lines.map((line) => `  ${line}`)].join('\n');
}

const PASSED_OVER_REASONS: Readonly<Record<PassedOver['reason'], string>> = {
  hidden: 'hidden',
  packages: 'packages',
  system: 'of the system',
  depth: 'too deep; give a path nearer to the runs',
  count: 'beyond the most that are looked into; give a path nearer to the runs',
};

/** Directories below a path that nobody looked into: how many, why, and one of them. */
export function passedOverText({ reason, count, example }: PassedOver): string {
  const what = count === 1 ? 'directory' : 'directories';
  return `${count} ${what} (${PASSED_OVER_REASONS[reason]}), as ${example}`;
}
