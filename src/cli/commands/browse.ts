/** `ls`, `stat`, `cat` and `tree`: any path of the tree, without a server. @module */

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type App, type LogdirNode, piecesOf } from '../../app.ts';
import { byteRange } from '../../core/index.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { startWithRuns } from '../found-runs.ts';
import type { Arguments, Session } from '../session.ts';
import { longLine, treeLines } from './listing.ts';
import { placePath } from './path-source.ts';

/** Components of the path of a run: entity, project, run. */
const RUN_DEPTH = 3;

export async function ls(session: Session, argv: Arguments): Promise<ExitCode> {
  const { source, path } = placePath(String(argv['PATH'] ?? ''), session);
  await using app = await openTree(session, source);
  const nodes = await entries(session, app, path, argv['long'] === true || argv['json'] === true);
  if (argv['json'] === true) session.terminal.print(JSON.stringify(nodes, null, 2));
  else for (const node of nodes) session.terminal.print(argv['long'] === true ? longLine(node) : node.name);
  return EXIT.ok;
}

export async function stat(session: Session, argv: Arguments): Promise<ExitCode> {
  const { source, path } = placePath(String(argv['PATH'] ?? ''), session);
  await using app = await openTree(session, source);
  const node = await app.tree.stat(path, { freshness: 'complete', signal: session.interruption.signal });
  if (argv['json'] === true) session.terminal.print(JSON.stringify({ path, ...node }, null, 2));
  else
    for (const [key, value] of Object.entries(readable(path, node)))
      session.terminal.print(`${key}: ${value}`);
  return EXIT.ok;
}

export async function cat(session: Session, argv: Arguments): Promise<ExitCode> {
  const { source, path } = placePath(String(argv['PATH'] ?? ''), session);
  await using app = await openTree(session, source);
  const { signal } = session.interruption;
  await using file = await app.tree.open(path, { freshness: 'complete', signal });
  const bytes = Readable.from(piecesOf(file.read(byteRange(0, file.node.size), { signal })));
  await pipeline(bytes, session.terminal.stdout, { end: false, signal });
  return EXIT.ok;
}

export async function tree(session: Session, argv: Arguments): Promise<ExitCode> {
  const { source, path } = placePath(String(argv['PATH'] ?? ''), session);
  await using app = await openTree(session, source);
  session.terminal.print(path === '' ? '/' : path);
  const list = (directory: string) => listCurrent(app, directory, session.interruption.signal);
  for await (const line of treeLines(list, path)) session.terminal.print(line);
  return EXIT.ok;
}

async function openTree(session: Session, source: string | null): Promise<App> {
  const sources = source === null ? session.loaded.settings.sources : [source];
  const app = session.createApp({ watch: 'off', sources });
  try {
    await startWithRuns(session, app, { waits: false });
    return app;
  } catch (error) {
    await app[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * The entries of a directory. A run is read first, since the name of its event file depends on what it holds;
 * a listing by itself never reads history.
 */
async function listCurrent(app: App, path: string, signal: AbortSignal): Promise<readonly LogdirNode[]> {
  const isRun = path.split('/').length === RUN_DEPTH;
  if (isRun) await app.tree.stat(`${path}/run.json`, { freshness: 'complete', signal });
  return await app.tree.list(path, { signal });
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
