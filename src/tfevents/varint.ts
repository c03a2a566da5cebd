/** Protobuf varints: seven bits a byte, the lowest first. @module */

const SEVEN_BITS = 128;

/** Bytes of a non-negative integer up to 2^53 as a varint. */
export function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= SEVEN_BITS; rest = Math.floor(rest / SEVEN_BITS)) length++;
  return length;
}

/** Bytes of an int64 as a varint: negative numbers take ten (two's complement). */
export function int64Length(value: number): number {
  return value < 0 ? 10 : varintLength(value);
}

/** The varint of a non-negative integer up to 2^53. */
export function varintBytes(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= SEVEN_BITS; rest = Math.floor(rest / SEVEN_BITS)) bytes.push((rest % SEVEN_BITS) | 0x80);
  bytes.push(rest);
  return bytes;
}
