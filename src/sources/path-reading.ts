/**
 * Whether a text that names nothing on this disk was meant for a path all the same, and which path was meant. Asks the
 * disk for names and nothing else. @module
 */

import { existsSync, readdirSync } from 'node:fs';
import { nearestName } from '../core/index.ts';
import { isRunDirectoryName } from './wandb-local/index.ts';

/** What of a disk tells paths from other words. */
export interface Disk {
  exists(path: string): boolean;
  /** Names in a directory; none where it cannot be read. */
  names(directory: string): readonly string[];
}

export const localDisk: Disk = {
  exists: existsSync,
  names: (directory) => {
    try {
      return readdirSync(directory);
    } catch {
      return [];
    }
  },
};

/** What the SDK calls its folder, and the logs of runs. */
const SDK_NAME = /^\.?wandb$|\.wandb$/;
/** The address of a server, by a port or the last part of its host. */
const PAGE_WITHOUT_SCHEME = /^(?:localhost|[\w.-]+:\d+|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,})\/[\w-]/;
/** Up to three names as W&B allows them. */
const NAME = /^[\w-][\w.-]*(?:\/[\w-][\w.-]*){0,2}$/;
/** A path and queries at its end. */
const QUERIED = /^(.+?)\/+(@\w+[=.].*)$/su;
/** Of a path that ends in the middle of one, so many names are told. */
const MAX_TOLD = 5;

/**
 * Whether words between slashes, of which there is no such path, are meant for one: they have names that the SDK gives,
 * they begin in a folder that is here, or a path that differs by a typing mistake is here.
 */
export function isMeantAsPath(text: string, disk: Disk): boolean {
  const words = text.split('/');
  return (
    words.some((word) => SDK_NAME.test(word) || isRunDirectoryName(word)) ||
    disk.exists(words[0] ?? '') ||
    nearestPath(text, disk) !== null
  );
}

/** The path that is there and differs by typing mistakes alone; null where there is none. */
export function nearestPath(text: string, disk: Disk): string | null {
  let found = '';
  for (const [index, word] of text.replace(/\/+$/, '').split('/').entries()) {
    const join = (name: string) => (index === 0 ? name : `${found}/${name}`);
    const isFree = word === '' || word === '.' || word === '..';
    if (isFree || disk.exists(join(word))) found = join(word);
    else {
      const near = nearestName(word, disk.names(index === 0 ? '.' : found || '/'));
      if (near === null) return null;
      found = join(near);
    }
  }
  return found;
}

/** What may have been meant by a path that is not there. */
export interface OtherReadings {
  /** Sentences about what is near it on this disk. */
  readonly hints: readonly string[];
  /** The text as something on a W&B server; null where it cannot be that. */
  readonly onServer: { readonly what: 'entity' | 'project' | 'run'; readonly source: string } | null;
}

export function otherReadings(text: string, disk: Disk = localDisk): OtherReadings {
  const [, before = '', query] = QUERIED.exec(text) ?? [];
  if (query !== undefined) return { hints: [queryAdvice(before, query)], onServer: null };
  const near = nearestPath(text, disk);
  const isTypo = near !== null && near !== text.replace(/\/+$/, '');
  const slashed = text.replaceAll('\\', '/');
  const hints = [
    ...(slashed !== text && disk.exists(slashed) ? [`Did you mean ${slashed}?`] : []),
    ...(isTypo ? [`Did you mean ${near}?`] : nearestFolder(text, disk)),
    ...(text.startsWith('~')
      ? ['Here ~ is no shorthand for the home directory: write the path in full.']
      : []),
    ...(PAGE_WITHOUT_SCHEME.test(text)
      ? [`For a page of a W&B server: http://${text} or https://${text}`]
      : []),
  ];
  const name = text.replace(/\/+$/, '');
  const what = NAME.test(name)
    ? (['entity', 'project', 'run'] as const)[name.split('/').length - 1]
    : undefined;
  return { hints, onServer: what === undefined ? null : { what, source: `wandb:${name}` } };
}

/** What to type where a SOURCE with a query cannot be. `before`: what stands before it. */
export function queryAdvice(before: string, query: string): string {
  const choose = /@(?:by|view)=/.test(query) ? '' : ', export and verify';
  return `It ends with a query. tensorboard, ls, tree, stat and cat${choose} take one; elsewhere give ${before}, in which ${query} is a directory of each project.`;
}

/** What to type instead of a path that is not there, in sentences; the first says that it is not. */
export function missingPathAdvice(text: string, disk?: Disk): readonly string[] {
  const { hints, onServer } = otherReadings(text, disk);
  const server = onServer === null ? [] : [`For the W&B ${onServer.what} of that name: ${onServer.source}`];
  return [`${text}: no such file or folder here`, ...hints, ...server];
}

/** How far the path goes, and what is there. */
function nearestFolder(text: string, disk: Disk): string[] {
  const words = text.replace(/\/+$/, '').split('/');
  for (let count = words.length - 1; count > 0; count--) {
    const folder = words.slice(0, count).join('/');
    if (folder === '' || /^[.~]+$/.test(folder) || !disk.exists(folder)) continue;
    const names = disk.names(folder).filter((name) => !name.startsWith('.'));
    const more = names.length > MAX_TOLD ? `, and ${names.length - MAX_TOLD} more` : '';
    const has = names.length > 0 ? `it has ${names.slice(0, MAX_TOLD).join(', ')}${more}` : 'it is empty';
    return [`The nearest that there is: ${folder}; ${has}.`];
  }
  return [];
}
