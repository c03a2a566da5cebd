/** Reads rows that are flat JSON objects, as nearly all are, without making objects of them. @module */

import { parseJsonString } from '../../json-fragment.ts';
import { readScalar } from '../../json-scalar.ts';
import { closingQuote, KeyTrail } from './key-trail.ts';
import type { KeySlot, RowBuilder } from './row-builder.ts';

const QUOTE = 0x22;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const COLON = 0x3a;
const COMMA = 0x2c;
const DECLINED = -1;
const NULL_LENGTH = 4;
/** UTF-8 of a UTF-16 unit has at most three bytes. */
const BYTES_PER_UNIT = 3;

/** Bytes of numbers and bare words. */
const IN_TOKEN = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[-+.0-9A-Za-z]/.test(String.fromCharCode(byte)) ? 1 : 0,
);

export class LineScanner {
  readonly #builder: RowBuilder;
  readonly #trail: KeyTrail;
  #bytes = Buffer.alloc(4096);

  constructor(builder: RowBuilder) {
    this.#builder = builder;
    this.#trail = new KeyTrail((key) => builder.slot(key));
  }

  /**
   * Gives the builder the values of a row. False when the row is no flat object, has a key twice, or is no JSON at
   * all; the builder then holds a part of it.
   */
  scan(line: string): boolean {
    const end = this.#load(line);
    const bytes = this.#bytes;
    let at = afterSpace(bytes, 0);
    if (bytes[at] !== OPEN) return false;
    at = afterSpace(bytes, at + 1);
    if (bytes[at] === CLOSE) return afterSpace(bytes, at + 1) === end;
    this.#trail.restart();
    for (;;) {
      at = this.#member(at, end);
      if (at === DECLINED) return false;
      at = afterSpace(bytes, at);
      if (bytes[at] !== COMMA) return bytes[at] === CLOSE && afterSpace(bytes, at + 1) === end;
      at = afterSpace(bytes, at + 1);
    }
  }

  /** Copies a line to where it can be read byte by byte, a zero after it. Returns its length. */
  #load(line: string): number {
    const needed = line.length * BYTES_PER_UNIT + 1;
    if (needed > this.#bytes.length) this.#bytes = Buffer.alloc(needed * 2);
    const end = this.#bytes.write(line);
    this.#bytes[end] = 0;
    return end;
  }

  /** Reads the member at `at`; returns the offset after it. */
  #member(at: number, end: number): number {
    const bytes = this.#bytes;
    if (bytes[at] !== QUOTE) return DECLINED;
    const slot = this.#trail.next(bytes, at + 1, end);
    if (slot === null) return DECLINED;
    const colon = afterSpace(bytes, this.#trail.end);
    if (bytes[colon] !== COLON) return DECLINED;
    const start = afterSpace(bytes, colon + 1);
    return bytes[start] === QUOTE ? this.#string(slot, start, end) : this.#token(slot, start);
  }

  #token(slot: KeySlot, start: number): number {
    const bytes = this.#bytes;
    let end = start;
    while (IN_TOKEN[bytes[end]!] === 1) end++;
    if (end === start) return DECLINED;
    if (slot.role === 'none') return end;
    if (readScalar(bytes, start, end, this.#builder.numbers, slot.id)) {
      return this.#builder.takeNumber(slot) ? end : DECLINED;
    }
    if (end - start !== NULL_LENGTH || bytes.toString('latin1', start, end) !== 'null') return DECLINED;
    return this.#builder.takeNull(slot) ? end : DECLINED;
  }

  #string(slot: KeySlot, start: number, end: number): number {
    const close = closingQuote(this.#bytes, start + 1, end);
    if (close < 0) return DECLINED;
    const quoted = this.#bytes.toString('utf8', start, close + 1);
    const text = quoted.includes('\\') ? parseJsonString(quoted) : quoted.slice(1, -1);
    return text !== undefined && this.#builder.takeString(slot, text) ? close + 1 : DECLINED;
  }
}

function afterSpace(bytes: Uint8Array, at: number): number {
  let end = at;
  while (bytes[end] === 0x20 || bytes[end] === 0x0a || bytes[end] === 0x0d || bytes[end] === 0x09) end++;
  return end;
}
