/**
 * `<project>/@by=group/<group>/mean/` and `<project>/@view=smooth/<run>/`: directories of derived runs. They resolve by name, as those
 * of queries do, and list what is in them; nothing nests below them.
 * @module
 */

import { byteRange, encodeComponent, LogdirError, type MaybePromise, TurnBudget } from '../../core/index.ts';
import type { Run } from '../../history/index.ts';
import type { DirectoryNode, FileNode, OpenFile, TreeOptions } from '../tree.ts';
import type { DerivedGroups, DerivedPlace, DerivedProject, LookOptions } from './derived-runs.ts';
import type { TreeDirectory, TreeFile, TreeNode } from './node.ts';
import { RunDirectory, runNode } from './run-directory.ts';

type Signal = { readonly signal: AbortSignal };

/** The directory of a derivation. @throws LogdirError `not-found` for a view that is not there. */
export function derivedDirectory(name: string, project: DerivedProject, place: DerivedPlace): TreeDirectory {
  project.derived.require(project.current, place.derivation);
  return place.derivation.kind === 'view'
    ? new ViewDirectory(name, project, place)
    : new GroupingDirectory(name, project, place);
}

/** What both are: names that are looked up among the derived runs of now. */
abstract class DerivedDirectory implements TreeDirectory {
  readonly kind = 'directory';
  protected readonly project: DerivedProject;
  protected readonly place: DerivedPlace;
  readonly #name: string;

  constructor(name: string, project: DerivedProject, place: DerivedPlace) {
    this.#name = name;
    this.project = project;
    this.place = place;
  }

  /** Who wants all there is has it listed right after that: folders are read to their ends first, as for a query. */
  stat({ signal, freshness }: TreeOptions): MaybePromise<DirectoryNode> {
    const node = () => directoryNode(this.#name, this.project.current.runs.values());
    if (freshness !== 'complete') return node();
    return this.#refreshed({ signal, upToDate: null, waits: true }).then(node);
  }

  async lookup(given: string, { signal, freshness }: TreeOptions): Promise<TreeDirectory | undefined> {
    if (given.startsWith('@')) throw notBelow(this.#name, given);
    const name = this.nameOf(given);
    const waits = freshness === 'complete';
    const options = { signal, upToDate: waits ? name : null, waits };
    const groups = await this.#groups(options);
    const found = this.childOf(groups, name);
    if (found !== undefined) return found;
    return this.childOf(await this.#refreshed(options), name);
  }

  async entries({ signal }: Signal): Promise<readonly DirectoryNode[]> {
    return await this.nodesOf(await this.#refreshed({ signal, upToDate: null, waits: false }), { signal });
  }

  /** As it is listed. */
  protected nameOf(given: string): string {
    return given;
  }

  protected abstract childOf(groups: DerivedGroups, name: string): TreeDirectory | undefined;
  protected abstract nodesOf(groups: DerivedGroups, options: Signal): Promise<readonly DirectoryNode[]>;

  async #groups(options: LookOptions): Promise<DerivedGroups> {
    return await this.project.derived.of(this.project.current, this.place, options);
  }

  async #refreshed(options: LookOptions): Promise<DerivedGroups> {
    return await this.project.derived.of(await this.project.refreshed(options), this.place, options);
  }
}

/** Of all groups. */
class GroupingDirectory extends DerivedDirectory {
  /** In a value, a slash may be written as in queries: a percent sign of a value's own is listed as `%25`. */
  protected override nameOf(given: string): string {
    return given.replaceAll(/%2f/gi, encodeComponent('/'));
  }

  protected override childOf(groups: DerivedGroups, name: string): TreeDirectory | undefined {
    const runs = groups.get(name);
    return runs && new GroupDirectory(name, runs, this.project, `${this.place.path}/${name}`);
  }

  protected override async nodesOf(
    groups: DerivedGroups,
    options: Signal,
  ): Promise<readonly DirectoryNode[]> {
    return await nodesOf(groups, groupNode, options);
  }
}

/** Of one group: a directory for each statistic. */
class GroupDirectory implements TreeDirectory {
  readonly kind = 'directory';
  readonly #name: string;
  readonly #runs: ReadonlyMap<string, Run>;
  readonly #project: DerivedProject;
  readonly #path: string;

  constructor(name: string, runs: ReadonlyMap<string, Run>, project: DerivedProject, path: string) {
    this.#name = name;
    this.#runs = runs;
    this.#project = project;
    this.#path = path;
  }

  stat(): DirectoryNode {
    return groupNode(this.#name, this.#runs);
  }

  lookup(name: string): TreeDirectory | undefined {
    const run = this.#runs.get(name);
    return run && new DerivedRunDirectory(name, run, this.#project, `${this.#path}/${name}`);
  }

  async entries(): Promise<readonly DirectoryNode[]> {
    return [...this.#runs].map(([name, run]) => runNode(name, run));
  }
}

/** Of a view: the runs that it shows, by their own names. */
class ViewDirectory extends DerivedDirectory {
  protected override childOf(groups: DerivedGroups, name: string): TreeDirectory | undefined {
    const run = groups.get('')?.get(name);
    return run && new DerivedRunDirectory(name, run, this.project, `${this.place.path}/${name}`);
  }

  protected override async nodesOf(
    groups: DerivedGroups,
    options: Signal,
  ): Promise<readonly DirectoryNode[]> {
    return await nodesOf(groups.get('') ?? new Map<string, Run>(), runNode, options);
  }
}

/** The directory of a derived run, in which files that it had under earlier names open as well. */
class DerivedRunDirectory extends RunDirectory {
  readonly #name: string;
  readonly #run: Run;
  readonly #project: DerivedProject;
  readonly #path: string;

  constructor(name: string, run: Run, project: DerivedProject, path: string) {
    super(name, run, project.derivedParts);
    this.#name = name;
    this.#run = run;
    this.#project = project;
    this.#path = path;
  }

  override entries(options: Signal): Promise<readonly FileNode[]> {
    this.#project.derived.noteListed(this.#run);
    return super.entries(options);
  }

  override lookup(name: string): TreeNode | undefined {
    const { derived, derivedParts } = this.#project;
    const earlier = derived
      .earlier(this.#path)
      .find(({ key }) => name.includes(`.${encodeComponent(key.runId)}.`));
    if (earlier === undefined) return super.lookup(name);
    const node = new RunDirectory(this.#name, earlier, derivedParts).lookup(name);
    return node?.kind === 'file' ? earlierFile(node, earlier) : node;
  }
}

/** A file that a derived run had under an earlier name: not there any more once memory has let go of what it was computed of. */
function earlierFile(file: TreeFile, run: Run): TreeFile {
  const open = async (options: TreeOptions) => {
    const opened = await file.open(options);
    await requireRows(run, opened, options);
    return opened;
  };
  return {
    kind: 'file',
    open,
    stat: async (options) => {
      await using opened = await open(options);
      return opened.node;
    },
  };
}

/** Of a log, memory keeps all rows or none. @throws LogdirError `not-found` where they are gone, and members have gone on otherwise. */
async function requireRows(run: Run, file: OpenFile, { signal }: Signal): Promise<void> {
  const isEncoded = file.read(byteRange(0, file.node.size), { signal }) instanceof Uint8Array;
  const { log } = run;
  if (!isEncoded && log !== undefined && log.ledger.blockCount > 0) await run.readBlocks(log, 0, 1);
}

/** Nodes in the order given: of thousands of runs, with turns of the event loop between. */
async function nodesOf<T>(
  found: ReadonlyMap<string, T>,
  nodeOf: (name: string, item: T) => DirectoryNode,
  { signal }: Signal,
): Promise<readonly DirectoryNode[]> {
  const budget = new TurnBudget();
  const nodes: DirectoryNode[] = [];
  for (const [name, item] of found) {
    nodes.push(nodeOf(name, item));
    await budget.next(signal);
  }
  return nodes;
}

function notBelow(directory: string, name: string): LogdirError {
  const advice = /^@(?:by|view)=/.test(name)
    ? 'groups and views do not combine'
    : name.startsWith('@history.')
      ? 'each of the runs in it has its table'
      : `write ${name}/${directory} for what it chooses`;
  return new LogdirError('not-found', `${name} is not there: nothing nests below ${directory}; ${advice}`);
}

/** Its statistics have the same members, and change with them. */
function groupNode(name: string, runs: ReadonlyMap<string, Run>): DirectoryNode {
  return directoryNode(name, [...runs.values()].slice(0, 1));
}

function directoryNode(name: string, runs: Iterable<Run>): DirectoryNode {
  let newestMs = 0;
  for (const { modifiedAtMs } of runs) newestMs = Math.max(newestMs, modifiedAtMs);
  return { kind: 'directory', name, mtimeMs: Math.floor(newestMs) };
}
