/** `mount --daemon`: the same command in a process of its own, once it is mounted and answers. @module */

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isMountedOn } from '../app/index.ts';
import { errnoOf, makeDirectory } from '../core/index.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { CommandFailure } from './failure.ts';
import type { Session } from './session.ts';

const POLL_MS = 50;
/** Lines of the log shown when the background process fails. */
const SHOWN_LINES = 10;

/** @throws CommandFailure with what the background process said before it ended, and its exit code. */
export async function startMountDaemon(
  session: Session,
  directory: string,
  logFile: unknown,
): Promise<ExitCode> {
  const { terminal, interruption, loaded } = session;
  const log = typeof logFile === 'string' ? logFile : join(loaded.settings.cacheDir, 'mount.log');
  // Another's mount must not pass for ours; a dead one is cleared away.
  const wasMounted = await answers(directory);
  const descriptor = await openLog(log);
  const loggedBefore = statSync(log).size;
  const child = spawnAgain(descriptor);
  closeSync(descriptor);
  while (wasMounted || !(await answers(directory))) {
    if (child.exitCode !== null) throw failed(child.exitCode, log, loggedBefore);
    if (interruption.signal.aborted) child.kill('SIGTERM');
    await delay(POLL_MS);
  }
  child.unref();
  terminal.print(`${terminal.style('bold', directory)} is mounted; process ${child.pid}, log ${log}`);
  return EXIT.ok;
}

async function openLog(log: string): Promise<number> {
  try {
    await makeDirectory(dirname(log));
    return openSync(log, 'a', 0o600);
  } catch (cause) {
    const text = `the log ${log} cannot be written (${errnoOf(cause)}): name a file with --daemon-log`;
    throw new CommandFailure(EXIT.usage, text, { cause });
  }
}

function spawnAgain(log: number): ChildProcess {
  const [program = '', ...words] = process.argv;
  const again = words.filter((word) => word !== '--daemon' && !word.startsWith('--daemon='));
  return spawn(program, [...process.execArgv, ...again], { stdio: ['ignore', log, log], detached: true });
}

async function answers(directory: string): Promise<boolean> {
  if (!(await isMountedOn(directory))) return false;
  return await stat(directory).then(
    () => true,
    () => false,
  );
}

function failed(exitCode: number, log: string, loggedBefore: number): CommandFailure {
  const said = readFileSync(log).subarray(loggedBefore).toString().trimEnd().split('\n');
  const text = said
    .slice(-SHOWN_LINES)
    .join('\n')
    .replace(/^error: /, '');
  return new CommandFailure((exitCode || EXIT.internal) as ExitCode, `${text}\n(log: ${log})`);
}
