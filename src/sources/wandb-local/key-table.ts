/** Turns the bytes of an item's key into a small number, without decoding the key each time. @module */

import { FieldWalker, LENGTH_DELIMITED } from './wire.ts';

const KEY_FIELD = 1;
const NESTED_KEY_FIELD = 2;

/** What is known of a key once its bytes have been decoded. */
export interface KeySlot {
  readonly path: readonly string[];
  /** The path joined with dots. */
  readonly name: string;
  /** One number per name; several slots may share it (`["a.b"]` and `["a", "b"]`). */
  readonly nameId: number;
}

/**
 * Slots by the encoded key fields of an item (`key` or `nested_key`, tags and lengths included). Lookups hash
 * and compare bytes; a slot is decoded once. Grows with the number of different keys.
 */
export class KeyTable {
  readonly slots: KeySlot[] = [];

  readonly #nameIds = new Map<string, number>();
  readonly #encoded: Uint8Array[] = [];
  #hashes = new Int32Array(64);
  /** Open addressing: slot + 1, or 0 for free. Always a power of two and at most half full. */
  #buckets = new Int32Array(256);

  /** The slot of the key encoded in `bytes[start, end)`. */
  lookup(bytes: Uint8Array, start: number, end: number): number {
    let hash = end - start;
    for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + bytes[at]!) | 0;
    // The last bytes reach only the low bits; folding spreads them over the mask.
    hash ^= hash >>> 15;
    const mask = this.#buckets.length - 1;
    for (let bucket = hash & mask; ; bucket = (bucket + 1) & mask) {
      const slot = this.#buckets[bucket]! - 1;
      if (slot < 0) return this.#insert(bytes.slice(start, end), hash, bucket);
      if (this.#hashes[slot] === hash && sameBytes(this.#encoded[slot]!, bytes, start, end)) return slot;
    }
  }

  get nameCount(): number {
    return this.#nameIds.size;
  }

  /** The number of a dotted name. */
  nameId(name: string): number {
    const known = this.#nameIds.get(name);
    if (known !== undefined) return known;
    this.#nameIds.set(name, this.#nameIds.size);
    return this.#nameIds.size - 1;
  }

  #insert(encoded: Uint8Array, hash: number, bucket: number): number {
    const slot = this.slots.length;
    const path = decodePath(encoded);
    const name = path.join('.');
    this.slots.push({ path, name, nameId: this.nameId(name) });
    this.#encoded.push(encoded);
    if (slot >= this.#hashes.length) this.#hashes = doubled(this.#hashes);
    this.#hashes[slot] = hash;
    this.#buckets[bucket] = slot + 1;
    if (this.slots.length * 2 > this.#buckets.length) this.#rehash();
    return slot;
  }

  #rehash(): void {
    const buckets = new Int32Array(this.#buckets.length * 2);
    const mask = buckets.length - 1;
    for (let slot = 0; slot < this.slots.length; slot++) {
      let bucket = this.#hashes[slot]! & mask;
      while (buckets[bucket] !== 0) bucket = (bucket + 1) & mask;
      buckets[bucket] = slot + 1;
    }
    this.#buckets = buckets;
  }
}

function sameBytes(encoded: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (encoded.length !== end - start) return false;
  for (let at = start; at < end; at++) if (encoded[at - start] !== bytes[at]) return false;
  return true;
}

function doubled(array: Int32Array): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(array.length * 2);
  grown.set(array);
  return grown;
}

/** `nested_key` wins over `key`; neither stands for the empty key, which proto3 leaves out. */
function decodePath(encoded: Uint8Array): readonly string[] {
  const fields = new FieldWalker();
  const nested: string[] = [];
  let key = '';
  fields.enter(encoded, 0, encoded.length);
  while (fields.next()) {
    if (fields.wireType !== LENGTH_DELIMITED) continue;
    const text = Buffer.from(encoded.buffer, encoded.byteOffset + fields.start, fields.end - fields.start);
    if (fields.field === NESTED_KEY_FIELD) nested.push(text.toString());
    else if (fields.field === KEY_FIELD) key = text.toString();
  }
  return nested.length > 0 ? nested : [key];
}
