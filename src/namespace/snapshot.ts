/** What one caller sees at one moment: entities, projects and runs under their names. Immutable. @module */

import { encodeComponent, projectId } from '../core/index.ts';
import type { ProjectKey, Run } from '../history/index.ts';

export class NamedProject implements ProjectKey {
  /** W&B's own names. */
  readonly entity: ProjectKey['entity'];
  readonly project: ProjectKey['project'];
  /** The two directory names. */
  readonly entityName: string;
  readonly name: string;
  /** Path in the tree: the two names with a slash between. */
  readonly path: string;
  /** Runs by directory name, ascending; none while nobody has looked into the project. */
  readonly runs: ReadonlyMap<string, Run>;
  #byId: ReadonlyMap<string, Run> | undefined;
  #names: ReadonlyMap<string, string> | undefined;

  constructor(
    { entity, project }: ProjectKey,
    [entityName, name]: readonly [string, string],
    runs: ReadonlyMap<string, Run>,
  ) {
    this.entity = entity;
    this.project = project;
    this.entityName = entityName;
    this.name = name;
    this.path = `${entityName}/${name}`;
    this.runs = runs;
  }

  /** A run by its directory name or, unlisted, by its id; the name goes first. */
  run(name: string): Run | undefined {
    const named = this.runs.get(name);
    if (named !== undefined) return named;
    this.#byId ??= new Map([...this.runs.values()].map((run) => [encodeComponent(run.key.runId), run]));
    return this.#byId.get(name);
  }

  /** The same project to somebody who sees none of its runs. */
  withoutRuns(): NamedProject {
    return new NamedProject(this, [this.entityName, this.name], new Map());
  }

  /** The directory name of a run, by `Run.id`. */
  nameOf(id: string): string | undefined {
    this.#names ??= new Map([...this.runs].map(([name, run]) => [run.id, name]));
    return this.#names.get(id);
  }
}

export class NamespaceSnapshot {
  /** Projects by directory name, by entity directory name; both ascending. */
  readonly entities: ReadonlyMap<string, ReadonlyMap<string, NamedProject>>;
  readonly #byKey: ReadonlyMap<string, NamedProject>;

  constructor(projects: readonly NamedProject[]) {
    const entities = new Map<string, Map<string, NamedProject>>();
    for (const project of [...projects].sort((a, b) => compareNames(a, b))) {
      const siblings = entities.get(project.entityName) ?? new Map<string, NamedProject>();
      entities.set(project.entityName, siblings.set(project.name, project));
    }
    this.entities = entities;
    this.#byKey = new Map(projects.map((project) => [projectId(project), project]));
  }

  /** Every project, in the order of the tree. */
  get projects(): readonly NamedProject[] {
    return [...this.entities.values()].flatMap((projects) => [...projects.values()]);
  }

  /** A project by its directory names. */
  project(entityName: string, name: string): NamedProject | undefined {
    return this.entities.get(entityName)?.get(name);
  }

  /** A project by what W&B calls it. */
  projectOf(key: { readonly entity: string; readonly project: string }): NamedProject | undefined {
    return this.#byKey.get(projectId(key));
  }

  /** Path of a run's directory. */
  pathOf({ id, key }: Pick<Run, 'id' | 'key'>): string | undefined {
    const project = this.projectOf(key);
    const name = project?.nameOf(id);
    return name === undefined ? undefined : `${project!.path}/${name}`;
  }
}

function compareNames(a: NamedProject, b: NamedProject): number {
  if (a.entityName !== b.entityName) return a.entityName < b.entityName ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}
