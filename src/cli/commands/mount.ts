/** `mount`: the tree as a directory, until it is unmounted. @module */

import type { App, Mounted } from '../../app.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { startWithRuns } from '../found-runs.ts';
import { startMountDaemon } from '../mount-daemon.ts';
import { showReading } from '../progress.ts';
import { relaunchThroughPython } from '../python-relaunch.ts';
import type { Arguments, Session } from '../session.ts';
import { tellSystemd } from '../systemd.ts';
import { mountTree, requireRoute, untilUnmounted } from '../tree-mount.ts';
import { countText, shellWord, tensorboardLines } from './opening-text.ts';

export async function mount(session: Session, argv: Arguments): Promise<ExitCode> {
  const directory = String(argv['DIR']);
  if (argv['daemon'] === true) return await startMountDaemon(session, directory, argv['daemon-log']);
  const route = await requireRoute(session, directory);
  if (route.kind === 'python') return await relaunchThroughPython(session, route);
  await using app = session.createApp();
  await startWithRuns(session, app, { waits: true });
  await using mounted = await mountTree(session, app, route);
  await printMounted(session, app, mounted);
  tellSystemd(session, 'ready');
  using _progress = showReading(session.terminal, app);
  await untilUnmounted(session, mounted);
  tellSystemd(session, 'stopping');
  return session.interruption.exitCode() ?? EXIT.ok;
}

async function printMounted({ terminal, interruption }: Session, app: App, mounted: Mounted): Promise<void> {
  const projects = await app.overview.projects({ signal: interruption.signal });
  const { directory } = mounted;
  terminal.print(`${terminal.style('bold', directory ?? 'mounted')}  ${countText(projects)}`);
  if (directory === null) return;
  terminal.print('');
  terminal.print('Open in TensorBoard:');
  for (const line of tensorboardLines(directory, projects)) terminal.print(`  ${line}`);
  terminal.print(`Unmount: Ctrl-C, or ${unmountLine(directory)}`);
}

function unmountLine(directory: string): string {
  return `${process.getuid?.() === 0 ? 'umount' : 'fusermount3 -u'} ${shellWord(directory)}`;
}
