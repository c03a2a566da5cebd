/** Root, entities and projects: the directories that the namespace names. @module */

import type { MaybePromise } from '../../core/index.ts';
import type { Caller, NamedProject, Namespace, NamespaceSnapshot } from '../../namespace/index.ts';
import type { DirectoryNode, TreeOptions } from '../tree.ts';
import type { DerivedRuns } from './derived-runs.ts';
import type { TreeDirectory, TreeNode } from './node.ts';
import { type ChosenRuns, queryDirectory } from './query-directory.ts';
import { RunDirectory, type RunParts } from './run-directory.ts';
import type { RunNodes } from './run-nodes.ts';

/** What these directories share: one caller's view of the namespace. */
export interface NamedParts {
  readonly namespace: Namespace;
  readonly caller: Caller;
  readonly chosen: ChosenRuns;
  readonly listed: RunNodes;
  readonly derived: DerivedRuns;
  readonly runs: RunParts;
  /** Of derived runs. */
  readonly derivedParts: RunParts;
}

type Signal = { readonly signal: AbortSignal };

export class RootDirectory implements TreeDirectory {
  readonly kind = 'directory';
  readonly #parts: NamedParts;

  constructor(parts: NamedParts) {
    this.#parts = parts;
  }

  get #seen(): NamespaceSnapshot {
    const { namespace, caller } = this.#parts;
    return namespace.visible(caller);
  }

  stat(): DirectoryNode {
    return { kind: 'directory', name: '', mtimeMs: newestMs(this.#seen.projects) };
  }

  lookup(name: string, options: TreeOptions): MaybePromise<TreeNode | undefined> {
    return this.#entity(name) ?? afterListing(this.#parts, options, () => this.#entity(name));
  }

  #entity(name: string): TreeDirectory | undefined {
    return this.#seen.entities.has(name) ? new EntityDirectory(name, this.#parts) : undefined;
  }

  async entries(): Promise<readonly DirectoryNode[]> {
    return [...this.#seen.entities].map(([name, projects]) => entityNode(name, projects));
  }
}

class EntityDirectory implements TreeDirectory {
  readonly kind = 'directory';
  readonly #name: string;
  readonly #parts: NamedParts;

  constructor(name: string, parts: NamedParts) {
    this.#name = name;
    this.#parts = parts;
  }

  get #projects(): ReadonlyMap<string, NamedProject> {
    const { namespace, caller } = this.#parts;
    return namespace.visible(caller).entities.get(this.#name) ?? new Map();
  }

  stat(): DirectoryNode {
    return entityNode(this.#name, this.#projects);
  }

  lookup(name: string, options: TreeOptions): MaybePromise<TreeNode | undefined> {
    return this.#project(name) ?? afterListing(this.#parts, options, () => this.#project(name));
  }

  #project(name: string): TreeDirectory | undefined {
    const project = this.#projects.get(name);
    return project && new ProjectDirectory(project, this.#parts);
  }

  async entries(): Promise<readonly DirectoryNode[]> {
    return [...this.#projects.values()].map(projectNode);
  }
}

class ProjectDirectory implements TreeDirectory {
  readonly kind = 'directory';
  /** As it was when this node was looked up. */
  readonly #project: NamedProject;
  readonly #parts: NamedParts;

  constructor(project: NamedProject, parts: NamedParts) {
    this.#project = project;
    this.#parts = parts;
  }

  /** As it is now. Rights may end while a request waits: whoever lost them sees no run that was listed before. */
  get #current(): NamedProject {
    const { namespace, caller } = this.#parts;
    const { entityName, name } = this.#project;
    const seen = namespace.visible(caller).project(entityName, name);
    if (seen !== undefined) return seen;
    return caller.sees === 'everything' ? this.#project : this.#project.withoutRuns();
  }

  stat(): DirectoryNode {
    return projectNode(this.#project);
  }

  lookup(name: string, options: TreeOptions): MaybePromise<TreeNode | undefined> {
    return (
      this.#run(name) ?? this.#table(name) ?? this.#query(name) ?? this.#lookupAfterListing(name, options)
    );
  }

  #run(name: string): TreeDirectory | undefined {
    const run = this.#current.run(name);
    return run && new RunDirectory(name, run, this.#parts.runs);
  }

  #table(name: string): TreeNode | undefined {
    return this.#parts.runs.tables.ofProject(name, async (options) => {
      await this.#parts.namespace.refreshProject(this.#project, 'directory', options);
      return [...this.#current.runs].map(([directory, run]) => ({ name: directory, run }));
    });
  }

  #query(name: string): TreeDirectory | undefined {
    const { namespace, chosen, runs, derived, derivedParts } = this.#parts;
    const current = () => this.#current;
    return queryDirectory(name, {
      get current() {
        return current();
      },
      refreshed: async (options) => {
        await namespace.refreshProject(this.#project, 'directory', options);
        return this.#current;
      },
      choose: (project, terms, options) => namespace.choose(project, terms, options),
      runDirectory: (below, run) => new RunDirectory(below, run, runs),
      ...{ chosen, derived, derivedParts },
      table: (file, of) => runs.tables.ofProject(file, of),
    });
  }

  async #lookupAfterListing(name: string, options: TreeOptions): Promise<TreeNode | undefined> {
    const policy = options.freshness === 'cached' ? 'unknownNameCached' : 'unknownName';
    await this.#parts.namespace.refreshProject(this.#project, policy, options);
    return this.#run(name) ?? (await afterListing(this.#parts, options, () => this.#run(name)));
  }

  /** The runs: asked for first if nobody has yet, asked for again meanwhile if that was a while ago. */
  async entries(options: Signal): Promise<readonly DirectoryNode[]> {
    await this.#parts.namespace.refreshProject(this.#project, 'directory', options);
    return this.#parts.listed.of(this.#current.runs);
  }
}

/** What `find` finds once the sources were listed again, which they are not for who is content with what is cached. */
async function afterListing(
  { namespace }: NamedParts,
  options: TreeOptions,
  find: () => TreeDirectory | undefined,
): Promise<TreeDirectory | undefined> {
  if (options.freshness === 'cached') return undefined;
  await namespace.refreshSources('unknownName', options);
  return find();
}

function entityNode(name: string, projects: ReadonlyMap<string, NamedProject>): DirectoryNode {
  return { kind: 'directory', name, mtimeMs: newestMs(projects.values()) };
}

function projectNode(project: NamedProject): DirectoryNode {
  return { kind: 'directory', name: project.name, mtimeMs: newestMs([project]) };
}

/** Time of the newest change of any run, in Unix milliseconds; 0 without runs. */
function newestMs(projects: Iterable<NamedProject>): number {
  let newest = 0;
  for (const { runs } of projects) {
    for (const { modifiedAtMs } of runs.values()) newest = Math.max(newest, Math.floor(modifiedAtMs));
  }
  return newest;
}
