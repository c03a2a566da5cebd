/** What a fault is: trouble that begins, hits requests or runs, and ends. @module */

import type { Effect, RequestMatcher, WandbServer } from '../wandb-server/index.ts';
import type { Fleet } from './fleet.ts';

/** What trouble is made in. */
export interface Scene {
  readonly server: WandbServer;
  readonly fleet: Fleet;
  readonly random: () => number;
  /** The key that requests carry; null: none. */
  key: string | null;
}

/** Trouble that has begun. */
export interface Trouble {
  /** Requests it has hit so far, or things it has done. */
  hits(): number;
  end(): void;
}

export interface FaultKind {
  readonly name: string;
  readonly begin: (scene: Scene) => Trouble;
}

export function pick<T>(random: () => number, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)]!;
}

/** An effect on some of the requests that a matcher matches. */
export function onRequests(
  name: string,
  matchers: readonly RequestMatcher[],
  effect: (random: () => number) => Effect,
): FaultKind {
  const begin = ({ server, random }: Scene): Trouble => {
    const probability = pick(random, [1, 1, 0.5, 0.2]);
    const fault = server.faults.add({ match: pick(random, matchers), effect: effect(random), probability });
    return { hits: () => fault.hits, end: () => fault.remove() };
  };
  return { name, begin };
}

/** The same kind, beginning with something that makes for requests it can hit. */
export function after(prepare: (scene: Scene) => void, { name, begin }: FaultKind): FaultKind {
  return {
    name,
    begin: (scene) => {
      prepare(scene);
      return begin(scene);
    },
  };
}

/** Something that is done, and cannot be undone. */
export function deed(name: string, act: (scene: Scene) => void): FaultKind {
  return {
    name,
    begin: (scene) => {
      act(scene);
      return { hits: () => 1, end: () => undefined };
    },
  };
}
