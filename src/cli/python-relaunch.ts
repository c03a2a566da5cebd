/** Runs this command again under Python, which mounts for us, and passes signals and the exit code on. @module */

import { launchThroughPython, type PythonRoute, prepareMountPoint, userMountOptions } from '../app/index.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Session } from './session.ts';
import { orMountFailure } from './tree-mount.ts';

export async function relaunchThroughPython(
  { loaded, interruption }: Session,
  { directory, python }: PythonRoute,
): Promise<ExitCode> {
  const { sources, cacheDir, allowOther } = loaded.settings;
  const keepClear = [...sources, cacheDir];
  const { path: mountPoint, restore } = await orMountFailure(prepareMountPoint(directory, { keepClear }));
  const [program = '', ...words] = process.argv;
  const command = [program, ...process.execArgv, ...words];
  const child = launchThroughPython({
    python,
    mountPoint,
    options: userMountOptions({ allowOther }),
    command,
  });
  // In a session of its own it has no terminal, and would take SIGHUP for a wish to read its configuration again.
  const stop = () =>
    child.kill(interruption.signal.reason === 'SIGHUP' ? 'SIGTERM' : interruption.signal.reason);
  interruption.signal.addEventListener('abort', stop, { once: true });
  using _passedOn = interruption.onHangup(() => void child.kill('SIGHUP'));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', (exitCode) => resolve(exitCode));
  });
  await restore();
  // Python's own failure: fusermount3 has told what is wrong.
  return code === EXIT.internal ? EXIT.mountFailed : ((code ?? EXIT.internal) as ExitCode);
}
