/** Which directory stands for which run: the tree's names, kept while the program runs. @module */

import type { CatalogueRun } from '../history/index.ts';
import { encodeName, fillTemplate, fitName } from './names.ts';

export interface ProjectDirectory {
  readonly entity: string;
  readonly project: string;
  /** Path in the tree. */
  readonly path: string;
  /** Runs by directory name, ascending. */
  readonly runs: ReadonlyMap<string, CatalogueRun>;
}

/** An immutable picture of the tree's directories. */
export class Directory {
  /** Projects by directory name, by entity directory name; both ascending. */
  readonly entities: ReadonlyMap<string, ReadonlyMap<string, ProjectDirectory>>;
  #paths: ReadonlyMap<string, string> | undefined;

  constructor(entities: ReadonlyMap<string, ReadonlyMap<string, ProjectDirectory>>) {
    this.entities = entities;
  }

  /** Path of a run's directory, by `CatalogueRun.id`. */
  pathOf(id: string): string | undefined {
    this.#paths ??= this.#allPaths();
    return this.#paths.get(id);
  }

  #allPaths(): ReadonlyMap<string, string> {
    const paths = new Map<string, string>();
    for (const projects of this.entities.values()) {
      for (const { path, runs } of projects.values()) {
        for (const [name, run] of runs) paths.set(run.id, `${path}/${name}`);
      }
    }
    return paths;
  }

  project(entity: string, project: string): ProjectDirectory | undefined {
    return this.entities.get(entity)?.get(project);
  }

  /** A run by its directory name or, unlisted, by its id. */
  run(entity: string, project: string, name: string): CatalogueRun | undefined {
    const runs = this.project(entity, project)?.runs;
    const named = runs?.get(name);
    if (named !== undefined || runs === undefined) return named;
    for (const run of runs.values()) if (encodeName(run.key.runId) === name) return run;
    return undefined;
  }
}

/** Draws directories; a name once given to a run is kept, so that a path in use does not move. */
export class DirectoryNaming {
  readonly #template: string;
  readonly #names = new Map<string, string>();

  /** `template`: see `fillTemplate`. */
  constructor(template: string) {
    this.#template = template;
  }

  draw(runs: Iterable<CatalogueRun>): Directory {
    const projects = new Map<string, CatalogueRun[]>();
    for (const run of runs) {
      const path = `${componentOf(run.key.entity)}/${componentOf(run.key.project)}`;
      const known = projects.get(path);
      if (known === undefined) projects.set(path, [run]);
      else known.push(run);
    }
    const entities = new Map<string, Map<string, ProjectDirectory>>();
    for (const path of [...projects.keys()].sort()) {
      const [entity, project] = path.split('/') as [string, string];
      const named = entities.get(entity) ?? new Map<string, ProjectDirectory>();
      named.set(project, this.#drawProject(path, projects.get(path)!));
      entities.set(entity, named);
    }
    return new Directory(entities);
  }

  #drawProject(path: string, runs: CatalogueRun[]): ProjectDirectory {
    // The earlier run has the plain name; runs with a name already are taken first, so that none moves.
    runs.sort(
      (a, b) =>
        (a.listing.startTime ?? Infinity) - (b.listing.startTime ?? Infinity) || (a.id < b.id ? -1 : 1),
    );
    const taken = new Map<string, CatalogueRun>();
    for (const run of runs) {
      const kept = this.#names.get(run.id);
      if (kept !== undefined) taken.set(kept, run);
    }
    for (const run of runs) {
      if (this.#names.has(run.id)) continue;
      const name = this.#freeName(run, taken);
      this.#names.set(run.id, name);
      taken.set(name, run);
    }
    const { entity, project } = runs[0]!.key;
    const ascending = [...taken].sort(([a], [b]) => (a < b ? -1 : 1));
    return { entity, project, path, runs: new Map(ascending) };
  }

  #freeName({ key, listing }: CatalogueRun, taken: ReadonlyMap<string, CatalogueRun>): string {
    const name = fillTemplate(this.#template, {
      name: listing.displayName || key.runId,
      id: key.runId,
      group: listing.group ?? '',
      jobType: listing.jobType ?? '',
    });
    const suffix = `~${encodeName(key.runId)}`;
    const plain = fitName(encodeName(name || key.runId), suffix);
    if (!taken.has(plain)) return plain;
    let apart = fitName(plain + suffix, suffix);
    for (let n = 2; taken.has(apart); n++) apart = fitName(`${plain}${suffix}~${n}`, `${suffix}~${n}`);
    return apart;
  }
}

function componentOf(name: string): string {
  const encoded = encodeName(name);
  return fitName(encoded, '~');
}
