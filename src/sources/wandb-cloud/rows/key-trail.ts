/** Recognizes the keys of JSON rows by their bytes, expecting them in the order of the row before. @module */

import type { KeySlot } from './row-builder.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

interface Place {
  /** The key as it stands in the text, closing quote included. */
  readonly raw: Uint8Array;
  readonly slot: KeySlot;
  /** What came after it last time. */
  follower: Place | null;
}

/** Rows of a run mostly have the same keys in the same order, so that most keys cost one comparison. */
export class KeyTrail {
  /** Offset after the closing quote of the last key. */
  end = 0;

  readonly #slotOf: (key: string) => KeySlot;
  readonly #places = new Map<string, Place>();
  readonly #start: { follower: Place | null } = { follower: null };
  #last = this.#start;

  constructor(slotOf: (key: string) => KeySlot) {
    this.#slotOf = slotOf;
  }

  /** Before the first key of a row. */
  restart(): void {
    this.#last = this.#start;
  }

  /** The slot of the key whose characters begin at `at`; null when no key ends before `end`. */
  next(bytes: Buffer, at: number, end: number): KeySlot | null {
    const expected = this.#last.follower;
    const place = expected !== null && isAt(bytes, at, expected.raw) ? expected : this.#find(bytes, at, end);
    if (place === null) return null;
    this.end = at + place.raw.length;
    this.#last.follower = place;
    this.#last = place;
    return place.slot;
  }

  #find(bytes: Buffer, at: number, end: number): Place | null {
    const close = closingQuote(bytes, at, end);
    if (close < 0) return null;
    const raw = bytes.toString('latin1', at, close + 1);
    return this.#places.get(raw) ?? this.#learn(bytes, at, close, raw);
  }

  #learn(bytes: Buffer, at: number, close: number, raw: string): Place | null {
    const text = bytes.toString('utf8', at, close);
    const key = text.includes('\\') ? unescaped(text) : text;
    if (key === null) return null;
    const place = {
      raw: Uint8Array.from(bytes.subarray(at, close + 1)),
      slot: this.#slotOf(key),
      follower: null,
    };
    this.#places.set(raw, place);
    return place;
  }
}

function isAt(bytes: Uint8Array, at: number, raw: Uint8Array): boolean {
  for (let index = 0; index < raw.length; index++) if (bytes[at + index] !== raw[index]) return false;
  return true;
}

/** Where a string that begins at `at` ends; negative when it does not. */
export function closingQuote(bytes: Uint8Array, at: number, end: number): number {
  for (let close = at; close < end; close++) {
    if (bytes[close] === QUOTE) return close;
    if (bytes[close] === BACKSLASH) close++;
  }
  return -1;
}

function unescaped(text: string): string | null {
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return null;
  }
}
