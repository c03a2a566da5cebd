/** Condenses summary records: wandb-core writes two of them per history row. @module */

import type { DocumentChange } from '../../core/index.ts';
import { ItemList } from './item-list.ts';
import { KeyTable } from './key-table.ts';
import { FieldWalker, LENGTH_DELIMITED } from './wire.ts';

const UPDATE_FIELD = 1;
const UPDATE_TAG = (UPDATE_FIELD << 3) | LENGTH_DELIMITED;
const REMOVE_FIELD = 2;
const NO_BYTES = new Uint8Array(0);

/**
 * Keeps the place of the newest value of every key until `take` is called. The bytes given to `add` must stay
 * as they are until then.
 */
export class SummaryMerger {
  readonly #keys = new KeyTable();
  readonly #items = new ItemList(this.#keys);
  readonly #removed = new ItemList(this.#keys);
  readonly #fields = new FieldWalker();
  /** By slot: the bytes its newest value lies in; filled up to the number of slots. */
  readonly #sources: Uint8Array[] = [];
  #starts = new Int32Array(64);
  #ends = new Int32Array(64);
  /** By slot: order of its newest update, 0 for none since the last `take`. */
  #orders = new Float64Array(64);
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

  /** Whether bytes given to `add` are still needed. */
  get pending(): boolean {
    return this.#order !== 0;
  }

  /** The pending updates in the order they were made, and forgets them; null when there are none. */
  take(): DocumentChange | null {
    if (this.#order === 0) return null;
    const used: number[] = [];
    for (let slot = 0; slot < this.#sources.length; slot++) if (this.#orders[slot] !== 0) used.push(slot);
    used.sort((a, b) => this.#orders[a]! - this.#orders[b]!);
    const update = used.map((slot) => ({ path: this.#keys.slots[slot]!.path, json: this.#text(slot) }));
    this.#orders.fill(0);
    this.#order = 0;
    this.#sources.fill(NO_BYTES);
    return { update, remove: [] };
  }

  #remember(bytes: Uint8Array): void {
    const { length, slots, starts, ends } = this.#items;
    while (this.#sources.length < this.#keys.slots.length) this.#sources.push(NO_BYTES);
    if (this.#keys.slots.length > this.#starts.length) this.#grow(this.#keys.slots.length * 2);
    for (let index = 0; index < length; index++) {
      const slot = slots[index]!;
      this.#sources[slot] = bytes;
      this.#starts[slot] = starts[index]!;
      this.#ends[slot] = ends[index]!;
      this.#orders[slot] = ++this.#order;
    }
  }

  #takeWithRemovals(): readonly DocumentChange[] {
    const { length, slots } = this.#removed;
    const remove = Array.from(slots.subarray(0, length), (slot) => this.#keys.slots[slot]!.path);
    const pending = this.take();
    return pending === null ? [{ update: [], remove }] : [pending, { update: [], remove }];
  }

  #text(slot: number): string {
    const source = this.#sources[slot]!;
    const start = this.#starts[slot]!;
    return Buffer.from(source.buffer, source.byteOffset + start, this.#ends[slot]! - start).toString();
  }

  #grow(length: number): void {
    const starts = new Int32Array(length);
    const ends = new Int32Array(length);
    const orders = new Float64Array(length);
    starts.set(this.#starts);
    ends.set(this.#ends);
    orders.set(this.#orders);
    this.#starts = starts;
    this.#ends = ends;
    this.#orders = orders;
  }
}
