/** Everything the double knows: users, entities, projects. Tests write here what the API then answers. @module */

import { randomApiKey } from './identifiers.ts';
import { Project, type ProjectSpec } from './project.ts';
import type { Run } from './run.ts';
import { User, type UserSpec } from './user.ts';

const FIRST_INTERNAL_ID = 1001;

export class WandbStore {
  readonly users = new Map<string, User>();
  readonly #projects = new Map<string, Project>();
  readonly #now: () => number;

  /** @param now Unix milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  addUser(spec: UserSpec): User {
    const user = new User(spec, spec.apiKey ?? randomApiKey());
    this.users.set(user.username, user);
    return user;
  }

  /** The user; somebody without a key when no user has that name. */
  person(username: string): User {
    return this.users.get(username) ?? new User({ username }, '');
  }

  userOfKey(apiKey: string): User | undefined {
    return [...this.users.values()].find((user) => user.apiKeys.has(apiKey));
  }

  /** From now on the key is none. */
  revoke(apiKey: string): void {
    const user = this.userOfKey(apiKey);
    if (user !== undefined) user.apiKeys = new Set([...user.apiKeys].filter((key) => key !== apiKey));
  }

  get projects(): readonly Project[] {
    return [...this.#projects.values()];
  }

  findProject(entity: string, name: string): Project | undefined {
    return this.#projects.get(placeOf(entity, name));
  }

  /** The project, made when there is none; its entity needs no making. */
  project(entity: string, name: string, spec: ProjectSpec = {}): Project {
    const found = this.findProject(entity, name);
    if (found !== undefined) return found;
    const internalId = String(FIRST_INTERNAL_ID + this.#projects.size);
    const owner = [...this.users.values()].find((user) => user.mayUse(entity))?.username ?? entity;
    const project = new Project(entity, name, { owner, ...spec, internalId, now: this.#now });
    this.#projects.set(placeOf(entity, name), project);
    return project;
  }

  /** @throws RangeError when there is none at `entity/project/run`. */
  run(path: string): Run {
    const [entity = '', project = '', ...rest] = path.split('/');
    const found = this.findProject(entity, project)?.runs.get(rest.join('/'));
    if (found === undefined) throw new RangeError(`no run ${path}`);
    return found;
  }

  /** The run with an opaque id. */
  runByStorageId(id: string): Run | undefined {
    return this.projects.flatMap(({ runs }) => [...runs.values()]).find(({ storageId }) => storageId === id);
  }

  deleteProject(entity: string, name: string): void {
    this.#projects.delete(placeOf(entity, name));
  }
}

function placeOf(entity: string, name: string): string {
  return JSON.stringify([entity, name]);
}
