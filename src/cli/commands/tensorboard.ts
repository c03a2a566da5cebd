/** `tensorboard`: the server and a TensorBoard on it, started and stopped together. @module */

import type { App, GrpcServer, ProjectCard } from '../../app.ts';
import { openBrowser } from '../browser.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';
import { startWithRuns } from '../found-runs.ts';
import { aborted } from '../interruption.ts';
import { showReading } from '../progress.ts';
import { withoutProxyFor } from '../proxy-environment.ts';
import type { Arguments, Session } from '../session.ts';
import { tensorboardArguments } from '../tensorboard-arguments.ts';
import { startTensorboard, type TensorboardProcess } from '../tensorboard-process.ts';
import { requireTensorboard } from '../tensorboard-requirements.ts';
import { countText, logdirPath, PAGE_LABEL } from './opening-text.ts';
import { orPortFailure, startServer } from './server.ts';

/** The page beside TensorBoard is for the person who started it. */
const PAGE_HOST = '127.0.0.1';

export async function tensorboard(session: Session, argv: Arguments): Promise<number> {
  const { interruption, terminal, loaded } = session;
  const { signal } = interruption;
  const door = argv['door'] === 'webhdfs' ? 'webhdfs' : 'grpc';
  const command = await requireTensorboard(session, door);
  await using app = session.createApp();
  await startWithRuns(session, app, { waits: true });
  const projects = chosen(await app.overview.projects({ signal }), argv['project']);
  const { pagePort } = loaded.settings;
  await using server = await startServer(session, app, { host: PAGE_HOST, port: pagePort });
  terminal.note(`${PAGE_LABEL}${server.url}  ${countText(projects)}`);
  await using provided = door === 'grpc' ? await provide(app, argv, projects) : null;
  const data =
    provided === null
      ? ['--logdir', server.logdir(logdirPath(projects))]
      : ['--grpc_data_provider', provided.address];
  const args = [...data, ...tensorboardArguments(argv)];
  const child = startTensorboard({
    ...{ command, args, onLine: terminal.note },
    environment: withoutProxyFor([PAGE_HOST], session.environment.variables),
    isDetached: session.environment.isUnderNohup,
  });
  void child.url.then((url) => {
    terminal.note(`\n  Open ${terminal.noteStyle('bold', url)}   (TensorBoard; stop with Ctrl-C)\n`);
    session.logger.info({ page: server.url, tensorboard: url, projects: projects.length }, 'ready');
    if (argv['open'] === true) openBrowser(url, terminal);
  });
  using _progress = showReading(terminal, app);
  return await untilEnd(session, child);
}

/** What TensorBoard asks for what is on screen: listens on loopback, on a port of its own. */
async function provide(app: App, argv: Arguments, projects: readonly ProjectCard[]): Promise<GrpcServer> {
  const paths = typeof argv['project'] === 'string' ? projects.map(({ path }) => path) : null;
  return await orPortFailure(app.provideData({ host: '127.0.0.1', port: 0, tls: null, projects: paths }));
}

/** TensorBoard's exit code, or our own when we were told to stop. */
async function untilEnd({ interruption }: Session, child: TensorboardProcess): Promise<number> {
  const code = await Promise.race([child.exited, aborted(interruption.signal)]);
  await child.stop();
  return interruption.exitCode() ?? code ?? EXIT.internal;
}

/** @throws CommandFailure `pathNotFound` when no project has that name. */
function chosen(projects: readonly ProjectCard[], wanted: unknown): readonly ProjectCard[] {
  if (typeof wanted !== 'string') return projects;
  const found = projects.filter(({ path, project }) => path === wanted || project === wanted);
  if (found.length > 0) return found;
  const known = projects.map(({ path }) => path).join(', ');
  throw new CommandFailure(EXIT.pathNotFound, `no project ${wanted}; there are: ${known}`);
}
