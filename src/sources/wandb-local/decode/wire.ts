/** Walks over protobuf wire format in place, for records that are not worth decoding. @module */

/** Wire types, https://protobuf.dev/programming-guides/encoding/#structure */
export const VARINT = 0;
export const LENGTH_DELIMITED = 2;

/**
 * Steps from field to field within `bytes[position, end)`. After `next()` said true, `field` and `wireType`
 * name the field; `start` and `end` bound its payload when it is length-delimited, `value` holds a varint.
 */
export class FieldWalker {
  field = 0;
  wireType = 0;
  /** A varint as signed int64, rounded to the nearest double beyond 2^53. */
  value = 0;
  start = 0;
  end = 0;
  /** Set when the bytes are not protobuf; `next()` is false from then on. */
  malformed = false;

  #bytes: Uint8Array = new Uint8Array(0);
  #position = 0;
  #limit = 0;

  enter(bytes: Uint8Array, start: number, end: number): void {
    this.#bytes = bytes;
    this.#position = start;
    this.#limit = end;
    this.malformed = false;
  }

  /** Where the next field begins. */
  get position(): number {
    return this.#position;
  }

  /** Goes on at a place the caller has read up to. */
  seek(position: number): void {
    this.#position = position;
  }

  next(): boolean {
    if (this.#position >= this.#limit) return false;
    const tag = this.#varint();
    this.field = tag >>> 3;
    this.wireType = tag & 7;
    if (this.field <= 0 || !this.#payload()) this.malformed = true;
    if (this.#position > this.#limit) this.malformed = true;
    if (this.malformed) this.#position = this.#limit;
    return !this.malformed;
  }

  #payload(): boolean {
    switch (this.wireType) {
      case VARINT:
        this.value = this.#varint();
        return true;
      case 1:
        this.#position += 8;
        return true;
      case LENGTH_DELIMITED: {
        const length = this.#varint();
        this.start = this.#position;
        this.#position += length;
        this.end = this.#position;
        return length >= 0;
      }
      case 5:
        this.#position += 4;
        return true;
      default:
        return false;
    }
  }

  #varint(): number {
    const bytes = this.#bytes;
    const at = this.#position;
    const first = bytes[at]!;
    if (first < 0x80) {
      this.#position = at + 1;
      return first;
    }
    let value = first & 0x7f;
    for (let size = 1; size < 4; size++) {
      const byte = bytes[at + size]!;
      value |= (byte & 0x7f) << (7 * size);
      if (byte < 0x80) {
        this.#position = at + size + 1;
        return value;
      }
    }
    return this.#longVarint();
  }

  #longVarint(): number {
    let value = 0n;
    for (let shift = 0n; shift < 70n && this.#position < this.#limit; shift += 7n) {
      const byte = this.#bytes[this.#position++]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(BigInt.asIntN(64, value));
    }
    this.malformed = true;
    return 0;
  }
}
