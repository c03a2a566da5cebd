/** The files a run saved on a server: listed when asked for, fetched when read, kept for a while. @module */

import { stat } from 'node:fs/promises';
import { LRUCache } from 'lru-cache';
import { isSafeName, LogdirError, SingleFlight } from '../../../core/index.ts';
import { openPath } from '../../opened-path.ts';
import type { OpenedSavedFile, SavedFile } from '../../saved-files.ts';
import { type FileNode, nextCursor, RUN_FILES, timeMs } from '../graphql/index.ts';
import { askRun, type RunContext } from '../run-context.ts';
import { CONSOLE_NAME, fetchConsole } from './console-output.ts';
import { fetchFiles, type LocalFiles } from './downloads.ts';

/** The API gives a thousand in a page at most. */
const LIST_PAGE = 1000;
/** Fetched files kept on this disk, so that reading one piece by piece fetches it once. */
const MAX_KEPT_BYTES = 2 ** 30;
const MAX_KEPT_FILES = 1000;
/** Names asked for at a time: a request stays well below the size that servers take. */
const NAMES_PER_REQUEST = 200;
/** What is known of files by name, so that opening one that was asked for before costs its download alone. */
const MAX_KNOWN_FILES = 10_000;
/** Signed addresses are good for longer; one that is not is asked for anew. */
const KNOWN_MS = 60_000;
/** Console output that is no file yet grows. */
const CONSOLE_KEPT_MS = 5000;

interface KeptFile {
  readonly path: string;
  readonly bytes: number;
  readonly files: LocalFiles;
}

export class SavedFiles {
  /** A file that is open when it has to go stays readable. */
  readonly #kept = new LRUCache<string, KeptFile>({
    ...{ max: MAX_KEPT_FILES, maxSize: MAX_KEPT_BYTES },
    sizeCalculation: ({ bytes }) => Math.max(1, bytes),
    dispose: ({ files }) => void Promise.resolve(files[Symbol.asyncDispose]()).catch(() => undefined),
  });
  readonly #fetching = new SingleFlight<string, KeptFile>();
  readonly #known = new LRUCache<string, FileNode>({ max: MAX_KNOWN_FILES, ttl: KNOWN_MS });

  /** Files of a run; console output is one of them also before its end. @throws LogdirError */
  async list(run: RunContext): Promise<readonly SavedFile[]> {
    const nodes = await askFiles(run, null);
    const files = nodes.filter(({ name }) => isSafeName(name)).map(savedFile);
    if (files.some(({ name }) => name === CONSOLE_NAME)) return files;
    await using output = await this.#openConsole(run);
    return output.file.size === 0 ? files : [...files, output.file];
  }

  /** Those of some names that are there. @throws LogdirError */
  async stat(run: RunContext, names: readonly string[]): Promise<readonly SavedFile[]> {
    return (await this.#nodes(run, names)).map(savedFile);
  }

  /** @throws LogdirError `not-found`. */
  async open(run: RunContext, name: string): Promise<OpenedSavedFile> {
    const [node] = await this.#nodes(run, [name]);
    if (node !== undefined) return await this.#openNode(run, node);
    if (name === CONSOLE_NAME) return await this.#openConsole(run);
    throw new LogdirError('not-found', `run ${run.key.runId} has saved no file ${name}`);
  }

  /** What is known of files by name, asked for where it is not. */
  async #nodes(run: RunContext, names: readonly string[]): Promise<readonly FileNode[]> {
    const id = (name: string) => JSON.stringify([run.key, name]);
    const safe = names.filter(isSafeName);
    const found = new Map<string, FileNode>();
    for (const name of safe) {
      // Names of media hold a digest of their content; other files change.
      const known = name.startsWith('media/') ? this.#known.get(id(name)) : undefined;
      if (known !== undefined) found.set(name, known);
    }
    const missing = safe.filter((name) => !found.has(name));
    for (let at = 0; at < missing.length; at += NAMES_PER_REQUEST) {
      const wanted = new Set(missing.slice(at, at + NAMES_PER_REQUEST));
      for (const node of await askFiles(run, [...wanted])) {
        if (!wanted.has(node.name)) continue;
        found.set(node.name, node);
        this.#known.set(id(node.name), node);
      }
    }
    return [...found.values()];
  }

  async #openNode(run: RunContext, node: FileNode): Promise<OpenedSavedFile> {
    const id = JSON.stringify([run.key, node.name, node.updatedAt, node.sizeBytes]);
    const { path } = await this.#keep(id, undefined, () => fetchNode(run, node));
    const opened = await openPath(path, node.name);
    const { mtimeMs } = savedFile(node);
    return { ...opened, file: { ...opened.file, mtimeMs } };
  }

  async #openConsole(run: RunContext): Promise<OpenedSavedFile> {
    const id = JSON.stringify([run.key, CONSOLE_NAME]);
    const { path } = await this.#keep(id, CONSOLE_KEPT_MS, () => fetchConsole(run));
    return await openPath(path, CONSOLE_NAME);
  }

  /** Fetches once however many ask. */
  async #keep(id: string, ttl: number | undefined, fetch: () => Promise<LocalFiles>): Promise<KeptFile> {
    const kept = this.#kept.get(id);
    if (kept !== undefined) return kept;
    const file = await this.#fetching.run(id, async () => await keptFile(await fetch()));
    this.#kept.set(id, file, ttl === undefined ? {} : { ttl });
    return file;
  }
}

async function keptFile(files: LocalFiles): Promise<KeptFile> {
  const path = files.paths[0]!;
  return { path, files, bytes: (await stat(path)).size };
}

async function fetchNode(run: RunContext, node: FileNode): Promise<LocalFiles> {
  const urlOf = (found: FileNode | undefined) => (found?.directUrl ? [found.directUrl] : []);
  const urls = urlOf(node);
  if (urls.length === 0)
    throw new LogdirError('not-found', `W&B gives no address for file ${node.name} of run ${run.key.runId}`);
  return await fetchFiles(run, urls, async () => urlOf((await askFiles(run, [node.name]))[0]));
}

interface FilesPage {
  readonly names: readonly string[] | null;
  readonly cursor: string | null;
  readonly perPage: number;
}

/** Files by name, or all of them. */
async function askFiles(run: RunContext, names: readonly string[] | null): Promise<FileNode[]> {
  const nodes: FileNode[] = [];
  let cursor: string | null = null;
  do {
    const page: FilesPage = { names, cursor, perPage: LIST_PAGE };
    const { files } = (await askRun(run, RUN_FILES, page)).run;
    for (const { node } of files?.edges ?? []) nodes.push(node);
    cursor = nextCursor(files);
  } while (cursor !== null);
  return nodes;
}

function savedFile({ name, sizeBytes, updatedAt }: FileNode): SavedFile {
  return { name, size: sizeBytes ?? 0, mtimeMs: timeMs(updatedAt) ?? 0 };
}
