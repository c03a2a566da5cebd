/** The files a run saved on a server: listed when asked for, fetched when read, kept for a while. @module */

import { stat } from 'node:fs/promises';
import { LRUCache } from 'lru-cache';
import { LogdirError } from '../../../core/index.ts';
import { openPath } from '../../opened-path.ts';
import { isSafeName, type OpenedSavedFile, type SavedFile } from '../../saved-files.ts';
import { type FileNode, filesAnswer, nextCursor, timeMs } from '../graphql/answer-schemas.ts';
import { FILES } from '../queries.ts';
import { type RunAddress, runVariables } from '../run-context.ts';
import { CONSOLE_NAME, fetchConsole } from './console-output.ts';
import { fetchFiles, type LocalFiles } from './downloads.ts';

/** The API gives a thousand in a page at most. */
const LIST_PAGE = 1000;
/** Fetched files kept on this disk, so that reading one piece by piece fetches it once. */
const MAX_KEPT_BYTES = 2 ** 30;
const MAX_KEPT_FILES = 1000;
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
  readonly #fetching = new Map<string, Promise<KeptFile>>();

  /** Files of a run; console output is one of them also before its end. @throws LogdirError */
  async list(run: RunAddress): Promise<readonly SavedFile[]> {
    const nodes = await askFiles(run, null);
    const files = nodes.filter(({ name }) => isSafeName(name)).map(savedFile);
    if (files.some(({ name }) => name === CONSOLE_NAME)) return files;
    await using output = await this.#openConsole(run);
    return output.file.size === 0 ? files : [...files, output.file];
  }

  /** @throws LogdirError `not-found`. */
  async open(run: RunAddress, name: string): Promise<OpenedSavedFile> {
    const nodes = isSafeName(name) ? await askFiles(run, [name]) : [];
    const node = nodes.find((found) => found.name === name);
    if (node !== undefined) return await this.#openNode(run, node);
    if (name === CONSOLE_NAME) return await this.#openConsole(run);
    throw new LogdirError('not-found', `run ${run.key.runId} has saved no file ${name}`);
  }

  async #openNode(run: RunAddress, node: FileNode): Promise<OpenedSavedFile> {
    const id = JSON.stringify([run.key, node.name, node.updatedAt, node.sizeBytes]);
    const { path } = await this.#keep(id, undefined, () => fetchNode(run, node));
    const opened = await openPath(path, node.name);
    const { mtimeMs } = savedFile(node);
    return { ...opened, file: { ...opened.file, mtimeMs } };
  }

  async #openConsole(run: RunAddress): Promise<OpenedSavedFile> {
    const id = JSON.stringify([run.key, CONSOLE_NAME]);
    const { path } = await this.#keep(id, CONSOLE_KEPT_MS, () => fetchConsole(run));
    return await openPath(path, CONSOLE_NAME);
  }

  /** Fetches once however many ask. */
  async #keep(id: string, ttl: number | undefined, fetch: () => Promise<LocalFiles>): Promise<KeptFile> {
    const kept = this.#kept.get(id);
    if (kept !== undefined) return kept;
    let fetching = this.#fetching.get(id);
    if (fetching === undefined) {
      fetching = fetch()
        .then(keptFile)
        .finally(() => this.#fetching.delete(id));
      this.#fetching.set(id, fetching);
    }
    const file = await fetching;
    this.#kept.set(id, file, ttl === undefined ? {} : { ttl });
    return file;
  }
}

async function keptFile(files: LocalFiles): Promise<KeptFile> {
  const path = files.paths[0]!;
  return { path, files, bytes: (await stat(path)).size };
}

async function fetchNode(run: RunAddress, node: FileNode): Promise<LocalFiles> {
  const urlOf = (found: FileNode | undefined) => (found?.directUrl ? [found.directUrl] : []);
  const urls = urlOf(node);
  if (urls.length === 0)
    throw new LogdirError('not-found', `W&B gives no address for file ${node.name} of run ${run.key.runId}`);
  return await fetchFiles(run, urls, async () => urlOf((await askFiles(run, [node.name]))[0]));
}

/** Files by name, or all of them. */
async function askFiles(run: RunAddress, names: readonly string[] | null): Promise<FileNode[]> {
  const nodes: FileNode[] = [];
  let cursor: string | null = null;
  do {
    const variables: Record<string, unknown> = { ...runVariables(run), names, cursor, perPage: LIST_PAGE };
    const request = { operation: 'RunFiles', document: () => FILES, variables, answer: filesAnswer };
    const found = (await run.api.ask(request, run.options)).project?.run;
    if (found === null || found === undefined)
      throw new LogdirError('not-found', `run ${run.key.runId} is gone from ${run.api.baseUrl}`);
    for (const { node } of found.files?.edges ?? []) nodes.push(node);
    cursor = nextCursor(found.files);
  } while (cursor !== null);
  return nodes;
}

function savedFile({ name, sizeBytes, updatedAt }: FileNode): SavedFile {
  return { name, size: sizeBytes ?? 0, mtimeMs: timeMs(updatedAt) ?? 0 };
}
