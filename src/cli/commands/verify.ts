/** `verify`: runs read again through a door and held against what was logged. @module */

import { mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App, OpenDoor, VerifyReport } from '../../app/index.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';
import { startWithRuns } from '../found-runs.ts';
import { relaunchThroughPython } from '../python-relaunch.ts';
import { areQueries, noneNow, type QueriedRuns, queriedRuns } from '../queried-runs.ts';
import type { Arguments, Session } from '../session.ts';
import { mountTree, requireRoute } from '../tree-mount.ts';
import { showVerifying } from '../verify-progress.ts';
import { failureText, mismatchLines, noMismatch, runText, totalText } from './verify-text.ts';

const LOOPBACK = { host: '127.0.0.1', port: 0 };

export async function verify(session: Session, argv: Arguments): Promise<ExitCode> {
  const through = String(argv['through']);
  const given = argv['runs'] === undefined ? null : [String(argv['runs'])];
  const { sources, runs } = queriedRuns(session.loaded.settings.sources, given);
  const [chosen = null] = runs ?? [];
  if (through === 'mount') return await throughMount(session, argv, { sources, runs: chosen });
  // All points in one answer.
  await using app = session.createApp({
    ...{ watch: 'off', sources },
    maxResponsePoints: Number.MAX_SAFE_INTEGER,
  });
  await startWithRuns(session, app, { waits: false });
  if (through === 'http') {
    const { signal } = session.interruption;
    await using server = await app.listen({ ...LOOPBACK, signal });
    return await compare(session, argv, app, { runs: chosen, through: { kind: 'http', url: server.url } });
  }
  if (through === 'grpc') {
    await using server = await app.provideData({ ...LOOPBACK, tls: null, projects: null });
    return await compare(session, argv, app, {
      runs: chosen,
      through: { kind: 'grpc', address: server.address },
    });
  }
  return await compare(session, argv, app, { runs: chosen, through: { kind: 'tree' } });
}

/** On a directory that is given, or on one for the time being. */
async function throughMount(
  session: Session,
  argv: Arguments,
  { sources, runs }: Pick<QueriedRuns, 'sources'> & { readonly runs: string | null },
): Promise<ExitCode> {
  const given = argv['at'] === undefined ? null : String(argv['at']);
  const directory = given ?? (await mkdtemp(join(tmpdir(), 'wandb-logdir-verify-')));
  try {
    const route = await requireRoute(session, directory);
    if (route.kind === 'python') {
      if (given !== null) return await relaunchThroughPython(session, route);
      const message =
        'mounting goes by way of Python here, and needs a directory that is named: add --at DIR';
      throw new CommandFailure(EXIT.mountFailed, message);
    }
    await using app = session.createApp({ watch: 'off', sources });
    await startWithRuns(session, app, { waits: false });
    await using mounted = await mountTree(session, app, route);
    const through = { kind: 'mount', directory: mounted.directory ?? directory } as const;
    return await compare(session, argv, app, { runs, through });
  } finally {
    if (given === null) await rmdir(directory).catch(() => undefined);
  }
}

async function compare(
  session: Session,
  argv: Arguments,
  app: App,
  { runs, through }: { readonly runs: string | null; readonly through: OpenDoor },
): Promise<ExitCode> {
  const { terminal, interruption } = session;
  const { signal } = interruption;
  using display = showVerifying(terminal);
  const report = await app.verify({ through, runs, signal, onProgress: display.update });
  display[Symbol.dispose]();
  const stopped = interruption.exitCode();
  if (report.runs.length === 0 && runs !== null && stopped === null) {
    const none = areQueries([runs])
      ? `${noneNow([runs])}: nothing was compared`
      : `no run is called ${runs}; wandb-logdir tree shows all there are`;
    throw new CommandFailure(EXIT.pathNotFound, none);
  }
  if (argv['json'] === true) terminal.print(JSON.stringify(report, null, 2));
  else printReport(session, report);
  return stopped ?? (noMismatch(report) ? EXIT.ok : EXIT.internal);
}

function printReport({ terminal }: Session, report: VerifyReport): void {
  for (const run of report.runs) {
    terminal.print(runText(run));
    for (const note of run.notes) terminal.warn(`${run.run}: ${note}`);
    if (run.failure !== null) terminal.fail(failureText(run));
  }
  for (const line of mismatchLines(report)) terminal.print(line);
  terminal.print(totalText(report));
}
