/** A number for a path, always the same. @module */

/** Bits of the upper half: with the 32 of the lower one 52, exact as a double. */
const UPPER_BITS = 20;

/**
 * 52 bits that depend on every character: cyrb53, two multiplicative hashes side by side that are mixed at the end
 * (github.com/bryc/code, public domain). A cryptographic hash takes ten times as long, by call alone, and a listing needs one
 * for each name.
 */
export function pathNumber(path: string): number {
  let one = 0xdeadbeef;
  let two = 0x41c6ce57;
  for (let i = 0; i < path.length; i++) {
    const code = path.charCodeAt(i);
    one = Math.imul(one ^ code, 2654435761);
    two = Math.imul(two ^ code, 1597334677);
  }
  one = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(two ^ (two >>> 13), 3266489909);
  two = Math.imul(two ^ (two >>> 16), 2246822507) ^ Math.imul(one ^ (one >>> 13), 3266489909);
  return (two >>> (32 - UPPER_BITS)) * 0x1_0000_0000 + (one >>> 0);
}
