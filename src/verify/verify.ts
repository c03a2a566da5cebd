/**
 * Runs are read again through a door with TensorBoard's rules and held against what history says of them: every point that
 * was logged is there, unchanged, or there is a reason why not.
 * @module
 */

import { LogdirError, sizeText, toLogdirError } from '../core/index.ts';
import type { EventFiles, SeriesViews } from '../eventfile/index.ts';
import type { History, Run } from '../history/index.ts';
import type { Media } from '../media/index.ts';
import { type Caller, chosenRuns, type Namespace } from '../namespace/index.ts';
import type { LogdirTree } from '../tree/index.ts';
import { httpDoor, mountDoor, treeDoor } from './file-doors.ts';
import { RunFindings, type RunReport, totalReport, type VerifyReport } from './run-report.ts';
import { type RunCheck, throughFiles } from './through-files.ts';

/** A way to the runs that is open: the tree itself, a server, a mounted directory, a data server. */
export type OpenDoor =
  | { readonly kind: 'tree' }
  | { readonly kind: 'http'; readonly url: string }
  | { readonly kind: 'mount'; readonly directory: string }
  | { readonly kind: 'grpc'; readonly address: string };

export interface VerifyParts {
  readonly history: History;
  readonly namespace: Namespace;
  /** Whose runs are compared. */
  readonly caller: Caller;
  readonly tree: LogdirTree;
  readonly events: EventFiles;
  /** As the data provider has them. */
  readonly views: SeriesViews;
  readonly files: Media;
  /** Names of plugins of which data servers show nothing. */
  readonly hiddenPlugins: ReadonlySet<string>;
}

export interface VerifyProgress {
  readonly runs: number;
  readonly done: number;
  /** Points read so far. */
  readonly points: number;
}

export interface VerifyOptions {
  readonly through: OpenDoor;
  /** See `isChosen`; null: all runs. */
  readonly runs: string | null;
  readonly signal: AbortSignal;
  /** Told before the first run and after each. */
  readonly onProgress: (progress: VerifyProgress) => void;
}

/** Sources must have been listed. What keeps a run from being compared is in its report. */
export async function verify(parts: VerifyParts, options: VerifyOptions): Promise<VerifyReport> {
  const { through, signal, onProgress } = options;
  const placed = await chosenRuns(parts, options.runs === null ? null : [options.runs], options);
  await using check = await openCheck(parts, through, signal);
  const reports: RunReport[] = [];
  let points = 0;
  onProgress({ runs: placed.length, done: 0, points });
  for (const { path, run } of placed) {
    if (signal.aborted) break;
    const report = await verifyRun(check, path, run, signal);
    reports.push(report);
    points += report.pointsOut;
    onProgress({ runs: placed.length, done: reports.length, points });
  }
  return totalReport(through.kind, reports);
}

async function openCheck(
  parts: VerifyParts,
  through: OpenDoor,
  signal: AbortSignal,
): Promise<RunCheck & AsyncDisposable> {
  switch (through.kind) {
    case 'tree':
      return throughFiles(parts, treeDoor(parts.tree));
    case 'http':
      return throughFiles(parts, httpDoor(through.url));
    case 'mount':
      return throughFiles(parts, mountDoor(through.directory));
    case 'grpc': {
      // gRPC is loaded by who needs it.
      const { throughProvider } = await import('./through-provider.ts');
      return await throughProvider(parts, through.address, signal);
    }
  }
}

async function verifyRun(check: RunCheck, path: string, run: Run, signal: AbortSignal): Promise<RunReport> {
  let findings = new RunFindings();
  try {
    await run.update();
    findings = await check.run(path, run, signal);
    if (run.failure !== null) findings.notes.push(`not read to its end: ${run.failure.message}`);
    const { skippedBytes = 0 } = run.log?.ledger ?? {};
    if (skippedBytes > 0)
      findings.notes.push(
        `${sizeText(skippedBytes)} of its log are damaged and were passed over: nothing was held against what stood there`,
      );
    return findings.report(path, null);
  } catch (error) {
    signal.throwIfAborted();
    const known = error instanceof LogdirError ? error : toLogdirError(error, `verify ${path}`);
    return findings.report(path, known.message);
  }
}
