/** `serve`: the HTTP server, until it is told to stop. @module */

import type { Listening, Mounted, ProjectCard } from '../../app.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { startWithRuns } from '../found-runs.ts';
import { aborted } from '../interruption.ts';
import { showReading } from '../progress.ts';
import { relaunchThroughPython } from '../python-relaunch.ts';
import type { Session } from '../session.ts';
import { tellSystemd } from '../systemd.ts';
import { mountTree, requireRoute, untilUnmounted } from '../tree-mount.ts';
import { countText, logdirPath, shellWord, tensorboardLines } from './opening-text.ts';
import { startServer } from './server.ts';

export async function serve(session: Session): Promise<ExitCode> {
  const { interruption, terminal, loaded } = session;
  const { signal } = interruption;
  const { mountDir } = loaded.settings;
  const route = mountDir === null ? null : await requireRoute(session, mountDir);
  if (route?.kind === 'python') return await relaunchThroughPython(session, route);
  await using app = session.createApp();
  await startWithRuns(session, app, { waits: true });
  await using server = await startServer(session, app, loaded.settings.port);
  await using mounted = route === null ? null : await mountTree(session, app, route);
  const projects = await app.overview.projects({ signal });
  printServed(session, server, mounted, projects);
  tellSystemd(session, 'ready');
  using _progress = showReading(terminal, app);
  if (mounted !== null) await untilUnmounted(session, mounted);
  await aborted(signal);
  tellSystemd(session, 'stopping');
  session.logger.info({ reason: signal.reason }, 'stopping');
  return interruption.exitCode() ?? EXIT.ok;
}

function printServed(
  { terminal }: Session,
  server: Listening,
  mounted: Mounted | null,
  projects: readonly ProjectCard[],
): void {
  const directory = mounted?.directory ?? null;
  terminal.print(`${terminal.style('bold', server.url)}  ${countText(projects)}`);
  if (directory !== null) terminal.print(terminal.style('bold', directory));
  terminal.print('');
  if (directory === null) {
    terminal.print('Open in TensorBoard (needs: pip install tensorboard fsspec requests):');
    terminal.print(`  tensorboard --logdir ${shellWord(server.logdir(logdirPath(projects)))}`);
  } else {
    terminal.print('Open in TensorBoard:');
    for (const line of tensorboardLines(directory, projects)) terminal.print(`  ${line}`);
  }
}
