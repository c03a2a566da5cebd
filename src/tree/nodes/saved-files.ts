/**
 * `<run>/@files/`: what was saved with a run, as directories and files; `<run>/@tensorboard/`: the event files among it. Neither
 * is listed: whoever walks a tree would fetch it all, and TensorBoard would show values of `sync_tensorboard` twice.
 * @module
 */

import { extname } from 'node:path/posix';
import { LRUCache } from 'lru-cache';
import { type ByteRange, clampRange, NEVER_ABORTED, savedFilePath } from '../../core/index.ts';
import type { OpenedSavedFile, Run, SavedFile } from '../../history/index.ts';
import type { DirectoryNode, FileNode, LogdirNode, OpenFile, ReadOptions, TreeOptions } from '../tree.ts';
import { growingSavedFile } from './growing-saved-file.ts';
import type { TreeDirectory, TreeFile, TreeNode } from './node.ts';

/** The directories' names in that of their run. */
export const SAVED_FILES = '@files';
export const SAVED_EVENT_FILES = '@tensorboard';
/** TensorBoard takes a file for one of events by this part of its name (`io_wrapper.IsTensorFlowEventsFile`). */
const EVENT_FILE_PART = 'tfevents';
/** Listings are kept for as long as one look takes that stats what it listed. */
const LISTED_MS = 5000;
const LISTED_RUNS = 200;

/** Types that browsers show. Whoever serves them sees to it that pages and drawings run nothing in the name of this server. */
const CONTENT_TYPES: ReadonlyMap<string, string> = new Map([
  ['.txt', 'text/plain; charset=utf-8'],
  ['.log', 'text/plain; charset=utf-8'],
  ['.py', 'text/plain; charset=utf-8'],
  ['.patch', 'text/plain; charset=utf-8'],
  ['.yaml', 'application/yaml; charset=utf-8'],
  ['.json', 'application/json; charset=utf-8'],
  ['.html', 'text/html; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
  ['.png', 'image/png'],
  ['.jpg', 'image/jpeg'],
  ['.jpeg', 'image/jpeg'],
  ['.gif', 'image/gif'],
  ['.bmp', 'image/bmp'],
  ['.webp', 'image/webp'],
  ['.wav', 'audio/wav'],
  ['.mp3', 'audio/mpeg'],
  ['.ogg', 'audio/ogg'],
  ['.flac', 'audio/flac'],
  ['.mp4', 'video/mp4'],
  ['.webm', 'video/webm'],
]);

/** Files and folders by component name, ascending. */
type Folder = Map<string, SavedFile | Folder>;

interface Listed {
  readonly all: Folder;
  /** Event files alone. */
  readonly events: Folder;
}

/** The saved files of all runs. */
export class SavedFiles {
  readonly #listed = new LRUCache<string, Promise<Listed>>({ max: LISTED_RUNS, ttl: LISTED_MS });

  /** What was saved with a run; its source is asked when somebody looks inside. */
  directory(run: Run): TreeDirectory {
    const content = async ({ signal }: Signal) => (await this.#list(run, signal)).all;
    return new SavedDirectory(SAVED_FILES, run, content, (name, options) => unlistedFile(run, name, options));
  }

  /** Of that, event files: those that TensorBoard itself wrote and the SDK saved (`sync_tensorboard`), byte for byte. */
  eventFiles(run: Run): TreeDirectory {
    const content = async ({ signal }: Signal) => (await this.#list(run, signal)).events;
    return new SavedDirectory(SAVED_EVENT_FILES, run, content);
  }

  async #list(run: Run, signal: AbortSignal): Promise<Listed> {
    let listed = this.#listed.get(run.id);
    if (listed === undefined) {
      // Shared by all who look meanwhile, so no one of them may cancel it.
      listed = run.listFiles({ signal: NEVER_ABORTED }).then((files) => {
        return { all: folderOf(files), events: folderOf(files.filter(isEventFile)) };
      });
      this.#listed.set(run.id, listed);
      listed.catch(() => this.#listed.delete(run.id));
    }
    const found = await listed;
    signal.throwIfAborted();
    return found;
  }
}

type Signal = { readonly signal: AbortSignal };

class SavedDirectory implements TreeDirectory {
  readonly kind = 'directory';
  readonly #name: string;
  readonly #run: Run;
  readonly #content: (options: Signal) => Promise<Folder>;
  readonly #unlisted: (name: string, options: Signal) => Promise<SavedFile | undefined>;

  /** `unlisted`: a file that opens by its name alone. */
  constructor(
    name: string,
    run: Run,
    content: (options: Signal) => Promise<Folder>,
    unlisted: (name: string, options: Signal) => Promise<SavedFile | undefined> = async () => undefined,
  ) {
    this.#name = name;
    this.#run = run;
    this.#content = content;
    this.#unlisted = unlisted;
  }

  stat(): DirectoryNode {
    return folderNode(this.#name, this.#run);
  }

  async lookup(name: string, options: TreeOptions): Promise<TreeNode | undefined> {
    const listed = (await this.#content(options)).get(name);
    const entry = listed ?? (await this.#unlisted(name, options));
    if (entry === undefined) return undefined;
    return entry instanceof Map
      ? new SavedDirectory(name, this.#run, async () => entry)
      : savedFile(name, entry, this.#run);
  }

  async entries(options: Signal): Promise<readonly LogdirNode[]> {
    return [...(await this.#content(options))].map(([name, entry]) =>
      entry instanceof Map ? folderNode(name, this.#run) : fileNode(name, entry, this.#run),
    );
  }
}

function savedFile(name: string, file: SavedFile, run: Run): TreeFile {
  if (isGrowing(file, run)) return growingSavedFile(run, file, (found) => fileNode(name, found, run));
  return {
    kind: 'file',
    stat: () => fileNode(name, file, run),
    open: async ({ signal }) => {
      const opened = await run.openFile(file.name, { signal });
      return new OpenSavedFile(fileNode(name, opened.file, run), opened);
    },
  };
}

/** What is made when somebody asks for it, as the console of a log is. Asking a server would cost a request for each wrong name. */
async function unlistedFile(run: Run, name: string, options: Signal): Promise<SavedFile | undefined> {
  return run.policy.reading === 'eager' ? (await run.statFiles([name], options))[0] : undefined;
}

function isEventFile({ name }: SavedFile): boolean {
  return name.slice(name.lastIndexOf('/') + 1).includes(EVENT_FILE_PART);
}

/** Whether its writer may still append to it. A server has it once it is whole, and each look there costs a request. */
function isGrowing(file: SavedFile, run: Run): boolean {
  return run.policy.reading === 'eager' && isEventFile(file);
}

function folderOf(files: readonly SavedFile[]): Folder {
  const root: Folder = new Map();
  for (const file of [...files].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const components = savedFilePath(file.name).split('/');
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

function folderNode(name: string, { modifiedAtMs }: Run): DirectoryNode {
  return { kind: 'directory', name, mtimeMs: Math.floor(modifiedAtMs) };
}

function fileNode(name: string, file: SavedFile, run: Run): FileNode {
  const { size, mtimeMs } = file;
  const contentType = CONTENT_TYPES.get(extname(name).toLowerCase()) ?? 'application/octet-stream';
  const etag = `"saved-${size}-${mtimeMs}"`;
  return { kind: 'file', name, size, mtimeMs, isAppendOnly: isGrowing(file, run), etag, contentType };
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
