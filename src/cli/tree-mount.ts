/** Mounting the tree for a command: from the settings to a mount that answers, and to its end. @module */

import { type App, chooseRoute, type Mounted, type MountRoute, type PythonRoute } from '../app/index.ts';
import { LogdirError } from '../core/index.ts';
import { EXIT } from './exit-codes.ts';
import { CommandFailure } from './failure.ts';
import { aborted } from './interruption.ts';
import type { Session } from './session.ts';

/** How this process can mount. @throws CommandFailure `mountFailed` that says what is missing. */
export async function requireRoute(
  { loaded, environment }: Session,
  directory: string,
): Promise<MountRoute | PythonRoute> {
  const { fuseDescriptor: descriptor } = loaded.settings;
  const { searchPath } = environment;
  return await orMountFailure(chooseRoute({ directory, descriptor, searchPath }));
}

/** @throws CommandFailure `mountFailed` that says what is in the way. */
export async function mountTree(
  { loaded, terminal }: Session,
  app: App,
  route: MountRoute,
): Promise<Mounted> {
  const { allowOther, mountUid, mountGid, mountUmask: umask } = loaded.settings;
  const ownership = {
    uid: mountUid ?? process.getuid?.() ?? 0,
    gid: mountGid ?? process.getgid?.() ?? 0,
    umask,
  };
  const mounted = await orMountFailure(app.mount({ route, allowOther, ownership }));
  if (mounted.wasStale) terminal.note(`A dead mount was on ${route.directory}; it was taken away.`);
  return mounted;
}

/** Waits for Ctrl-C, SIGTERM or an unmount from outside, then unmounts and says so where that takes longer. */
export async function untilUnmounted({ interruption, terminal }: Session, mounted: Mounted): Promise<void> {
  await Promise.race([aborted(interruption.signal), mounted.ended]);
  if (!interruption.signal.aborted) {
    terminal.note(`${mounted.directory ?? 'The tree'} was unmounted.`);
    return;
  }
  const outcome = await mounted.unmount();
  if (outcome === 'busy') {
    terminal.note(
      `${mounted.directory} was in use and is unmounted now; programs that have files open may go on reading them. This ends when the last is closed; Ctrl-C ends it at once.`,
    );
  }
  await mounted.ended;
}

export async function orMountFailure<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    if (!(error instanceof LogdirError)) throw error;
    throw new CommandFailure(EXIT.mountFailed, error.message, { cause: error });
  }
}
