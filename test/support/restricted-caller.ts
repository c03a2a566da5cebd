/** Callers with some rights, and an access that takes everybody for one. @module */

import { type Access, OPEN_ACCESS } from '../../src/access/index.ts';
import type { Caller, RestrictedCaller } from '../../src/namespace/index.ts';

/** Somebody who sees projects of these entities, until a test changes that. */
export class Somebody implements RestrictedCaller {
  readonly sees = 'some';
  readonly name = 'somebody';
  seesUnowned = true;
  version = 0;
  #entities: readonly string[];

  constructor(...entities: readonly string[]) {
    this.#entities = entities;
  }

  canSee({ entity }: { readonly entity: string }): boolean {
    return this.#entities.includes(entity);
  }

  loseRights(): void {
    this.#entities = [];
    this.version++;
  }
}

export function accessAs(caller: Caller): Access {
  const identified = { kind: 'caller', caller, seesMetrics: false } as const;
  return { ...OPEN_ACCESS, mode: 'token', identify: () => identified };
}
