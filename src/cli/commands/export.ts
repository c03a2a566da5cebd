/** `export`: runs written to a folder, as event files or tables. @module */

import { EXPORT_FORMATS, type ExportFormat, type ExportReport } from '../../app/index.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { showExporting } from '../export-progress.ts';
import { CommandFailure } from '../failure.ts';
import { startWithRuns } from '../found-runs.ts';
import { areQueries, noneNow, queriedRuns } from '../queried-runs.ts';
import type { Arguments, Session } from '../session.ts';
import { leftOutText, nextText, outcomeText, unmetText } from './export-text.ts';

/** Runs told of one by one. */
const MAX_TOLD = 20;

export async function exportRuns(session: Session, argv: Arguments): Promise<ExitCode> {
  const { terminal, interruption } = session;
  const folder = String(argv['DEST']);
  const format = formatOf(argv['format']);
  const tags = patternsOf(argv['tags']);
  const { sources, runs } = queriedRuns(session.loaded.settings.sources, patternsOf(argv['runs']));
  await using app = session.createApp({ watch: 'off', sources });
  await startWithRuns(session, app, { waits: false });
  const startedMs = performance.now();
  using display = showExporting(terminal);
  const { signal } = interruption;
  const report = await app.export({ folder, format, tags, runs, signal, onProgress: display.update });
  display[Symbol.dispose]();
  const stopped = interruption.exitCode();
  if (report.runs === 0 && stopped === null) {
    if (!areQueries(runs)) throw noneChosen(runs);
    terminal.print(`${noneNow(runs)}: nothing was written`);
    return EXIT.ok;
  }
  terminal.print(outcomeText(report, folder, performance.now() - startedMs));
  tellLeftOut(session, report);
  for (const unmet of report.unmetTags) terminal.warn(unmetText(unmet));
  if (stopped !== null) terminal.note('Stopped; the same command goes on from here.');
  else terminal.print(nextText(format, folder));
  // Whatever stopped it, a script must not take it for done.
  if (stopped !== null) return EXIT.interrupted;
  return report.leftOut.length > 0 ? EXIT.internal : EXIT.ok;
}

function formatOf(given: unknown): ExportFormat {
  return EXPORT_FORMATS.find((choice) => choice === given) ?? 'tfevents';
}

/** Null: all. */
function patternsOf(given: unknown): readonly string[] | null {
  const patterns = [given].flat().filter((item) => item !== undefined);
  return patterns.length === 0 ? null : patterns.map(String);
}

function noneChosen(runs: readonly string[] | null): CommandFailure {
  return new CommandFailure(
    EXIT.pathNotFound,
    `no run is called ${(runs ?? []).join(' or ')}; wandb-logdir tree shows all there are`,
  );
}

function tellLeftOut({ terminal }: Session, { leftOut }: ExportReport): void {
  for (const one of leftOut.slice(0, MAX_TOLD)) terminal.warn(leftOutText(one));
  const more = leftOut.length - MAX_TOLD;
  if (more > 0) terminal.warn(`and ${more} more`);
}
