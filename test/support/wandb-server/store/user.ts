/** A person with API keys, and the teams whose projects they may use. @module */

import { opaqueId } from './identifiers.ts';

export interface UserSpec {
  /** Also the name of the entity that is theirs alone. */
  readonly username: string;
  /** Default: a new one of 40 hexadecimal digits. */
  readonly apiKey?: string;
  readonly teams?: readonly string[];
  /** Entity of runs logged without one. Default: the first team, else the username. */
  readonly defaultEntity?: string;
}

export class User {
  readonly username: string;
  readonly email: string;
  readonly teams: readonly string[];
  readonly defaultEntity: string;
  apiKeys: ReadonlySet<string>;

  constructor({ username, teams = [], defaultEntity }: UserSpec, apiKey: string) {
    this.username = username;
    this.email = `${username}@example.com`;
    this.teams = teams;
    this.defaultEntity = defaultEntity ?? teams[0] ?? username;
    this.apiKeys = new Set([apiKey]);
  }

  get id(): string {
    return opaqueId('User', this.username);
  }

  mayUse(entity: string): boolean {
    return entity === this.username || this.teams.includes(entity);
  }
}
