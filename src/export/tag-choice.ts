/** Which tags or keys of runs are exported, and which patterns have met none. @module */

import { globMatcher, nearestName } from '../core/index.ts';

/** Names that are looked at for the nearest to a pattern. */
const MAX_NAMES = 20_000;

/** A pattern that no tag matches. */
export interface UnmetPattern {
  readonly pattern: string;
  /** The tag that was probably meant; null: none is near. */
  readonly nearest: string | null;
}

export class TagChoice {
  readonly patterns: readonly string[];
  readonly #matchers: readonly ((name: string) => boolean)[];
  /** Indexes of patterns that have matched. */
  readonly #met = new Set<number>();
  /** By name: whether it is chosen. */
  readonly #names = new Map<string, boolean>();

  constructor(patterns: readonly string[]) {
    this.patterns = patterns;
    this.#matchers = patterns.map(globMatcher);
  }

  /** Whether a tag is chosen. It counts as met. */
  readonly isChosen = (name: string): boolean => {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    let isChosen = false;
    for (const [index, isMatch] of this.#matchers.entries()) {
      if (!isMatch(name)) continue;
      isChosen = true;
      this.#met.add(index);
    }
    if (this.#names.size < MAX_NAMES) this.#names.set(name, isChosen);
    return isChosen;
  };

  /** Patterns that have matched nothing so far. */
  unmet(): readonly UnmetPattern[] {
    return this.patterns.flatMap((pattern, index) =>
      this.#met.has(index) ? [] : [{ pattern, nearest: nearestName(pattern, this.#names.keys()) }],
    );
  }
}
