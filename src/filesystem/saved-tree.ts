/** `<run>/@files/`: what was saved with a run, as directories and files. Not listed, for whoever walks a tree would fetch it all. @module */

import { extname } from 'node:path/posix';
import { LRUCache } from 'lru-cache';
import { type ByteRange, clampRange, LogdirError } from '../core/index.ts';
import type { OpenedSavedFile, Run, SavedFile } from '../history/index.ts';
import { encodeName, fitName } from './names.ts';
import type { FileNode, LogdirNode, OpenFile, ReadOptions } from './tree.ts';

/** The directory's name in that of its run. */
export const FILES_DIRECTORY = '@files';
/** Listings are kept for as long as one look takes that stats what it listed. */
const LISTED_MS = 5000;
const LISTED_RUNS = 200;

/** Types that a browser may show as they are; pages and drawings could run scripts in the name of this server. */
const CONTENT_TYPES: ReadonlyMap<string, string> = new Map([
  ['.txt', 'text/plain; charset=utf-8'],
  ['.log', 'text/plain; charset=utf-8'],
  ['.py', 'text/plain; charset=utf-8'],
  ['.patch', 'text/plain; charset=utf-8'],
  ['.yaml', 'application/yaml; charset=utf-8'],
  ['.json', 'application/json; charset=utf-8'],
  ['.png', 'image/png'],
  ['.jpg', 'image/jpeg'],
  ['.jpeg', 'image/jpeg'],
  ['.gif', 'image/gif'],
  ['.webp', 'image/webp'],
  ['.wav', 'audio/wav'],
  ['.mp4', 'video/mp4'],
]);

type Entry = SavedFile | Folder;
/** By component name, ascending. */
class Folder {
  readonly entries = new Map<string, Entry>();
}

export class SavedTree {
  readonly #listed = new LRUCache<string, Promise<Folder>>({ max: LISTED_RUNS, ttl: LISTED_MS });

  /** `path`: components below `@files`. @throws LogdirError `not-found`. */
  async node(run: Run, path: readonly string[], signal: AbortSignal): Promise<LogdirNode> {
    const name = path.at(-1) ?? FILES_DIRECTORY;
    return nodeOf(name, await this.#find(run, path, signal), run);
  }

  async list(run: Run, path: readonly string[], signal: AbortSignal): Promise<readonly LogdirNode[]> {
    const entry = await this.#find(run, path, signal);
    if (!(entry instanceof Folder))
      throw new LogdirError('invalid-argument', `${path.join('/')} is a file, not a directory`);
    return [...entry.entries].map(([name, item]) => nodeOf(name, item, run));
  }

  async open(run: Run, path: readonly string[], signal: AbortSignal): Promise<OpenFile> {
    const entry = await this.#find(run, path, signal);
    if (entry instanceof Folder)
      throw new LogdirError('invalid-argument', `${path.join('/')} is a directory, not a file`);
    const opened = await run.openFile(entry.name, { signal });
    return new OpenedFile(fileNode(path.at(-1)!, opened.file), opened);
  }

  async #find(run: Run, path: readonly string[], signal: AbortSignal): Promise<Entry> {
    let entry: Entry | undefined = await this.#tree(run, signal);
    for (const component of path) entry = entry instanceof Folder ? entry.entries.get(component) : undefined;
    if (entry !== undefined) return entry;
    const name = [FILES_DIRECTORY, ...path].join('/');
    throw new LogdirError('not-found', `no ${name} in run ${run.key.runId}`);
  }

  async #tree(run: Run, signal: AbortSignal): Promise<Folder> {
    let listed = this.#listed.get(run.id);
    if (listed === undefined) {
      // Shared by all who look meanwhile, so no one of them may cancel it.
      listed = run.listFiles({ signal: new AbortController().signal }).then(treeOf);
      this.#listed.set(run.id, listed);
      listed.catch(() => this.#listed.delete(run.id));
    }
    const tree = await listed;
    signal.throwIfAborted();
    return tree;
  }
}

function treeOf(files: readonly SavedFile[]): Folder {
  const root = new Folder();
  for (const file of [...files].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const components = file.name.split('/').map(componentOf);
    const name = components.pop()!;
    let folder: Folder | undefined = root;
    for (const component of components) folder = folder && subfolder(folder, component);
    if (folder !== undefined && !folder.entries.has(name)) folder.entries.set(name, file);
  }
  return root;
}

/** Undefined where a file has that name: the server has files that no folder could hold side by side. */
function subfolder(folder: Folder, name: string): Folder | undefined {
  const known = folder.entries.get(name) ?? new Folder();
  if (!(known instanceof Folder)) return undefined;
  folder.entries.set(name, known);
  return known;
}

function componentOf(part: string): string {
  const encoded = encodeName(part);
  return fitName(encoded, `~${Buffer.byteLength(encoded)}`);
}

function nodeOf(name: string, entry: Entry, run: Run): LogdirNode {
  if (!(entry instanceof Folder)) return fileNode(name, entry);
  return { kind: 'directory', name, mtimeMs: Math.floor(run.modifiedAtMs) };
}

function fileNode(name: string, { size, mtimeMs }: SavedFile): FileNode {
  const contentType = CONTENT_TYPES.get(extname(name).toLowerCase()) ?? 'application/octet-stream';
  const etag = `"saved-${size}-${mtimeMs}"`;
  return { kind: 'file', name, size, mtimeMs, isAppendOnly: false, etag, contentType };
}

class OpenedFile implements OpenFile {
  readonly node: FileNode;
  readonly mayGrow = false;
  readonly #opened: OpenedSavedFile;

  constructor(node: FileNode, opened: OpenedSavedFile) {
    this.node = node;
    this.#opened = opened;
  }

  peek(wanted: ByteRange): Uint8Array | undefined {
    const { start, end } = clampRange(wanted, this.node.size);
    return start === end ? new Uint8Array(0) : undefined;
  }

  read(range: ByteRange, { signal }: ReadOptions): AsyncIterable<Uint8Array> {
    return this.#opened.read(clampRange(range, this.node.size), { signal });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened[Symbol.asyncDispose]();
  }
}
