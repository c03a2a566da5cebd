/** Which directory stands for which run: the tree's names, kept while the program runs. @module */

import type { RunKey } from '../core/index.ts';
import type { Run } from '../history/index.ts';
import { encodeName, fillTemplate, fitName } from './names.ts';

type ProjectPlace = Pick<RunKey, 'entity' | 'project'>;

export interface ProjectDirectory extends ProjectPlace {
  /** Path in the tree. */
  readonly path: string;
  /** Runs by directory name, ascending; none while nobody has looked into the project. */
  readonly runs: ReadonlyMap<string, Run>;
}

/** An immutable picture of the tree's directories. */
export class Directory {
  /** Projects by directory name, by entity directory name; both ascending. */
  readonly entities: ReadonlyMap<string, ReadonlyMap<string, ProjectDirectory>>;
  #paths: ReadonlyMap<string, string> | undefined;

  constructor(entities: ReadonlyMap<string, ReadonlyMap<string, ProjectDirectory>>) {
    this.entities = entities;
  }

  /** Path of a run's directory, by `Run.id`. */
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
  run(entity: string, project: string, name: string): Run | undefined {
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

  /** `projects`: those that are there whether or not any of their runs are known. */
  draw(runs: Iterable<Run>, projects: Iterable<ProjectPlace> = []): Directory {
    const found = new Map<string, { readonly place: ProjectPlace; readonly runs: Run[] }>();
    const at = (place: ProjectPlace) => {
      const path = `${componentOf(place.entity)}/${componentOf(place.project)}`;
      const known = found.get(path) ?? { place, runs: [] };
      found.set(path, known);
      return known.runs;
    };
    for (const place of projects) at(place);
    for (const run of runs) at(run.key).push(run);
    const entities = new Map<string, Map<string, ProjectDirectory>>();
    for (const path of [...found.keys()].sort()) {
      const [entity, project] = path.split('/') as [string, string];
      const named = entities.get(entity) ?? new Map<string, ProjectDirectory>();
      const content = found.get(path)!;
      named.set(project, this.#drawProject(path, content.place, content.runs));
      entities.set(entity, named);
    }
    return new Directory(entities);
  }

  #drawProject(path: string, { entity, project }: ProjectPlace, runs: Run[]): ProjectDirectory {
    // The earlier run has the plain name; runs with a name already are taken first, so that none moves.
    runs.sort(
      (a, b) =>
        (a.listing.startTime ?? Infinity) - (b.listing.startTime ?? Infinity) || (a.id < b.id ? -1 : 1),
    );
    const taken = new Map<string, Run>();
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
    const ascending = [...taken].sort(([a], [b]) => (a < b ? -1 : 1));
    return { entity, project, path, runs: new Map(ascending) };
  }

  #freeName({ key, listing }: Run, taken: ReadonlyMap<string, Run>): string {
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
