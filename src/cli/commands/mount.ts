/** `mount`: the tree as a directory, until it is unmounted. @module */

import type { App, Mounted } from '../../app/index.ts';
import { shellWord } from '../../core/index.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { startWithRuns } from '../found-runs.ts';
import { startMountDaemon } from '../mount-daemon.ts';
import { showReading } from '../progress.ts';
import { relaunchThroughPython } from '../python-relaunch.ts';
import { reloadOnHangup } from '../reload.ts';
import type { Arguments, Session } from '../session.ts';
import { programFields } from '../start-record.ts';
import { tellSystemd } from '../systemd.ts';
import { mountTree, requireRoute, untilUnmounted } from '../tree-mount.ts';
import { projectsText, tensorboardLines } from './opening-text.ts';

export async function mount(session: Session, argv: Arguments): Promise<ExitCode> {
  const directory = String(argv['DIR']);
  if (argv['daemon'] === true) return await startMountDaemon(session, directory, argv['daemon-log']);
  const route = await requireRoute(session, directory);
  if (route.kind === 'python') return await relaunchThroughPython(session, route);
  await using app = session.createApp();
  await startWithRuns(session, app, { waits: true });
  await using mounted = await mountTree(session, app, route);
  await announceMounted(session, app, mounted);
  using _reloading = reloadOnHangup(session, app);
  await tellSystemd(session, 'ready');
  using _progress = showReading(session.terminal, app);
  await untilUnmounted(session, mounted);
  await tellSystemd(session, 'stopping');
  return session.interruption.exitCode() ?? EXIT.ok;
}

async function announceMounted(session: Session, app: App, { directory }: Mounted): Promise<void> {
  const { terminal, interruption } = session;
  const projects = await app.overview.projects({ signal: interruption.signal });
  const place = `${terminal.style('bold', directory ?? 'mounted')}  ${projectsText(projects)}`;
  const commands = directory === null ? [] : tensorboardLines(directory, projects);
  const howTo = ['', 'Open in TensorBoard:', ...commands.map((line) => `  ${line}`)];
  session.announce({
    message: 'ready',
    fields: { directory, projects: projects.length, ...programFields(session) },
    lines: directory === null ? [place] : [place, ...howTo, `Unmount: Ctrl-C, or ${unmountLine(directory)}`],
  });
}

function unmountLine(directory: string): string {
  return `${process.getuid?.() === 0 ? 'umount' : 'fusermount3 -u'} ${shellWord(directory)}`;
}
