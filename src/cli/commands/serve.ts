/** `serve`: the HTTP server, until it is told to stop. @module */

import type { ProjectCard } from '../../app.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { startWithRuns } from '../found-runs.ts';
import { aborted } from '../interruption.ts';
import { showReading } from '../progress.ts';
import type { Session } from '../session.ts';
import { startServer } from './server.ts';

export async function serve(session: Session): Promise<ExitCode> {
  const { interruption, terminal, loaded } = session;
  const { signal } = interruption;
  await using app = session.createApp();
  await startWithRuns(session, app, { waits: true });
  await using server = await startServer(session, app, loaded.settings.port);
  const projects = await app.overview.projects({ signal });
  terminal.print(`${terminal.style('bold', server.url)}  ${countText(projects)}`);
  terminal.print('');
  terminal.print('Open in TensorBoard (needs: pip install tensorboard fsspec requests):');
  terminal.print(`  tensorboard --logdir ${shellWord(server.logdir(logdirPath(projects)))}`);
  using _progress = showReading(terminal, app);
  await aborted(signal);
  session.logger.info({ reason: signal.reason }, 'stopping');
  return interruption.exitCode() ?? EXIT.ok;
}

/** The narrowest directory that holds every project: the project, its entity, or the root. */
export function logdirPath(projects: readonly ProjectCard[]): string {
  const [first] = projects;
  if (first && projects.length === 1) return first.path;
  const oneEntity = first !== undefined && projects.every(({ entity }) => entity === first.entity);
  return oneEntity ? first.path.slice(0, first.path.lastIndexOf('/')) : '';
}

/** One word for a POSIX shell. */
export function shellWord(text: string): string {
  return /^[\w:/.~-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

export function countText(projects: readonly ProjectCard[]): string {
  const runs = projects.reduce((sum, project) => sum + project.runs, 0);
  return `${plural(runs, 'run')} in ${plural(projects.length, 'project')}`;
}

function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}
