/** Condenses summary records: wandb-core writes two of them per history row. @module */

import type { DocumentChange } from '../../../core/index.ts';
import { ItemList } from './item-list.ts';
import { KeyTable } from './key-table.ts';
import { FieldWalker, LENGTH_DELIMITED } from './wire.ts';

const UPDATE_FIELD = 1;
const UPDATE_TAG = (UPDATE_FIELD << 3) | LENGTH_DELIMITED;
const REMOVE_FIELD = 2;
/** Numbers kept for each key. */
const PLACE_LENGTH = 4;

/** A value and the encoded key it is set at, as places in the same bytes. */
export interface KeptValue {
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Keeps the place of the newest value of every key until `take` is called. The bytes given to `add` must stay
 * as they are until then.
 */
export class SummaryMerger {
  readonly #keys = new KeyTable();
  readonly #items = new ItemList(this.#keys);
  readonly #removed = new ItemList(this.#keys);
  readonly #fields = new FieldWalker();
  /** What the values lie in, since the last `take`. */
  #sources: Uint8Array[] = [];
  /** By slot: order of its newest update, 0 for none since the last `take`; index of its source; start; end. */
  #places = new Int32Array(64 * PLACE_LENGTH);
  #order = 0;

  /** How many different keys have been seen. */
  get keyCount(): number {
    return this.#keys.slots.length;
  }

  /**
   * Takes in a SummaryRecord's bytes. A record that removes keys comes back as changes of its own, preceded by
   * what was pending, so that order holds. Null when the bytes are malformed.
   */
  add(bytes: Uint8Array, start: number, end: number): readonly DocumentChange[] | null {
    const fields = this.#fields;
    this.#items.length = 0;
    this.#removed.length = 0;
    fields.enter(bytes, start, end);
    for (;;) {
      fields.seek(this.#items.takeUsual(bytes, fields.position, end, UPDATE_TAG));
      if (!fields.next()) break;
      if (fields.wireType !== LENGTH_DELIMITED) continue;
      if (fields.field === UPDATE_FIELD && !this.#items.add(bytes, fields.start, fields.end)) return null;
      if (fields.field === REMOVE_FIELD && !this.#removed.add(bytes, fields.start, fields.end)) return null;
    }
    if (fields.malformed) return null;
    this.#remember(bytes);
    return this.#removed.length === 0 ? [] : this.#takeWithRemovals();
  }

  /** Takes in a value that somebody else found in a summary. The bytes must stay as those given to `add`. */
  put(bytes: Uint8Array, { keyStart, keyEnd, start, end }: KeptValue): void {
    this.#items.length = 0;
    this.#items.push(this.#keys.lookup(bytes, keyStart, keyEnd), start, end);
    this.#remember(bytes);
  }

  /** Whether bytes given to `add` are still needed. */
  get pending(): boolean {
    return this.#order !== 0;
  }

  /** The pending updates in the order they were made, and forgets them; null when there are none. */
  take(): DocumentChange | null {
    if (this.#order === 0) return null;
    const places = this.#places;
    const used: number[] = [];
    for (let place = 0; place < places.length; place += PLACE_LENGTH)
      if (places[place] !== 0) used.push(place);
    used.sort((a, b) => places[a]! - places[b]!);
    const update = used.map((place) => {
      return { path: this.#keys.slots[place / PLACE_LENGTH]!.path, json: this.#text(place) };
    });
    places.fill(0);
    this.#order = 0;
    this.#sources = [];
    return { update, remove: [] };
  }

  #remember(bytes: Uint8Array): void {
    const { length, slots, starts, ends } = this.#items;
    if (this.#sources.at(-1) !== bytes) this.#sources.push(bytes);
    const needed = this.#keys.slots.length * PLACE_LENGTH;
    if (needed > this.#places.length) this.#grow(needed * 2);
    const places = this.#places;
    const source = this.#sources.length - 1;
    let order = this.#order;
    for (let index = 0; index < length; index++) {
      const place = slots[index]! * PLACE_LENGTH;
      places[place] = ++order;
      places[place + 1] = source;
      places[place + 2] = starts[index]!;
      places[place + 3] = ends[index]!;
    }
    this.#order = order;
  }

  #takeWithRemovals(): readonly DocumentChange[] {
    const { length, slots } = this.#removed;
    const remove = Array.from(slots.subarray(0, length), (slot) => this.#keys.slots[slot]!.path);
    const pending = this.take();
    return pending === null ? [{ update: [], remove }] : [pending, { update: [], remove }];
  }

  #text(place: number): string {
    const [, source, start, end] = this.#places.subarray(place, place + PLACE_LENGTH);
    const bytes = this.#sources[source!]!;
    return Buffer.from(bytes.buffer, bytes.byteOffset + start!, end! - start!).toString();
  }

  #grow(length: number): void {
    const places = new Int32Array(length);
    places.set(this.#places);
    this.#places = places;
  }
}
