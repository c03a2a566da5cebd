/** The artifacts of a project, by collection, version and alias. @module */

import { Artifact, type ArtifactFacts } from './artifact.ts';
import { md5Base64, opaqueId } from './identifiers.ts';
import type { Project } from './project.ts';
import type { StoredFile } from './run-file.ts';

/** Numbers artifacts of all projects, because they are asked for by id alone. */
let lastNumber = 0;

export class ArtifactCollection {
  readonly project: Project;
  readonly name: string;
  readonly type: string;
  readonly artifacts: Artifact[] = [];
  readonly aliases = new Map<string, Artifact>();

  constructor(project: Project, name: string, type: string) {
    this.project = project;
    this.name = name;
    this.type = type;
  }

  get id(): string {
    return opaqueId('ArtifactCollection', this.project.internalId, this.name);
  }

  /** By alias or version: `latest`, `v3`. */
  find(alias: string): Artifact | undefined {
    const version = /^v(\d+)$/.exec(alias)?.[1];
    return this.aliases.get(alias) ?? (version === undefined ? undefined : this.artifacts[Number(version)]);
  }

  get latest(): Artifact | undefined {
    return this.aliases.get('latest');
  }

  add(facts: ArtifactFacts): Artifact {
    lastNumber += 1;
    const artifact = new Artifact(this, lastNumber, facts);
    this.artifacts.push(artifact);
    return artifact;
  }

  /** Makes a version readable under `latest` and its own names. */
  commit(artifact: Artifact, aliases: readonly string[] = []): void {
    artifact.state = 'COMMITTED';
    for (const alias of ['latest', ...aliases]) this.aliases.set(alias, artifact);
  }
}

export interface PublishedFiles {
  readonly collection: string;
  readonly type: string;
  readonly runName: string;
  readonly files: readonly StoredFile[];
}

export class ArtifactShelf {
  readonly #project: Project;
  readonly #collections = new Map<string, ArtifactCollection>();
  /** Artifacts by the id the SDK gave them before they were uploaded. */
  readonly #byClientId = new Map<string, Artifact>();

  constructor(project: Project) {
    this.#project = project;
  }

  get collections(): readonly ArtifactCollection[] {
    return [...this.#collections.values()];
  }

  get artifacts(): readonly Artifact[] {
    return this.collections.flatMap(({ artifacts }) => artifacts);
  }

  find(collection: string): ArtifactCollection | undefined {
    return this.#collections.get(collection);
  }

  remove(collection: string): void {
    this.#collections.delete(collection);
  }

  /** The collection, made when there is none. */
  collection(name: string, type: string): ArtifactCollection {
    const found = this.#collections.get(name) ?? new ArtifactCollection(this.#project, name, type);
    this.#collections.set(name, found);
    return found;
  }

  /** A new, committed version with these files. */
  publish({ collection, type, runName, files }: PublishedFiles): Artifact {
    const shelf = this.collection(collection, type);
    const digest = md5Base64(new TextEncoder().encode(`${collection}:${shelf.artifacts.length}`));
    const artifact = shelf.add({ runName, digest, createdAt: this.#project.now() });
    for (const file of files) artifact.files.set(file.name, file);
    shelf.commit(artifact);
    return artifact;
  }

  noteClientId(clientId: string, artifact: Artifact): void {
    this.#byClientId.set(clientId, artifact);
  }

  byClientId(clientId: string): Artifact | undefined {
    return this.#byClientId.get(clientId);
  }
}
