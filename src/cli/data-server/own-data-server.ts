/** TensorBoard's own data server, for logdirs that are its own. @module */

import { execFile, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { promisify } from 'node:util';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';
import type { Session } from '../session.ts';
import { findTensorboard } from '../tensorboard-program.ts';

/** Importing a module that is a path and little else. */
const PROBE_TIMEOUT_MS = 5000;
const PROBE = 'import tensorboard_data_server as server; print(server.server_binary() or "")';

/** Runs it in our place, with the same words and the same stdin; gives its exit code. @throws CommandFailure */
export async function runOwnDataServer(
  session: Session,
  logdir: string,
  words: readonly string[],
): Promise<number> {
  const binary = await findBinary(session);
  if (binary === null)
    throw new CommandFailure(
      EXIT.noRuns,
      `${logdir} holds no W&B runs of its own to show, and TensorBoard's own data server is not installed: pip install tensorboard-data-server, or unset TENSORBOARD_DATA_SERVER_BINARY`,
    );
  const child = spawn(binary, words, { stdio: 'inherit' });
  session.interruption.signal.addEventListener('abort', () => child.kill(), { once: true });
  return await new Promise((resolve, reject) => {
    child.once('error', reject).once('exit', (code) => resolve(code ?? EXIT.internal));
  });
}

async function findBinary({ environment, loaded }: Session): Promise<string | null> {
  const program = findTensorboard(loaded.settings.tensorboard, environment.searchPath);
  const pythons = [await parentProgram(), program?.python, 'python3'];
  for (const python of new Set(pythons)) {
    if (python === null || python === undefined) continue;
    const found = await promisify(execFile)(python, ['-c', PROBE], { timeout: PROBE_TIMEOUT_MS }).catch(
      () => null,
    );
    const path = found?.stdout.trim() ?? '';
    if (path !== '') return path;
  }
  return null;
}

/** The Python that TensorBoard runs under is what started us; its first word keeps the virtual environment. */
async function parentProgram(): Promise<string | null> {
  const words = await readFile(`/proc/${process.ppid}/cmdline`, 'utf8').catch(() => '');
  const program = words.split('\0')[0] ?? '';
  return isAbsolute(program) && /python[\d.]*$/.test(program) ? program : null;
}
