/** Counts and sizes as people read them. Pure. @module */

/** Made for the first number that needs it, which takes several milliseconds: every start would wait for it. */
let grouping: Intl.NumberFormat | undefined;
const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `12,345`. */
export function countText(count: number): string {
  if (Number.isInteger(count) && count >= 0 && count < 1000) return String(count);
  grouping ??= new Intl.NumberFormat('en-US');
  return grouping.format(count);
}

/** `1 run`, `2 runs`. */
export function pluralText(count: number, noun: string, plural = `${noun}s`): string {
  return `${countText(count)} ${count === 1 ? noun : plural}`;
}

/** `1.5 MiB`. */
export function sizeText(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const scaled = bytes / 1024 ** power;
  return `${power === 0 || scaled >= 100 ? Math.round(scaled) : scaled.toFixed(1)} ${UNITS[power]}`;
}
