/** What to type instead of a path that the tree does not have. @module */

import type { App, LogdirNode } from '../../app/index.ts';
import { LogdirError, nearestName } from '../../core/index.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';
import { naturally } from './listing.ts';

/** So many names are told. */
const MAX_TOLD = 10;

export interface LookedFor {
  readonly app: App;
  readonly path: string;
  /** Sources as they were given. */
  readonly sources: readonly string[];
  /** Whether the path could as well be one of a W&B server. */
  readonly isBare: boolean;
  readonly signal: AbortSignal;
}

/** An error of the tree, with the nearest name that there is where a name is missing. */
export async function explained(error: unknown, lookedFor: LookedFor): Promise<unknown> {
  if (!(error instanceof LogdirError) || error.code !== 'not-found') return error;
  const { path, sources, isBare, signal } = lookedFor;
  if (path === '') return error;
  const lines = [`${path} is not in ${sources.join(', ')}`];
  const gap = await findGap(lookedFor).catch(() => null);
  signal.throwIfAborted();
  // What a query would look like, the tree knows.
  if (gap?.name.startsWith('@') === true) lines[0] = error.message;
  else if (gap !== null) lines.push(gapText(gap));
  if (isBare && path.includes('/')) lines.push(`For the W&B server: wandb:${path}`);
  return new CommandFailure(EXIT.pathNotFound, lines.join('\n  '), { cause: error });
}

/** The deepest directory of a path that is there, the name it lacks, and what follows. */
interface Gap {
  readonly directory: string;
  readonly name: string;
  readonly rest: string;
  readonly names: readonly string[];
}

async function findGap({ app, path, signal }: LookedFor): Promise<Gap | null> {
  const words = path.split('/');
  let directory = '';
  for (const [index, name] of words.entries()) {
    const next = directory === '' ? name : `${directory}/${name}`;
    const node = await statOrNull(app, next, signal);
    if (node === null) {
      const nodes = await app.tree.list(directory, { signal });
      const names = nodes.map((entry) => entry.name).toSorted(naturally);
      return { directory, name, rest: words.slice(index + 1).join('/'), names };
    }
    if (node.kind === 'file') return null;
    directory = next;
  }
  return null;
}

async function statOrNull(app: App, path: string, signal: AbortSignal): Promise<LogdirNode | null> {
  try {
    return await app.tree.stat(path, { freshness: 'cached', signal });
  } catch {
    return null;
  }
}

function gapText({ directory, name, rest, names }: Gap): string {
  const near = nearestName(name, names);
  if (near !== null) return `Did you mean ${[directory, near, rest].filter(Boolean).join('/')}?`;
  const more = names.length > MAX_TOLD ? `, and ${names.length - MAX_TOLD} more` : '';
  return `${directory === '' ? 'It' : directory} has ${names.slice(0, MAX_TOLD).join(', ')}${more}`;
}
