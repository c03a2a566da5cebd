/** Names of entities, projects and runs: each its own in its directory, and kept once given. @module */

import { encodeComponent, fitComponent, type RunNamePart } from '../core/index.ts';
import type { Run } from '../history/index.ts';
import type { RunDescriptions } from './run-descriptions.ts';
import { runName } from './run-name.ts';

/**
 * Names given to the members of one directory. A name stays with its member while the program runs, also when the
 * member is gone for a while, so that no path ever leads to something else. Bounded by the members ever listed.
 */
class NameTable {
  readonly #byMember = new Map<string, string>();
  readonly #taken: Set<string>;

  /** `reserved`: names that no member has without a suffix. */
  constructor(reserved: readonly string[] = []) {
    this.#taken = new Set(reserved);
  }

  of(member: string): string | undefined {
    return this.#byMember.get(member);
  }

  /** The first free one of `plain`, `plain<suffix>`, `plain<suffix>~2`, … */
  give(member: string, plain: string, suffix: string): string {
    let name = plain;
    for (let n = 1; this.#taken.has(name); n++) {
      const apart = n === 1 ? suffix : `${suffix}~${n}`;
      name = fitComponent(plain + apart, apart);
    }
    this.#byMember.set(member, name);
    this.#taken.add(name);
    return name;
  }

  /** Takes a name back; it is free for others. */
  release(member: string): void {
    const name = this.#byMember.get(member);
    if (name !== undefined) this.#taken.delete(name);
    this.#byMember.delete(member);
  }
}

/**
 * TensorBoard's pages keep objects by names of runs, in which these are there from the start: images, distributions and custom
 * scalars of all runs fail beside a run that is called like one of them.
 */
const RESERVED_RUN_NAMES = Object.getOwnPropertyNames(Object.prototype);

/** Every name given so far. */
export class Names {
  readonly #template: readonly RunNamePart[];
  readonly #descriptions: RunDescriptions;
  readonly #entities = new NameTable();
  /** By entity. */
  readonly #projects = new Map<string, NameTable>();
  /** By path of the project. */
  readonly #runs = new Map<string, NameTable>();
  /** Runs that were named while nothing had reached their log: by their ids, and until they say what they are called. */
  readonly #provisional = new Set<string>();

  constructor(template: readonly RunNamePart[], descriptions: RunDescriptions) {
    this.#template = template;
    this.#descriptions = descriptions;
  }

  ofEntity(entity: string): string {
    return this.#entities.of(entity) ?? this.#entities.give(entity, componentOf(entity), '~');
  }

  ofProject(entity: string, project: string): string {
    const table = tableAt(this.#projects, entity);
    return table.of(project) ?? table.give(project, componentOf(project), '~');
  }

  /**
   * Runs of one project by their names, in ascending order of names. Those of which is not known what their names ask for
   * are in `unnamed`.
   */
  ofRuns(
    projectPath: string,
    runs: readonly Run[],
  ): { readonly named: ReadonlyMap<string, Run>; readonly unnamed: readonly Run[] } {
    const table = tableAt(this.#runs, projectPath, RESERVED_RUN_NAMES);
    for (const { id, listing } of runs)
      if (listing.isWaiting !== true && this.#provisional.delete(id)) table.release(id);
    // The run that started first has the plain name, whatever the order of listing.
    for (const run of runs.filter(({ id }) => table.of(id) === undefined).sort(byStart))
      this.#nameRun(table, run);
    const named: [string, Run][] = [];
    const unnamed: Run[] = [];
    for (const run of runs) {
      const name = table.of(run.id);
      if (name === undefined) unnamed.push(run);
      else named.push([name, run]);
    }
    return { named: new Map(named.sort(([a], [b]) => (a < b ? -1 : 1))), unnamed };
  }

  #nameRun(table: NameTable, run: Run): void {
    const { id, key, listing } = run;
    const description = this.#descriptions.of(run);
    if (description === undefined && this.#descriptions.areNeeded) return;
    const name = runName(this.#template, run, description);
    const suffix = `~${encodeComponent(key.runId)}`;
    if (listing.isWaiting === true) this.#provisional.add(id);
    table.give(id, fitComponent(encodeComponent(name || key.runId), suffix), suffix);
  }
}

function tableAt(tables: Map<string, NameTable>, key: string, reserved?: readonly string[]): NameTable {
  const table = tables.get(key) ?? new NameTable(reserved);
  tables.set(key, table);
  return table;
}

function byStart(a: Run, b: Run): number {
  return (a.listing.startTime ?? Infinity) - (b.listing.startTime ?? Infinity) || (a.id < b.id ? -1 : 1);
}

function componentOf(name: string): string {
  return fitComponent(encodeComponent(name), '~');
}
