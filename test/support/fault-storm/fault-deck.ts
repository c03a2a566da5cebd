/** Deals faults in random order, each kind as often as any other, and keeps count of what they hit. @module */

import { setTimeout as delay } from 'node:timers/promises';
import { shuffled } from '../random.ts';
import type { FaultKind, Scene } from './fault.ts';

/** A fault lasts for so long, and for so much longer at the most while it has hit nothing. */
const LEAST_MS = 100;
const SPREAD_MS = 400;
const LONGEST_MS = 1200;
/** How often it is looked whether a fault has hit. */
const LOOK_MS = 20;
/** Kinds that have hit nothing yet are in the deck so many times more. */
const EXTRA_CARDS = 2;

export class FaultDeck {
  readonly #kinds: readonly FaultKind[];
  readonly #scene: Scene;
  readonly #hits: Map<string, number>;
  readonly #active: string[] = [];
  #cards: FaultKind[] = [];

  constructor(kinds: readonly FaultKind[], scene: Scene) {
    this.#kinds = kinds;
    this.#scene = scene;
    this.#hits = new Map(kinds.map(({ name }) => [name, 0]));
  }

  /** Requests hit, or things done, by kind. */
  get hits(): ReadonlyMap<string, number> {
    return this.#hits;
  }

  /** Names of the faults in force. */
  get active(): readonly string[] {
    return this.#active;
  }

  /** One fault, from its beginning to its end: when nobody is there to be hit, that is soon. */
  async strike(isOver: () => boolean): Promise<void> {
    const { random } = this.#scene;
    const { name, begin } = this.#next();
    const trouble = begin(this.#scene);
    this.#active.push(name);
    const endMs = performance.now() + LONGEST_MS;
    await delay(LEAST_MS + random() * SPREAD_MS);
    while (!isOver() && trouble.hits() === 0 && performance.now() < endMs) await delay(LOOK_MS);
    this.#hits.set(name, this.#hits.get(name)! + trouble.hits());
    trouble.end();
    this.#active.splice(this.#active.indexOf(name), 1);
  }

  #next(): FaultKind {
    if (this.#cards.length === 0) {
      const unhit = this.#kinds.filter(({ name }) => this.#hits.get(name) === 0);
      const extra = Array.from({ length: this.#hasBegun ? EXTRA_CARDS : 0 }, () => unhit).flat();
      this.#cards = shuffled([...this.#kinds, ...extra], this.#scene.random);
    }
    return this.#cards.pop()!;
  }

  get #hasBegun(): boolean {
    return [...this.#hits.values()].some((hits) => hits > 0);
  }
}
