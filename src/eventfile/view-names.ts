/** Parts of the name of an event file that tell those of one run apart. Pure. @module */

import { createHash } from 'node:crypto';
import type { Marker } from './markers.ts';

/** Of a checksum in a name: it tells a few files of one run apart. */
const CHECKSUM_CHARACTERS = 10;

/** What was said of a run that was met before its first row: whoever meets it later says something else. '' for others. */
export function metAsText([begin, first]: readonly Marker[]): string {
  if (first === undefined || first.kind !== 'waiting') return '';
  const text = JSON.stringify([begin, first]);
  return `.w${createHash('sha256').update(text).digest('hex').slice(0, CHECKSUM_CHARACTERS)}`;
}

/**
 * Tells files apart that take each other's place: '' for the first one. In order of time, as TensorBoard's Python loader goes on by
 * name, from a file that is still there. `epoch`: of what was decided of its media.
 */
export function successionText(generation: number, epoch: number): string {
  const media = epoch > 0 ? `.r${ordinal(epoch)}` : '';
  return generation > 1 || media !== '' ? `.g${ordinal(generation)}${media}` : '';
}

/** A number in whose text shorter ones come first: `9`, `a10`, `a99`, `b100`. */
function ordinal(value: number): string {
  const digits = String(value);
  return digits.length === 1
    ? digits
    : `${String.fromCharCode('a'.charCodeAt(0) + digits.length - 2)}${digits}`;
}
