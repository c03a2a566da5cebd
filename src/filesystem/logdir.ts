/** The tree itself: entities, projects, runs and their files, over cached history. @module */

import { LRUCache } from 'lru-cache';
import { LogdirError } from '../core/index.ts';
import type { EventFiles } from '../eventfile/index.ts';
import { type History, REFRESH, type Run } from '../history/index.ts';
import { type Directory, DirectoryNaming, type ProjectDirectory } from './directory.ts';
import { OpenEventFile } from './event-file.ts';
import { eventNode, type RunFiles, type RunMoment } from './run-files.ts';
import { FILES_DIRECTORY, SavedTree } from './saved-tree.ts';
import type { DirectoryNode, Eagerness, LogdirNode, LogdirTree, OpenFile, OpenOptions } from './tree.ts';

/** Sources are listed again when a listing older than this is asked for: watching may miss new runs. */
const RELIST_MS = 5000;
/** And when a path is not found in a listing older than this. */
const RELIST_MISSING_MS = 1000;
/** A look that others share outlives whoever began it. */
const NEVER_ABORTED = new AbortController().signal;
/** Event files that stay open for `openCached`. An entry is a few hundred bytes. */
const OPEN_FILES = 10_000;

export interface LogdirOptions {
  readonly history: History;
  readonly files: RunFiles;
  readonly events: EventFiles;
  /** See `fillTemplate`. */
  readonly runNameTemplate: string;
}

type Location =
  | { readonly kind: 'root'; readonly entities: Directory['entities'] }
  | { readonly kind: 'entity'; readonly projects: ReadonlyMap<string, ProjectDirectory> }
  | { readonly kind: 'project'; readonly project: ProjectDirectory }
  | { readonly kind: 'run'; readonly run: Run }
  | { readonly kind: 'file'; readonly run: Run; readonly name: string }
  /** Below `@files`. */
  | { readonly kind: 'saved'; readonly run: Run; readonly path: readonly string[] };
type DirectoryLocation = Exclude<Location, { kind: 'file' | 'saved' }>;

export class Logdir implements LogdirTree {
  readonly #options: LogdirOptions;
  readonly #naming: DirectoryNaming;
  readonly #saved = new SavedTree();
  readonly #open = new LRUCache<string, { readonly run: Run; readonly file: OpenFile }>({
    max: OPEN_FILES,
  });
  #directory: Directory | undefined;
  #directoryVersion = -1;
  #relisting: Promise<void> | undefined;

  constructor(options: LogdirOptions) {
    this.#options = options;
    this.#naming = new DirectoryNaming(options.runNameTemplate);
  }

  /** The directories as of the catalogue now. */
  get directory(): Directory {
    const { catalogue } = this.#options.history;
    if (this.#directory === undefined || this.#directoryVersion !== catalogue.version) {
      this.#directory = this.#naming.draw(catalogue.runs.values(), catalogue.projects);
      this.#directoryVersion = catalogue.version;
    }
    return this.#directory;
  }

  async stat(path: string, options: OpenOptions): Promise<LogdirNode> {
    const location = await this.#locate(path, options);
    if (location.kind === 'saved') return await this.#saved.node(location.run, location.path, options.signal);
    if (location.kind !== 'file') return directoryNode(location, path.split('/').at(-1) ?? '');
    const moment = await this.#moment(location.run, options.eagerness, options.signal);
    return this.#options.files.open(moment, location.name).node;
  }

  statCached(path: string): LogdirNode | undefined {
    const location = this.#find(path);
    if (location === undefined || location.kind === 'saved') return undefined;
    if (location.kind !== 'file') return directoryNode(location, path.slice(path.lastIndexOf('/') + 1));
    const { run, name } = location;
    const view = this.#options.events.currentView(run);
    const event = view === undefined ? null : eventNode({ run, log: view.log, view });
    return event?.name === name ? event : undefined;
  }

  async list(path: string, { signal }: { readonly signal: AbortSignal }): Promise<readonly LogdirNode[]> {
    const location = await this.#locate(path, { signal, eagerness: 'interest' });
    if (this.#options.history.catalogue.ageMs > RELIST_MS) void this.#relist(signal).catch(() => undefined);
    if (location.kind === 'project') return await this.#listProject(location.project, signal);
    switch (location.kind) {
      case 'root':
        return [...location.entities].map(([name, projects]) =>
          directoryNode({ kind: 'entity', projects }, name),
        );
      case 'entity':
        return [...location.projects].map(([name, project]) =>
          directoryNode({ kind: 'project', project }, name),
        );
      case 'run':
        return this.#options.files.nodes(await this.#moment(location.run, 'glance', signal));
      case 'saved':
        return await this.#saved.list(location.run, location.path, signal);
      case 'file':
        // Throws `not-found` first if there is no such file.
        this.#options.files.open(await this.#moment(location.run, 'glance', signal), location.name);
        throw new LogdirError('invalid-argument', `${path} is a file, not a directory`);
    }
  }

  /** The runs of a project: looked for first if nobody has yet, looked for again meanwhile if that was a while ago. */
  async #listProject(project: ProjectDirectory, signal: AbortSignal): Promise<readonly LogdirNode[]> {
    const { catalogue } = this.#options.history;
    const ageMs = catalogue.projectAgeMs(project);
    if (ageMs > RELIST_MS) {
      const looking = catalogue.refreshProject(project, { signal: NEVER_ABORTED });
      if (Number.isFinite(ageMs)) looking.catch(() => undefined);
      else await looking;
      signal.throwIfAborted();
    }
    const { runs } = this.directory.project(...componentsOf(project)) ?? project;
    return [...runs].map(([name, run]) => directoryNode({ kind: 'run', run }, name));
  }

  async open(path: string, { signal, eagerness }: OpenOptions): Promise<OpenFile> {
    const location = await this.#locate(path, { signal, eagerness });
    if (location.kind === 'saved') return await this.#saved.open(location.run, location.path, signal);
    if (location.kind !== 'file')
      throw new LogdirError('invalid-argument', `${path} is a directory, not a file`);
    const moment = await this.#moment(location.run, eagerness, signal);
    const file = this.#options.files.open(moment, location.name);
    if (file instanceof OpenEventFile) this.#open.set(path, { run: location.run, file });
    return file;
  }

  openCached(path: string): OpenFile | undefined {
    const entry = this.#open.get(path);
    if (entry === undefined || !entry.run.isFresh(REFRESH.poll)) return undefined;
    const view = this.#options.events.currentView(entry.run);
    const event = view === undefined ? null : eventNode({ run: entry.run, log: view.log, view });
    return event?.etag === entry.file.node.etag ? entry.file : undefined;
  }

  watchGrowth(onGrowth: (path: string) => void): Disposable {
    const { history } = this.#options;
    return history.watchGrowth(async (run) => {
      const directory = this.directory.pathOf(run.id);
      const view = await this.#options.events.view(run).catch(() => undefined);
      const event = view === undefined ? null : eventNode({ run, log: view.log, view });
      if (event !== null && directory !== undefined) onGrowth(`${directory}/${event.name}`);
    });
  }

  /** Reads what a run's files are made from, bringing it up to date first as far as asked. */
  async #moment(run: Run, eagerness: Eagerness, signal: AbortSignal): Promise<RunMoment> {
    if (eagerness === 'complete') await run.update();
    if (eagerness === 'interest') await run.refresh(REFRESH.poll, { signal });
    signal.throwIfAborted();
    const view = await this.#options.events.view(run);
    const state = await run.refreshState({ signal });
    return { run, log: view.log, view, state, isCurrent: run.status === 'complete', failure: run.failure };
  }

  /** What a path stands for; names that nothing is known of are looked for in the sources, unless at a glance. */
  async #locate(path: string, { signal, eagerness }: OpenOptions): Promise<Location> {
    const found = this.#find(path);
    if (found !== undefined) return found;
    const inside = await this.#findInProject(path, eagerness, signal);
    if (inside !== undefined) return inside;
    if (eagerness !== 'glance' && this.#options.history.catalogue.ageMs > RELIST_MISSING_MS) {
      await this.#relist(signal);
      const foundNow = this.#find(path);
      if (foundNow !== undefined) return foundNow;
    }
    throw new LogdirError('not-found', `${path} is not there; list the directory above it to see what is`);
  }

  /** A path below a project that is listed by itself: looked for there, even at a glance if nobody has looked before. */
  async #findInProject(
    path: string,
    eagerness: Eagerness,
    signal: AbortSignal,
  ): Promise<Location | undefined> {
    const [entity = '', name = '', run] = path.split('/');
    const project = run === undefined ? undefined : this.directory.project(entity, name);
    if (project === undefined) return undefined;
    const { catalogue } = this.#options.history;
    const ageMs = catalogue.projectAgeMs(project);
    if (ageMs <= (eagerness === 'glance' ? Number.MAX_VALUE : RELIST_MISSING_MS)) return undefined;
    await catalogue.refreshProject(project, { signal: NEVER_ABORTED });
    signal.throwIfAborted();
    return this.#find(path);
  }

  #find(path: string): Location | undefined {
    if (path === '') return { kind: 'root', entities: this.directory.entities };
    const [entity, project, run, file, ...rest] = path.split('/');
    if (entity === undefined || (rest.length > 0 && file !== FILES_DIRECTORY)) return undefined;
    const { directory } = this;
    if (project === undefined) {
      const projects = directory.entities.get(entity);
      return projects && { kind: 'entity', projects };
    }
    if (run === undefined) {
      const named = directory.project(entity, project);
      return named && { kind: 'project', project: named };
    }
    const named = directory.run(entity, project, run);
    if (named === undefined) return undefined;
    if (file === undefined) return { kind: 'run', run: named };
    if (file === FILES_DIRECTORY) return { kind: 'saved', run: named, path: rest };
    return { kind: 'file', run: named, name: file };
  }

  /** Lists the sources again, once however many ask. The listing outlives the caller that started it. */
  async #relist(signal: AbortSignal): Promise<void> {
    this.#relisting ??= this.#options.history.relist().finally(() => {
      this.#relisting = undefined;
    });
    await this.#relisting;
    signal.throwIfAborted();
  }
}

/** The two components of a project's path. */
function componentsOf({ path }: ProjectDirectory): [string, string] {
  return path.split('/') as [string, string];
}

function directoryNode(location: DirectoryLocation, name: string): DirectoryNode {
  return { kind: 'directory', name, mtimeMs: newestMs(location) };
}

function newestMs(location: DirectoryLocation): number {
  switch (location.kind) {
    case 'root':
      return newestOf(location.entities, (projects) => newestMs({ kind: 'entity', projects }));
    case 'entity':
      return newestOf(location.projects, (project) => newestMs({ kind: 'project', project }));
    case 'project':
      return newestOf(location.project.runs, (run) => newestMs({ kind: 'run', run }));
    case 'run':
      return Math.floor(location.run.modifiedAtMs);
  }
}

function newestOf<T>(parts: ReadonlyMap<string, T>, newestMsOf: (part: T) => number): number {
  let newest = 0;
  for (const part of parts.values()) newest = Math.max(newest, newestMsOf(part));
  return newest;
}
