/** `<run>/@files/`: what was saved with a run, as directories and files. Not listed, for whoever walks a tree would fetch it all. @module */

import { extname } from 'node:path/posix';
import { LRUCache } from 'lru-cache';
import {
  type ByteRange,
  clampRange,
  encodeComponent,
  fitComponent,
  NEVER_ABORTED,
} from '../../core/index.ts';
import type { OpenedSavedFile, Run, SavedFile } from '../../history/index.ts';
import type { DirectoryNode, FileNode, LogdirNode, OpenFile, ReadOptions, TreeOptions } from '../tree.ts';
import type { TreeDirectory, TreeFile, TreeNode } from './node.ts';

/** The directory's name in that of its run. */
export const SAVED_FILES = '@files';
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

/** Files and folders by component name, ascending. */
type Folder = Map<string, SavedFile | Folder>;

/** The saved files of all runs. */
export class SavedFiles {
  readonly #listed = new LRUCache<string, Promise<Folder>>({ max: LISTED_RUNS, ttl: LISTED_MS });

  /** What was saved with a run; its source is asked when somebody looks inside. */
  directory(run: Run): TreeDirectory {
    return new SavedDirectory(SAVED_FILES, run, ({ signal }) => this.#list(run, signal));
  }

  async #list(run: Run, signal: AbortSignal): Promise<Folder> {
    let listed = this.#listed.get(run.id);
    if (listed === undefined) {
      // Shared by all who look meanwhile, so no one of them may cancel it.
      listed = run.listFiles({ signal: NEVER_ABORTED }).then(folderOf);
      this.#listed.set(run.id, listed);
      listed.catch(() => this.#listed.delete(run.id));
    }
    const folder = await listed;
    signal.throwIfAborted();
    return folder;
  }
}

type Signal = { readonly signal: AbortSignal };

class SavedDirectory implements TreeDirectory {
  readonly kind = 'directory';
  readonly #name: string;
  readonly #run: Run;
  readonly #content: (options: Signal) => Promise<Folder>;

  constructor(name: string, run: Run, content: (options: Signal) => Promise<Folder>) {
    this.#name = name;
    this.#run = run;
    this.#content = content;
  }

  stat(): DirectoryNode {
    return folderNode(this.#name, this.#run);
  }

  async lookup(name: string, options: TreeOptions): Promise<TreeNode | undefined> {
    const entry = (await this.#content(options)).get(name);
    if (entry === undefined) return undefined;
    return entry instanceof Map
      ? new SavedDirectory(name, this.#run, async () => entry)
      : savedFile(name, entry, this.#run);
  }

  async entries(options: Signal): Promise<readonly LogdirNode[]> {
    return [...(await this.#content(options))].map(([name, entry]) =>
      entry instanceof Map ? folderNode(name, this.#run) : fileNode(name, entry),
    );
  }
}

function savedFile(name: string, file: SavedFile, run: Run): TreeFile {
  return {
    kind: 'file',
    stat: () => fileNode(name, file),
    open: async ({ signal }) => {
      const opened = await run.openFile(file.name, { signal });
      return new OpenSavedFile(fileNode(name, opened.file), opened);
    },
  };
}

function folderOf(files: readonly SavedFile[]): Folder {
  const root: Folder = new Map();
  for (const file of [...files].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const components = file.name.split('/').map(componentOf);
    const name = components.pop()!;
    let folder: Folder | undefined = root;
    for (const component of components) folder = folder && subfolder(folder, component);
    if (folder !== undefined && !folder.has(name)) folder.set(name, file);
  }
  return root;
}

/** Undefined where a file has that name: the server has files that no folder could hold side by side. */
function subfolder(folder: Folder, name: string): Folder | undefined {
  const known = folder.get(name) ?? new Map();
  if (!(known instanceof Map)) return undefined;
  folder.set(name, known);
  return known;
}

function componentOf(part: string): string {
  const encoded = encodeComponent(part);
  return fitComponent(encoded, `~${Buffer.byteLength(encoded)}`);
}

function folderNode(name: string, { modifiedAtMs }: Run): DirectoryNode {
  return { kind: 'directory', name, mtimeMs: Math.floor(modifiedAtMs) };
}

function fileNode(name: string, { size, mtimeMs }: SavedFile): FileNode {
  const contentType = CONTENT_TYPES.get(extname(name).toLowerCase()) ?? 'application/octet-stream';
  const etag = `"saved-${size}-${mtimeMs}"`;
  return { kind: 'file', name, size, mtimeMs, isAppendOnly: false, etag, contentType };
}

class OpenSavedFile implements OpenFile {
  readonly node: FileNode;
  readonly mayGrow = false;
  readonly #opened: OpenedSavedFile;

  constructor(node: FileNode, opened: OpenedSavedFile) {
    this.node = node;
    this.#opened = opened;
  }

  read(wanted: ByteRange, { signal }: ReadOptions): Uint8Array | AsyncIterable<Uint8Array> {
    const range = clampRange(wanted, this.node.size);
    return range.start === range.end ? new Uint8Array(0) : this.#opened.read(range, { signal });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened[Symbol.asyncDispose]();
  }
}
