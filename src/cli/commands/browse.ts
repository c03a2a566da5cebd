/** `ls`, `stat`, `cat` and `tree`: any path of the tree, without a server. @module */

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type App, type LogdirNode, type ProjectCard, piecesOf } from '../../app/index.ts';
import { byteRange, LogdirError } from '../../core/index.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';
import { startWithRuns } from '../found-runs.ts';
import type { Arguments, Session } from '../session.ts';
import { emptyQueryText } from './empty-query.ts';
import { longLine, sortedNodes, treeLines } from './listing.ts';
import { explained } from './missing-path.ts';
import { placePath } from './path-source.ts';

/** Components of the path of a run: entity, project, run. */
const RUN_DEPTH = 3;
/** Projects named where one is to be chosen. */
const MAX_TOLD = 5;

export async function ls(session: Session, argv: Arguments): Promise<ExitCode> {
  const isLong = argv['long'] === true;
  const isJson = argv['json'] === true;
  await browse(session, argv, async (app, path) => {
    const nodes = sortedNodes(await entries(session, app, path, isLong || isJson));
    const lines = isJson
      ? [JSON.stringify(nodes, null, 2)]
      : nodes.map((node) => (isLong ? longLine(node) : node.name));
    // At once: thousands of writes take longer than the listing.
    if (lines.length > 0) session.terminal.print(lines.join('\n'));
    if (nodes.length === 0) await tellEmptyQuery(session, app, path);
  });
  return EXIT.ok;
}

export async function stat(session: Session, argv: Arguments): Promise<ExitCode> {
  await browse(session, argv, async (app, path) => {
    const node = await app.tree.stat(path, { freshness: 'complete', signal: session.interruption.signal });
    if (argv['json'] === true) session.terminal.print(JSON.stringify({ path, ...node }, null, 2));
    else
      for (const [key, value] of Object.entries(readable(path, node)))
        session.terminal.print(`${key}: ${value}`);
  });
  return EXIT.ok;
}

export async function cat(session: Session, argv: Arguments): Promise<ExitCode> {
  await browse(session, argv, async (app, path) => {
    const { signal } = session.interruption;
    if (path === '') throw notOneFile(String(argv['PATH']));
    await using file = await app.tree.open(path, { freshness: 'complete', signal });
    const bytes = Readable.from(piecesOf(file.read(byteRange(0, file.node.size), { signal })));
    await pipeline(bytes, session.terminal.stdout, { end: false, signal });
  });
  return EXIT.ok;
}

export async function tree(session: Session, argv: Arguments): Promise<ExitCode> {
  const { signal } = session.interruption;
  await browse(session, argv, async (app, path) => {
    // Nothing is printed of a path that is not there.
    const node = await app.tree.stat(path, { freshness: 'cached', signal });
    const first = node.kind === 'file' ? [] : await listCurrent(app, path, signal);
    session.terminal.print(path === '' ? '/' : path);
    if (node.kind === 'directory' && first.length === 0) await tellEmptyQuery(session, app, path);
    const list = (directory: string) => (directory === path ? first : listCurrent(app, directory, signal));
    for await (const line of treeLines(list, path)) session.terminal.print(line);
  });
  return EXIT.ok;
}

async function tellEmptyQuery({ terminal, interruption }: Session, app: App, path: string): Promise<void> {
  const text = await emptyQueryText(app, path, interruption.signal);
  if (text !== null) terminal.warn(text);
}

function notOneFile(given: string): CommandFailure {
  const typed = given === '' ? '/' : given;
  const text = `${typed} holds runs, and cat writes one file; wandb-logdir tree ${typed} shows all there are`;
  return new CommandFailure(EXIT.usage, text);
}

/** Opens the tree that a PATH is in, and looks there. */
async function browse(
  session: Session,
  argv: Arguments,
  look: (app: App, path: string) => Promise<void>,
): Promise<void> {
  const { source, path: placed } = placePath(String(argv['PATH'] ?? ''), session);
  const { settings, origins } = session.loaded;
  const sources = source === null ? settings.sources : [source];
  await using app = session.createApp({ watch: 'off', sources });
  await startWithRuns(session, app, { waits: false });
  const { signal } = session.interruption;
  const path = isQuery(placed) ? ofProject(placed, await app.overview.projects({ signal })) : placed;
  try {
    await look(app, path);
  } catch (error) {
    const isBare = source === null && origins.sources === 'default';
    throw await explained(error, { app, path, sources, isBare, signal });
  }
}

/** Whether a path begins with a query, of a whole source or of an entity. */
function isQuery(path: string): boolean {
  return path.split('/', 2).some((word) => word.startsWith('@'));
}

/** Queries are directories of a project. @throws CommandFailure `usage` where there is not one that can be meant. */
function ofProject(path: string, projects: readonly ProjectCard[]): string {
  const at = path.search(/(?:^|\/)@/);
  const within = path.slice(0, at).replace(/\/$/, '');
  const query = path.slice(at).replace(/^\//, '');
  const meant = projects.filter((project) => within === '' || project.path.startsWith(`${within}/`));
  const [only] = meant;
  if (only !== undefined && meant.length === 1) return `${only.path}/${query}`;
  const paths = meant.map((project) => project.path);
  const known = paths.slice(0, MAX_TOLD).join(', ') + (paths.length > MAX_TOLD ? ', …' : '');
  const text = `${query} is about one project: write ENTITY/PROJECT before it; there are: ${known}`;
  throw new CommandFailure(EXIT.usage, text);
}

/**
 * The entries of a directory. A run is read first, since the name of its event file depends on what it holds;
 * a listing by itself never reads history.
 */
async function listCurrent(app: App, path: string, signal: AbortSignal): Promise<readonly LogdirNode[]> {
  const words = path.split('/');
  if (words.some((word) => word.startsWith('@')))
    await app.tree.stat(path, { freshness: 'complete', signal });
  if (words.length >= RUN_DEPTH && !words.at(-1)!.startsWith('@')) await readRun(app, path, signal);
  return await app.tree.list(path, { signal });
}

/** Of a run alone: below a query any name may be the rest of one. */
async function readRun(app: App, path: string, signal: AbortSignal): Promise<void> {
  const isCertain = path.split('/').length === RUN_DEPTH;
  try {
    await app.tree.stat(`${path}/run.json`, { freshness: 'complete', signal });
  } catch (error) {
    if (isCertain || !(error instanceof LogdirError) || error.code !== 'not-found') throw error;
  }
}

/** The entries of a directory, or the file itself; `exact` brings files up to date, so that sizes are true. */
async function entries(
  session: Session,
  app: App,
  path: string,
  exact: boolean,
): Promise<readonly LogdirNode[]> {
  const { signal } = session.interruption;
  const options = { signal, freshness: exact ? 'complete' : 'cached' } as const;
  const node = await app.tree.stat(path, options);
  if (node.kind === 'file') return [node];
  const nodes = await listCurrent(app, path, signal);
  if (!exact) return nodes;
  const statOf = (entry: LogdirNode) =>
    entry.kind === 'file'
      ? app.tree.stat(path === '' ? entry.name : `${path}/${entry.name}`, options)
      : entry;
  return await Promise.all(nodes.map(statOf));
}

function readable(path: string, node: LogdirNode): Record<string, string | number> {
  const common = { path: path || '/', kind: node.kind, modified: new Date(node.mtimeMs).toISOString() };
  if (node.kind === 'directory') return common;
  return { ...common, size: node.size, type: node.contentType, etag: node.etag };
}
