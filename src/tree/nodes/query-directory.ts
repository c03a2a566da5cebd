/**
 * `<project>/@tag=best/@last=20/`: runs of a project chosen by what they are. Such directories resolve by name, nest, and are
 * not listed: whoever walks a tree would meet every run in each of them.
 * @module
 */

import { LRUCache } from 'lru-cache';
import { LogdirError, type MaybePromise } from '../../core/index.ts';
import type { Run } from '../../history/index.ts';
import {
  type ChooseOptions,
  type Derivation,
  type NamedProject,
  type ParsedTerm,
  parseTerm,
  type QueryTerm,
} from '../../namespace/index.ts';
import type { DirectoryNode, TreeOptions } from '../tree.ts';
import { derivedDirectory } from './derived-directories.ts';
import type { DerivedProject } from './derived-runs.ts';
import type { TreeDirectory, TreeFile, TreeNode } from './node.ts';
import { runNode } from './run-directory.ts';
import type { RunsOfTable } from './tables.ts';

/** Queries whose runs are remembered: see `ChosenRuns`. */
const MAX_QUERIES = 1000;

type Signal = { readonly signal: AbortSignal };

/** The project that queries are about, as one caller sees it. */
export interface QueriedProject extends DerivedProject {
  readonly choose: (
    project: NamedProject,
    terms: readonly QueryTerm[],
    options: ChooseOptions,
  ) => Promise<ReadonlyMap<string, Run>>;
  /** Directory of a run, under the name it is looked up by. */
  readonly runDirectory: (name: string, run: Run) => TreeDirectory;
  readonly chosen: ChosenRuns;
  /** See `TableNodes.ofProject`. */
  readonly table: (name: string, runs: RunsOfTable) => TreeFile | undefined;
}

/**
 * Which runs a query has chosen at any time, by its path: a run that has left opens all the same, for whoever listed it may be
 * reading it.
 */
export class ChosenRuns {
  readonly #ids = new LRUCache<string, Set<string>>({ max: MAX_QUERIES });

  add(path: string, runs: Iterable<Run>): void {
    const ids = this.#ids.get(path) ?? new Set<string>();
    this.#ids.set(path, ids);
    for (const { id } of runs) ids.add(id);
  }

  has(path: string, { id }: Run): boolean {
    return this.#ids.get(path)?.has(id) ?? false;
  }
}

/** The directory that a component below a project stands for; undefined for one that is no query. @throws LogdirError `not-found` */
export function queryDirectory(component: string, project: QueriedProject): TreeDirectory | undefined {
  return nested(component, project, [], project.current.path);
}

function nested(
  component: string,
  project: QueriedProject,
  above: readonly QueryTerm[],
  parent: string,
): TreeDirectory | undefined {
  const parsed = parseTerm(component);
  if (parsed === undefined) return undefined;
  if (parsed.kind === 'grouping' || parsed.kind === 'view') {
    const path = `${parent}/${component}`;
    return derivedDirectory(component, project, { path, terms: above, derivation: parsed });
  }
  return new QueryDirectory(component, { project, above, parent, component, parsed });
}

/** What chooses runs, or is meant to. */
type QueryText = Exclude<ParsedTerm, Derivation>;

interface Query {
  readonly project: QueriedProject;
  /** Terms of the directories above. */
  readonly above: readonly QueryTerm[];
  /** Path of the directory above. */
  readonly parent: string;
  /** All of the query's own text: a value with slashes spans several components. */
  readonly component: string;
  readonly parsed: QueryText;
}

class QueryDirectory implements TreeDirectory {
  readonly kind = 'directory';
  readonly #name: string;
  readonly #query: Query;
  readonly #path: string;

  constructor(name: string, query: Query) {
    this.#name = name;
    this.#query = query;
    this.#path = `${query.parent}/${query.component}`;
  }

  /** Who wants all there is has it listed right after that: folders are read to their ends first. */
  stat(options: TreeOptions): MaybePromise<DirectoryNode> {
    if (options.freshness !== 'complete' || this.#query.parsed.kind === 'problem') return this.#node();
    return this.#choose(options).then(() => this.#node());
  }

  #node(): DirectoryNode {
    const runs = [...this.#query.project.current.runs.values()];
    const newestMs = runs.reduce((newest, { modifiedAtMs }) => Math.max(newest, modifiedAtMs), 0);
    return { kind: 'directory', name: this.#name, mtimeMs: Math.floor(newestMs) };
  }

  /** A run, a query about the runs here, or the rest of a value after a slash. */
  async lookup(name: string, options: TreeOptions): Promise<TreeNode | undefined> {
    const { project, parsed, component, parent, above } = this.#query;
    if (name.startsWith('@')) return this.#table(name) ?? nested(name, project, this.#terms(), this.#path);
    if (parsed.kind === 'term') {
      const run = await this.#run(name, options);
      if (run !== undefined) return project.runDirectory(name, run);
    }
    const longer = { project, above, parent, component: `${component}/${name}` };
    const rest = parseTerm(longer.component);
    if (rest?.kind !== 'term' && rest?.kind !== 'problem') return undefined;
    return (await this.#goesOn(rest, options))
      ? new QueryDirectory(name, { ...longer, parsed: rest })
      : undefined;
  }

  /** A table of the runs that are chosen when it is opened. */
  #table(name: string): TreeFile | undefined {
    const { project } = this.#query;
    return project.table(name, async (options) => {
      const freshness = options.freshness === 'cached' ? 'cached' : 'complete';
      const chosen = await this.#choose({ ...options, freshness });
      return [...chosen].map(([directory, run]) => ({ name: directory, run }));
    });
  }

  /** Whether a name is the rest of this query's text. Of a tag or a group it is where some run has one that begins so. */
  async #goesOn(rest: QueryText, options: Signal): Promise<boolean> {
    const { parsed, project, above } = this.#query;
    if (parsed.kind === 'problem' || parsed.isOpen) return true;
    if (rest.kind === 'problem' || rest.term.kind !== 'equals') return false;
    const begins = [...above, { ...rest.term, kind: 'begins' } as const];
    return (await project.choose(project.current, begins, options)).size > 0;
  }

  async entries(options: Signal): Promise<readonly DirectoryNode[]> {
    const chosen = await this.#choose({ ...options, freshness: 'cached' });
    return [...chosen].map(([name, run]) => runNode(name, run));
  }

  /** A table is made once, and who wants a run complete may take what is not chosen for not there. */
  async #choose(options: TreeOptions): Promise<ReadonlyMap<string, Run>> {
    const { project } = this.#query;
    const terms = this.#terms();
    const { signal } = options;
    const waits = options.freshness === 'complete';
    const chosen = await project.choose(await project.refreshed(options), terms, { signal, waits });
    project.chosen.add(this.#path, chosen.values());
    return chosen;
  }

  async #run(name: string, options: TreeOptions): Promise<Run | undefined> {
    const { project } = this.#query;
    const run = project.current.run(name) ?? (await project.refreshed(options)).run(name);
    if (run === undefined) return undefined;
    if (!project.chosen.has(this.#path, run)) await this.#choose(options);
    return project.chosen.has(this.#path, run) ? run : undefined;
  }

  /** @throws LogdirError `invalid-argument` for what is no query. */
  #terms(): readonly QueryTerm[] {
    const { above, parsed } = this.#query;
    if (parsed.kind === 'problem') throw new LogdirError('invalid-argument', parsed.message);
    return [...above, parsed.term];
  }
}
