/** Which source a PATH is looked for in: a folder, and a place on a W&B server, say so themselves. @module */

import { type Disk, isRunDirectoryName, localDisk, missingPathAdvice, parseSource } from '../../app/index.ts';
import { checkedSource } from '../../config/index.ts';
import { nearestName } from '../../core/index.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';
import type { Session } from '../session.ts';

export interface PlacedPath {
  /** Where to look instead of the sources that are set; null: there. */
  readonly source: string | null;
  /** As the tree wants it. */
  readonly path: string;
}

const SCHEME = /^wandb:(?:\/\/)?/;
/** Written as a path of this machine and nothing else. */
const WRITTEN_AS_PATH = /^(?:\.{0,2}\/|~\/|\.{1,2}$|.*\\|.*\.wandb$)/;

/**
 *     wandb:acme/research/baseline/run.json    of a server
 *     https://wandb.ai/acme/research/runs/abc  of a server, as the browser has it
 *     ./wandb, ~/experiments, /data/runs       a folder with runs; a path of the tree may follow: ./wandb/acme/research
 *     acme/research/baseline                   in the sources; of a server when none was named and ./wandb is not there
 *
 * @throws CommandFailure `pathNotFound` for a path of this machine that is not there.
 */
export function placePath(
  text: string,
  session: Pick<Session, 'loaded'>,
  disk: Disk = localDisk,
): PlacedPath {
  if (/^https?:\/\//.test(text)) return placePage(text);
  const path = treePath(text.replace(SCHEME, ''));
  const project = path.split('/').slice(0, 2).join('/');
  if (SCHEME.test(text)) return { source: `wandb:${project}`, path };
  if (text !== '' && isWrittenAsPath(text, disk)) return placeFolder(text, disk);
  const { settings, origins } = session.loaded;
  if (origins.sources !== 'default') return { source: null, path };
  const isThere = settings.sources.some((source) => disk.exists(source));
  if (text === '' || (isThere && !namesFolder(text, disk))) return { source: null, path };
  if (isThere || disk.exists(text)) return placeFolder(text, disk);
  // Slashes around it are of a path; what was meant for one reaches no server.
  const isProject = text === path && project.includes('/') && parseSource(project, disk).kind === 'cloud';
  if (!isProject) return placeFolder(text, disk);
  return { source: project, path };
}

/** A path as the tree wants it: people type `/acme/research/` as well as `acme/research`. */
export function treePath(path: unknown): string {
  return String(path ?? '').replace(/^\/+|\/+$/g, '');
}

function placePage(given: string): PlacedPath {
  const text = checkedSource(given);
  const reference = parseSource(text);
  if (reference.kind === 'local') return { source: text, path: '' };
  const { entity, project, runId } = reference.scope;
  return { source: text, path: [entity, project, runId].filter(Boolean).join('/') };
}

/** An absolute path that leads nowhere on this disk is one of the tree. */
function isWrittenAsPath(text: string, disk: Disk): boolean {
  if (!text.startsWith('/')) return WRITTEN_AS_PATH.test(text);
  return treePath(text) !== '' && disk.exists(`/${treePath(text).split('/')[0]}`);
}

/** The longest part of a path that is there is the source; what follows is looked for in its tree. */
function placeFolder(text: string, disk: Disk): PlacedPath {
  if (disk.exists(text)) return { source: text, path: '' };
  const words = text.split('/');
  for (let count = words.length - 1; count > 0; count--) {
    const folder = words.slice(0, count).join('/');
    if (!disk.exists(folder)) continue;
    // What is nearly the name of a file there was meant for that.
    const isTypo = nearestName(words[count] ?? '', disk.names(folder)) !== null;
    if (isTypo || !holdsRuns(folder, disk)) break;
    return { source: folder, path: treePath(words.slice(count).join('/')) };
  }
  throw notFound(text, disk);
}

/** Whether a word that could be a name of the tree is a folder with runs, or leads into one. */
function namesFolder(text: string, disk: Disk): boolean {
  if (disk.exists(text)) return holdsRuns(text, disk);
  const [first = ''] = text.split('/');
  return isSdkFolder(first) && disk.exists(first);
}

/** Whether the SDK's names say so: looking for logs would take long in a large folder. */
function holdsRuns(path: string, disk: Disk): boolean {
  const name = treePath(path).split('/').at(-1) ?? '';
  if (isSdkFolder(name) || name.endsWith('.wandb')) return true;
  return name !== '' && name !== '.' && disk.names(path).some(isSdkFolder);
}

/** What the SDK calls its folder and the directories of runs in it. */
function isSdkFolder(name: string): boolean {
  return name === 'wandb' || isRunDirectoryName(name);
}

function notFound(text: string, disk: Disk): CommandFailure {
  return new CommandFailure(EXIT.pathNotFound, missingPathAdvice(text, disk).join('\n  '));
}
