/** Names of entities, projects and runs: each its own in its directory, and kept once given. @module */

import { encodeComponent, fitComponent } from '../core/index.ts';
import type { Run } from '../history/index.ts';

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
  readonly #template: string;
  readonly #entities = new NameTable();
  /** By entity. */
  readonly #projects = new Map<string, NameTable>();
  /** By path of the project. */
  readonly #runs = new Map<string, NameTable>();
  /** Runs that were named while nothing had reached their log: by their ids, and until they say what they are called. */
  readonly #provisional = new Set<string>();

  /** `template`: see `fillTemplate`. */
  constructor(template: string) {
    this.#template = template;
  }

  ofEntity(entity: string): string {
    return this.#entities.of(entity) ?? this.#entities.give(entity, componentOf(entity), '~');
  }

  ofProject(entity: string, project: string): string {
    const table = tableAt(this.#projects, entity);
    return table.of(project) ?? table.give(project, componentOf(project), '~');
  }

  /** Runs of one project by their names, in ascending order of names. */
  ofRuns(projectPath: string, runs: readonly Run[]): ReadonlyMap<string, Run> {
    const table = tableAt(this.#runs, projectPath, RESERVED_RUN_NAMES);
    for (const { id, listing } of runs)
      if (listing.isWaiting !== true && this.#provisional.delete(id)) table.release(id);
    // The run that started first has the plain name, whatever the order of listing.
    const unnamed = runs.filter((run) => table.of(run.id) === undefined).sort(byStart);
    for (const run of unnamed) this.#nameRun(table, run);
    const named = runs.map((run) => [table.of(run.id)!, run] as const);
    return new Map(named.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #nameRun(table: NameTable, { id, key, listing }: Run): void {
    const name = fillTemplate(this.#template, {
      name: listing.displayName || key.runId,
      id: key.runId,
      group: listing.group ?? '',
      jobType: listing.jobType ?? '',
    });
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

/** What a run name template may ask for. */
export interface RunNameParts {
  readonly name: string;
  readonly id: string;
  readonly group: string;
  readonly jobType: string;
}

/** Fills `{name}`, `{id}`, `{group}`, `{jobType}`. Of `{group}/{name}` nothing is left but the name where there is no group. */
export function fillTemplate(template: string, parts: RunNameParts): string {
  const filled = template
    .split('/')
    .map((piece) =>
      piece.replace(/\{(name|id|group|jobType)\}/g, (_, part: keyof RunNameParts) => parts[part]),
    );
  return filled.filter((piece) => piece !== '').join('/');
}
