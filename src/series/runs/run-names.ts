/** What runs are called: the names of their directories, with as much of the path as keeps them apart. @module */

import type { Run } from '../../history/index.ts';

/** A run's place in the tree, as its directories are named. */
export interface RunPlace {
  readonly entity: string;
  readonly project: string;
  readonly directory: string;
  readonly run: Run;
}

/** A project, whether or not any of its runs are known yet. */
export type ProjectPlace = Pick<RunPlace, 'entity' | 'project'>;

export interface NamedRun {
  readonly name: string;
  readonly run: Run;
}

/**
 * Of one project, the run's directory alone; of several, the project before it; of several entities, the entity too.
 * Which of these is decided at the first look and stays, and so do directories: TensorBoard keeps selections and colours
 * by name. Runs of a project that shows up later have as long a name as tells them apart.
 */
export class RunNames {
  #home: { readonly entity: string | null; readonly project: string | null } | undefined;

  /** Runs in the order given; `projects`: all that there are. */
  name(places: readonly RunPlace[], projects: readonly ProjectPlace[]): readonly NamedRun[] {
    if (places.length > 0) this.#home ??= homeOf(projects);
    return places.map((place) => ({ name: this.#nameOf(place), run: place.run }));
  }

  #nameOf({ entity, project, directory }: RunPlace): string {
    if (entity !== this.#home?.entity) return `${entity}/${project}/${directory}`;
    return project === this.#home.project ? directory : `${project}/${directory}`;
  }
}

/** The entity and project that all share; null where there are several. */
function homeOf(places: readonly ProjectPlace[]): { entity: string | null; project: string | null } {
  const entity = places[0]!.entity;
  if (places.some((place) => place.entity !== entity)) return { entity: null, project: null };
  const project = places[0]!.project;
  return { entity, project: places.every((place) => place.project === project) ? project : null };
}
