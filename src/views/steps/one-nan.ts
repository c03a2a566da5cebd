/** NaN as rows of derived runs have it. Pure. @module */

/**
 * NaN in one form alone. What a processor makes of infinities has a sign that depends on how the engine has compiled the
 * arithmetic so far, and an event file holds the bits.
 */
export function oneNaN(value: number): number {
  return Number.isNaN(value) ? Number.NaN : value;
}
