/** The tree itself: walks paths from node to node. @module */

import { type Clock, LogdirError, type MaybePromise, NEVER_ABORTED, systemClock } from '../core/index.ts';
import type { EventFiles } from '../eventfile/index.ts';
import type { History } from '../history/index.ts';
import type { Caller, Namespace } from '../namespace/index.ts';
import { Tables } from '../tables/index.ts';
import type { Views } from '../views/index.ts';
import { ListingPatience } from './listing-patience.ts';
import { DerivedRuns } from './nodes/derived-runs.ts';
import { EventFileNodes } from './nodes/event-file.ts';
import { type NamedParts, RootDirectory } from './nodes/named-directories.ts';
import type { TreeNode } from './nodes/node.ts';
import { ProjectorFiles } from './nodes/projector.ts';
import { ChosenRuns } from './nodes/query-directory.ts';
import type { RunParts } from './nodes/run-directory.ts';
import { RunDocuments } from './nodes/run-documents.ts';
import { RunNodes } from './nodes/run-nodes.ts';
import { SavedFiles } from './nodes/saved-files.ts';
import { TableNodes } from './nodes/tables.ts';
import { RunSnapshots } from './run-snapshot.ts';
import type { LogdirNode, LogdirTree, OpenFile, TreeOptions } from './tree.ts';

/** Within it a program has read the listing of a large directory to its end, which takes the mount several answers. */
const REFRESH_AFTER_MS = 100;

export interface CreateTreeOptions {
  readonly history: History;
  readonly namespace: Namespace;
  /** Whose tree it is. */
  readonly caller: Caller;
  /** The view of runs as event files. */
  readonly events: EventFiles;
  /** Tables that callers share; default: its own. */
  readonly tables?: Tables;
  /** Runs that are computed from others, and their event files. */
  readonly derived: { readonly views: Views; readonly events: EventFiles };
  readonly clock?: Clock;
}

/** The tree that one caller sees. */
export function createTree(options: CreateTreeOptions): LogdirTree {
  const { history, namespace, caller, clock = systemClock, tables = new Tables() } = options;
  const { views, events } = options.derived;
  const shared = {
    patience: new ListingPatience(clock),
    saved: new SavedFiles(),
    projector: new ProjectorFiles(),
    tables: new TableNodes(tables),
  };
  const partsOf = (files: EventFiles) => ({ ...shared, ...fileParts(files, caller) });
  return new Logdir(history, {
    ...{ namespace, caller, chosen: new ChosenRuns(), listed: new RunNodes() },
    derived: new DerivedRuns({ namespace, views, clock }),
    runs: partsOf(options.events),
    derivedParts: partsOf(events),
  });
}

function fileParts(files: EventFiles, caller: Caller): Pick<RunParts, 'snapshots' | 'events' | 'documents'> {
  const snapshots = new RunSnapshots(files);
  const events = new EventFileNodes(files, snapshots);
  return { snapshots, events, documents: new RunDocuments({ caller, snapshots, events }) };
}

class Logdir implements LogdirTree {
  readonly #history: History;
  readonly #parts: NamedParts;
  readonly #root: RootDirectory;
  #refreshing: NodeJS.Timeout | undefined;

  constructor(history: History, parts: NamedParts) {
    this.#history = history;
    this.#parts = parts;
    this.#root = new RootDirectory(parts);
  }

  stat(path: string, options: TreeOptions): MaybePromise<LogdirNode> {
    return this.#at(path, options, (node) => node.stat(options));
  }

  open(path: string, options: TreeOptions): MaybePromise<OpenFile> {
    return this.#at(path, options, (node) => {
      if (node.kind === 'file') return node.open(options);
      throw new LogdirError('invalid-argument', `${path} is a directory, not a file`);
    });
  }

  async list(path: string, { signal }: { readonly signal: AbortSignal }): Promise<readonly LogdirNode[]> {
    const node = await walk(this.#root, path, 0, { signal, freshness: 'refresh' });
    signal.throwIfAborted();
    this.#refreshSoon();
    if (node.kind === 'directory') return await node.entries({ signal });
    // Fails with `not-found` first if there is no such file.
    await node.stat({ signal, freshness: 'cached' });
    throw new LogdirError('invalid-argument', `${path} is a file, not a directory`);
  }

  watchGrowth(onGrowth: (path: string) => void): Disposable {
    const { namespace, caller, runs } = this.#parts;
    return this.#history.watchGrowth(async (run) => {
      const view = await runs.snapshots.view(run).catch(() => undefined);
      const event = view === undefined ? null : runs.events.nodeOf(run, view);
      const directory = namespace.visible(caller).pathOf(run);
      if (event !== null && directory !== undefined) onGrowth(`${directory}/${event.name}`);
    });
  }

  /** What is new in the sources shows in the next listing. Listing thousands of runs anew must not hold this one up. */
  #refreshSoon(): void {
    this.#refreshing ??= setTimeout(() => {
      this.#refreshing = undefined;
      const refreshed = this.#parts.namespace.refreshSources('directory', { signal: NEVER_ABORTED });
      refreshed.catch(() => undefined);
    }, REFRESH_AFTER_MS).unref();
  }

  /** What `act` makes of the node at a path, at once where neither has to be waited for. */
  #at<T>(path: string, options: TreeOptions, act: (node: TreeNode) => MaybePromise<T>): MaybePromise<T> {
    try {
      const node = walk(this.#root, path, 0, options);
      if (!(node instanceof Promise)) return act(node);
      return node.then((found) => {
        options.signal.throwIfAborted();
        return act(found);
      });
    } catch (error) {
      return Promise.reject(error);
    }
  }
}

/** The node that the components of `path` from index `at` on lead to. */
function walk(start: TreeNode, path: string, at: number, options: TreeOptions): MaybePromise<TreeNode> {
  let node = start;
  for (let from = at; path !== '' && from <= path.length; ) {
    const slash = path.indexOf('/', from);
    const end = slash < 0 ? path.length : slash;
    const child = node.kind === 'directory' ? node.lookup(path.slice(from, end), options) : undefined;
    if (child instanceof Promise)
      return child.then((found) => walk(found ?? notThere(path), path, end + 1, options));
    node = child ?? notThere(path);
    from = end + 1;
  }
  return node;
}

function notThere(path: string): never {
  throw new LogdirError('not-found', `${path} is not there; list the directory above it to see what is`);
}
