/** A data server's life: listening at once, looking at the source meanwhile, ending with its TensorBoard. @module */

import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type App,
  type GrpcServer,
  otherReadings,
  type QueriedSource,
  queriedSource,
} from '../../app/index.ts';
import { readEnvironment } from '../../config/index.ts';
import { type ErrorCode, LogdirError } from '../../core/index.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure, exitCodeOf, failureText } from '../failure.ts';
import { aborted } from '../interruption.ts';
import { writePortFile } from '../port-file.ts';
import { directPrefix, grpcProxyVariable } from '../proxy-environment.ts';
import { openSession, type Session } from '../session.ts';
import { logStart } from '../start-record.ts';
import { processTerminal } from '../terminal.ts';
import { type DataServerFlags, parseDataServerFlags } from './data-server-flags.ts';
import { isMissingPath, isOurs } from './logdir-kind.ts';
import { runOwnDataServer } from './own-data-server.ts';

/**
 * TensorBoard looks for the port every half a second, for ten, and shows what is in the error file only until it found one
 * (`tensorboard/data/server_ingester.py`). A server usually answers within a fraction of that; one that is away is waited for so long.
 */
const VERDICT_WAIT_MS = 1500;
const LOG_LEVELS = ['warn', 'info', 'debug'] as const;
/** What no waiting mends. */
const FATAL: readonly ErrorCode[] = ['not-found', 'permission-denied', 'invalid-argument'];

/** TensorBoard's default, `--load_fast=auto`, keeps the reason to itself and reads the logdir as a folder. */
const REFUSAL_NOTE =
  'TensorBoard may start all the same, and then shows no runs; with --load_fast=true it says why and ends.';

export interface DataServerOptions {
  /** The command line without node and the script. */
  readonly words: readonly string[];
  readonly version: string;
}

/** The exit code. What goes wrong is told on stderr and in the error file. */
export async function runDataServer({ words, version }: DataServerOptions): Promise<number> {
  const environment = readEnvironment();
  let terminal = processTerminal(environment);
  let errorFile: string | null = null;
  try {
    const flags = await parseDataServerFlags(words, version);
    if (flags === null) return EXIT.ok;
    errorFile = flags.errorFile;
    const level = LOG_LEVELS[Math.min(flags.verbosity, LOG_LEVELS.length - 1)];
    const { source, ...shown } = queriedSource(flags.logdir);
    const given = { source: [source], 'log-level': level };
    using session = await openSession({
      ...{ arguments: given, environment, terminal, version },
      exposesMetrics: false,
    });
    terminal = session.terminal;
    logStart(session, 'data server');
    return await serveData(session, { ...flags, ...shown, logdir: source }, words);
  } catch (error) {
    const text = failureText(error);
    terminal.fail(text);
    if (errorFile !== null) terminal.note(REFUSAL_NOTE);
    // TensorBoard ends the sentence itself.
    if (errorFile !== null) await writeFile(errorFile, text.replace(/\.$/, '')).catch(() => undefined);
    return exitCodeOf(error);
  }
}

async function serveData(
  session: Session,
  flags: DataServerFlags & Omit<QueriedSource, 'source'>,
  words: readonly string[],
): Promise<number> {
  const { signal } = session.interruption;
  await using app = session.createApp();
  if (!(await isOurs(flags.logdir, app, { signal }))) {
    if (isMissingPath(flags.logdir)) session.terminal.note(missingPathNote(flags.logdir));
    return await runOwnDataServer(session, flags.logdir, words);
  }
  noteProxy(session);
  const { host, port, project, query, derivation } = flags;
  const projects = project === null ? null : [project];
  // A server answers while the door is loaded.
  const looking = lookAtSource(session, app);
  looking.catch(() => undefined);
  await using server = await app.provideData({ host, port, tls: null, projects, query, derivation });
  await Promise.race([looking, delay(VERDICT_WAIT_MS, undefined, { ref: false }), aborted(signal)]);
  await using _written = await tellPort(flags, server);
  const over = flags.diesAfterStdin ? Promise.race([aborted(signal), stdinClosed()]) : aborted(signal);
  await Promise.race([over, logged(session, looking)]);
  return session.interruption.exitCode() ?? EXIT.ok;
}

/** TensorBoard asks for `localhost`, and only its own variables decide how; this program inherits them. */
function noteProxy({ environment, terminal }: Session): void {
  const { variables } = environment;
  const name = grpcProxyVariable('localhost', variables);
  if (name === null) return;
  terminal.warn(
    `${name} is set, so TensorBoard looks for its data server, on this machine, through that proxy, and shows nothing unless the proxy leads back. Start it so: ${directPrefix(variables)}tensorboard …`,
  );
}

function missingPathNote(logdir: string): string {
  const { hints, onServer } = otherReadings(logdir);
  const server =
    onServer === null ? [] : [`For the W&B ${onServer.what}: tensorboard --logdir ${onServer.source}`];
  return [`there is no folder ${logdir}, so TensorBoard waits for one`, ...hints, ...server].join('\n  ');
}

/** @throws CommandFailure that says why there is nothing to show, where that is certain. */
async function lookAtSource({ interruption, terminal }: Session, app: App): Promise<void> {
  await app.start({ signal: interruption.signal });
  for (const { name, failure, runs } of app.sources()) {
    if (failure === null) continue;
    if (runs === 0 && FATAL.includes(failure.code))
      throw new CommandFailure(EXIT.noRuns, failure.message, { cause: failure });
    terminal.warn(`${name}: ${failure.message}`);
  }
}

/** Once TensorBoard has the port, its calls are answered with the failure, and the log has it. Never settles. */
async function logged({ logger }: Session, looking: Promise<void>): Promise<never> {
  await looking.catch((error: unknown) => {
    if (error instanceof CommandFailure) logger.error(error.message);
    else if (!(error instanceof LogdirError && error.code === 'cancelled'))
      logger.error({ err: error }, 'no runs');
  });
  return await new Promise(() => {});
}

async function tellPort({ portFile }: DataServerFlags, server: GrpcServer): Promise<AsyncDisposable | null> {
  return portFile === null ? null : await writePortFile(portFile, server.port);
}

function stdinClosed(): Promise<void> {
  return new Promise((resolve) => {
    process.stdin.once('end', resolve).once('close', resolve).once('error', resolve).resume();
  });
}
