/** `prefetch`: every run of the sources into the cache, with its progress on the screen. @module */

import type { App, PrefetchProgress } from '../../app/index.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { startWithRuns } from '../found-runs.ts';
import { showPrefetch } from '../prefetch-progress.ts';
import type { Session } from '../session.ts';

/** Failures told one by one; the log has the rest. */
const MAX_TOLD = 10;

export async function prefetch(session: Session): Promise<ExitCode> {
  const { terminal, interruption } = session;
  const { signal } = interruption;
  await using app = session.createApp({ watch: 'off' });
  await startWithRuns(session, app, { waits: false });
  const startedMs = performance.now();
  using display = showPrefetch(terminal, app);
  const result = await app.prefetch({ signal, onProgress: display.update });
  display[Symbol.dispose]();
  terminal.print(summaryText(app, result, performance.now() - startedMs));
  for (const { run, failure } of result.failures.slice(0, MAX_TOLD)) {
    terminal.note(`${terminal.noteStyle('yellow', 'warning:')} ${run.key.runId}: ${failure.message}`);
  }
  const stopped = interruption.exitCode();
  if (stopped !== null) terminal.note('Stopped; the same command goes on from here.');
  return stopped ?? (result.failures.length > 0 ? EXIT.internal : EXIT.ok);
}

function summaryText(app: App, { done, runs, rows, failures }: PrefetchProgress, ms: number): string {
  const megabytes = (app.serverReport().receivedBytes / 1e6).toFixed(1);
  const failed = failures.length > 0 ? `, ${failures.length} failed` : '';
  const count = (value: number) => value.toLocaleString('en');
  return `${count(done)} of ${count(runs)} runs, ${count(rows)} rows, ${megabytes} MB in ${(ms / 1000).toFixed(1)} s${failed}`;
}
