/** The order of keys: that of their bytes in UTF-8, which is not that of JavaScript's strings. @module */

const FIRST_SURROGATE = 0xd800;
const AFTER_SURROGATES = 0xe000;
/** How far surrogates move up, and what follows them down: characters beyond U+FFFF come last in UTF-8. */
const SURROGATES = AFTER_SURROGATES - FIRST_SURROGATE;
const UNITS_AFTER = 0x10000 - AFTER_SURROGATES;

export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const x = a.charCodeAt(index);
    const y = b.charCodeAt(index);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  if (unit < FIRST_SURROGATE) return unit;
  return unit < AFTER_SURROGATES ? unit + UNITS_AFTER : unit - SURROGATES;
}
