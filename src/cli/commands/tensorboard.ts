/** `tensorboard`: the server and a TensorBoard on it, started and stopped together. @module */

import {
  type App,
  type GrpcServer,
  type ProjectCard,
  type QueriedSource,
  queriedSource,
} from '../../app/index.ts';
import { isLoopback } from '../../core/index.ts';
import { openBrowser } from '../browser.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';
import { startWithRuns } from '../found-runs.ts';
import { aborted } from '../interruption.ts';
import { showReading } from '../progress.ts';
import { withoutProxyFor } from '../proxy-environment.ts';
import { reloadOnHangup } from '../reload.ts';
import type { Arguments, Session } from '../session.ts';
import { programFields } from '../start-record.ts';
import { tensorboardArguments } from '../tensorboard-arguments.ts';
import { startTensorboard, type TensorboardProcess } from '../tensorboard-process.ts';
import { requireTensorboard } from '../tensorboard-requirements.ts';
import { emptyQueryText } from './empty-query.ts';
import { logdirPath, PAGE_LABEL, projectsText } from './opening-text.ts';
import { orPortFailure, startServer } from './server.ts';

/** The page beside TensorBoard is for the person who started it. */
const PAGE_HOST = '127.0.0.1';

/** As TensorBoard says it (`tensorboard/program.py`, 2.15 to 2.21). */
const PORT_TAKEN = /could not bind to .*port|was already in use/;
const PORT_TAKEN_ADVICE =
  'TensorBoard cannot listen on its port: another process does, often another TensorBoard; choose another with --port (0 takes any free one)';
/** Of an address that stands for all of a machine, which browsers cannot open. */
const ANY_ADDRESS = /\/\/(?:0\.0\.0\.0|\[::\])(:\d+)/;

export async function tensorboard(session: Session, argv: Arguments): Promise<number> {
  const { interruption, terminal, loaded } = session;
  const { signal } = interruption;
  const door = argv['door'] === 'webhdfs' ? 'webhdfs' : 'grpc';
  const command = await requireTensorboard(session, door);
  const { sources, project, queryPath, ...shown } = queriedSources(loaded.settings.sources);
  await using app = session.createApp({ sources });
  await startWithRuns(session, app, { waits: true });
  const projects = chosen(await app.overview.projects({ signal }), argv['project'] ?? project ?? undefined);
  const isChosen = typeof argv['project'] === 'string' || project !== null;
  const [only] = projects;
  if (queryPath !== '' && only !== undefined && projects.length === 1)
    await lookAtQuery(session, app, `${only.path}/${queryPath}`);
  const { pagePort } = loaded.settings;
  await using server = await startServer(session, app, { host: PAGE_HOST, port: pagePort });
  terminal.note(`${PAGE_LABEL}${server.url}  ${projectsText(projects)}`);
  await using provided = door === 'grpc' ? await provide(app, isChosen ? projects : null, shown) : null;
  const data =
    provided === null
      ? ['--logdir', server.logdir(withQuery(projects, queryPath))]
      : ['--grpc_data_provider', provided.address];
  const args = [...data, ...tensorboardArguments(argv)];
  const openTo = publicHost(args);
  if (openTo !== null)
    terminal.warn(
      `there is no login: TensorBoard listens on ${openTo}, and whoever reaches it reads every run`,
    );
  let isPortTaken = false;
  const onLine = (line: string) => {
    isPortTaken ||= PORT_TAKEN.test(line);
    terminal.note(line);
  };
  const child = startTensorboard({
    ...{ command, args, onLine },
    environment: withoutProxyFor([PAGE_HOST], session.environment.variables),
    isDetached: session.environment.isUnderNohup,
  });
  void child.url.then((told) => {
    const url = told.replace(ANY_ADDRESS, '//localhost$1');
    terminal.note(`\n  Open ${terminal.noteStyle('bold', url)}   (TensorBoard; stop with Ctrl-C)\n`);
    const addresses = { page: server.url, tensorboard: url, projects: projects.length };
    session.logger.info({ ...addresses, ...programFields(session) }, 'ready');
    if (argv['open'] === true) openBrowser(url, terminal);
  });
  using _reloading = reloadOnHangup(session, app);
  using _progress = showReading(terminal, app);
  const code = await untilEnd(session, child);
  if (code !== EXIT.ok && isPortTaken) throw new CommandFailure(EXIT.portInUse, PORT_TAKEN_ADVICE);
  return code;
}

/** Sources without the query of the only one. @throws CommandFailure `usage` where there are others beside it. */
function queriedSources(texts: readonly string[]): Omit<QueriedSource, 'source'> & { sources: string[] } {
  const sources = texts.map(queriedSource);
  const [first] = sources;
  if (first !== undefined && sources.length === 1) return { ...first, sources: [first.source] };
  const queried = sources.find((source) => source.queryPath !== '');
  if (queried !== undefined)
    throw new CommandFailure(EXIT.usage, `${queried.queryPath} needs a SOURCE of its own: give one SOURCE`);
  return { sources: [...texts], project: null, query: [], derivation: null, queryPath: '' };
}

/** Queries are directories of a project. @throws CommandFailure `usage` where there is not one project. */
function withQuery(projects: readonly ProjectCard[], queryPath: string): string {
  const path = logdirPath(projects);
  if (queryPath === '') return path;
  if (projects.length === 1) return `${path}/${queryPath}`;
  throw new CommandFailure(EXIT.usage, `${queryPath} is about one project: choose it with --project`);
}

/** Says so where nothing is chosen now: runs may come. @throws LogdirError for what is no query, and a view that there is not */
async function lookAtQuery({ terminal, interruption }: Session, app: App, path: string): Promise<void> {
  const { signal } = interruption;
  await app.tree.stat(path, { freshness: 'cached', signal });
  const tell = async () => {
    if ((await app.tree.list(path, { signal })).length > 0) return;
    const text = await emptyQueryText(app, path, signal);
    if (text !== null) terminal.warn(text);
  };
  // A server that is away says so by itself, and nobody waits for a folder to be read.
  void tell().catch(() => undefined);
}

/** Where TensorBoard listens, if others reach it; null for this machine alone, which is its default. */
function publicHost(args: readonly string[]): string | null {
  const words = args.flatMap((word) => word.split('='));
  if (words.includes('--bind_all')) return 'all addresses';
  const host = words[words.lastIndexOf('--host') + 1];
  return words.includes('--host') && host !== undefined && !isLoopback(host) ? host : null;
}

/** What TensorBoard asks for what is on screen: listens on loopback, on a port of its own. */
async function provide(
  app: App,
  projects: readonly ProjectCard[] | null,
  shown: Pick<QueriedSource, 'query' | 'derivation'>,
): Promise<GrpcServer> {
  const paths = projects?.map(({ path }) => path) ?? null;
  const options = { host: '127.0.0.1', port: 0, tls: null, projects: paths, ...shown };
  return await orPortFailure(app.provideData(options));
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
