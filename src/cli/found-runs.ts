/** Learning which runs there are before a command goes on, and telling people whose source holds none. @module */

import { existsSync } from 'node:fs';
import { type App, parseSource, type SourceState } from '../app/index.ts';
import { errnoOf, type LogdirError } from '../core/index.ts';
import { EXIT } from './exit-codes.ts';
import { CommandFailure } from './failure.ts';
import type { Session } from './session.ts';
import { reportText } from './source-report-text.ts';

/**
 * Learns which runs there are. A source without any is told of, with what would work instead. With `waits`, a server
 * that is away and a project without runs are no reason to fail: runs show later.
 * @throws CommandFailure `noRuns` when no source has a run.
 */
export async function startWithRuns(
  session: Session,
  app: App,
  { waits }: { readonly waits: boolean },
): Promise<void> {
  const { terminal } = session;
  const { signal } = session.interruption;
  const sources = app.sources();
  // Told before anything is opened, so that the most usual mistake gets one short message.
  const isHopeless = sources.every(({ name }) => parseSource(name).kind === 'local' && !existsSync(name));
  if (isHopeless) throw noRuns(await inspectAll(app, sources, signal));
  await app.start({ signal });
  if (session.loaded.settings.access === 'wandb') {
    terminal.note('Runs show to whoever asks with a W&B API key that may see them.');
    return;
  }
  for (const { name, failure, runs } of app.sources()) {
    if (runs > 0 && failure !== null)
      terminal.warn(`${name}: what is cached is shown, because ${failure.message}`);
  }
  const reports = await inspectAll(app, app.sources().filter(isEmpty), signal);
  if (reports.length === sources.length) {
    const later = waits && reports.find(({ outcome }) => outcome === 'away' || outcome === 'none-yet');
    if (!later) throw noRuns(reports);
    const when = later.outcome === 'away' ? 'as soon as the server answers' : 'as soon as there are any';
    terminal.note(`Starting all the same: runs show ${when}.`);
  }
  // A source with runs that all lie in an earlier source too is fine.
  for (const { text } of reports.filter(({ outcome }) => outcome !== 'runs')) terminal.warn(text);
}

/** What became of a source without runs. `away`: may be there later. `none-yet`: is there, and may have some later. */
interface EmptySource {
  readonly outcome: 'runs' | 'nothing' | 'away' | 'none-yet';
  readonly text: string;
}

/** The runs of one project are listed at the start, those of several when somebody looks. */
function isEmpty({ runs, projects, failure }: SourceState): boolean {
  return runs === 0 && (projects <= 1 || failure !== null);
}

async function inspectAll(
  app: App,
  sources: readonly SourceState[],
  signal: AbortSignal,
): Promise<readonly EmptySource[]> {
  return await Promise.all(sources.map((source) => inspect(app, source, signal)));
}

async function inspect(app: App, source: SourceState, signal: AbortSignal): Promise<EmptySource> {
  const { name, failure } = source;
  const reference = parseSource(name);
  if (reference.kind === 'local') {
    const report = await app.inspect(name, { signal });
    return { outcome: report.outcome === 'runs' ? 'runs' : 'nothing', text: reportText(name, report) };
  }
  if (failure === null) return { outcome: 'none-yet', text: noneYetText(source) };
  const isAway = failure.code === 'unavailable' || failure.code === 'rate-limited';
  // Where nobody answers, nothing says that a word which could be a folder is a project.
  const isDoubtful = reference.isBare && isUnreachable(failure);
  return { outcome: isAway && !isDoubtful ? 'away' : 'nothing', text: serverFailureText(name, failure) };
}

/** What a server said of a source, with the other reading of a word that could have been a folder. */
export function serverFailureText(name: string, { message }: LogdirError): string {
  const reference = parseSource(name);
  if (reference.kind === 'local' || !reference.isBare) return message;
  return `${name}: no such file or folder here, so it is taken as a W&B ${name.split('/').length > 2 ? 'run' : 'project'}: ${message}`;
}

export function noneYetText({ name, projects }: SourceState): string {
  return projects === 0
    ? `${name}: the W&B server lists no projects there yet`
    : `${name}: there is such a project, and it has no runs yet`;
}

/** No answer came, or none in time, as opposed to one that says that the server has trouble. */
function isUnreachable({ cause }: LogdirError): boolean {
  const errno = errnoOf(cause) ?? errnoOf(cause instanceof Error ? cause.cause : null) ?? '';
  return errno === 'ERR_CANCELED' || (errno.startsWith('E') && !errno.startsWith('ERR_'));
}

function noRuns(reports: readonly EmptySource[]): CommandFailure {
  return new CommandFailure(EXIT.noRuns, reports.map(({ text }) => text).join('\n'));
}
