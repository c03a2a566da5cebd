/** A config or summary as W&B sends it: values set and removed at key paths, the newest word last. @module */

import type { DocumentChange } from '../../core/index.ts';

export interface DocumentEntry {
  readonly path: readonly string[];
  /** W&B's JSON text, where NaN and Infinity may stand bare. */
  readonly json: string;
}

export class WandbDocument {
  /** By first key, then by whole path as JSON: what one change can touch stays small. */
  readonly #topics = new Map<string, Map<string, DocumentEntry>>();

  /** Entries in the order they hold: where paths nest, later ones refine earlier ones. */
  get entries(): readonly DocumentEntry[] {
    return [...this.#topics.values()].flatMap((topic) => [...topic.values()]);
  }

  /** Number of top-level entries. */
  get size(): number {
    return this.#topics.size;
  }

  /** The same values, apart from now on. */
  copy(): WandbDocument {
    const copy = new WandbDocument();
    for (const [name, topic] of this.#topics) copy.#topics.set(name, new Map(topic));
    return copy;
  }

  apply(change: DocumentChange): void {
    for (const path of change.remove) this.#drop(path);
    for (const entry of change.update) {
      const topic = this.#drop(entry.path);
      topic.set(JSON.stringify(entry.path), entry);
    }
  }

  /** Removes what stands at a path or below it; returns the topic the path belongs to. */
  #drop(path: readonly string[]): Map<string, DocumentEntry> {
    const name = path[0] ?? '';
    let topic = this.#topics.get(name);
    if (topic === undefined) {
      topic = new Map();
      this.#topics.set(name, topic);
    }
    const own = JSON.stringify(path);
    const below = `${own.slice(0, -1)},`;
    for (const key of topic.keys()) if (key === own || key.startsWith(below)) topic.delete(key);
    return topic;
  }
}

/** Several changes as one. What an update brings back is not removed. */
export function merged(changes: readonly DocumentChange[]): DocumentChange {
  const document = new WandbDocument();
  for (const change of changes) document.apply(change);
  return { update: document.entries, remove: changes.flatMap((change) => change.remove) };
}
