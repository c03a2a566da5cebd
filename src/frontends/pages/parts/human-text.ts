/** Names, numbers and times as people read them. Pure: the present is an argument. @module */

import { countText } from '../../../core/index.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A name that shows: one made of spaces gets quotes, or nobody could see or click it. */
export function nameText(name: string): string {
  return name.trim() === '' ? `“${name}”` : name;
}

/** A metric's value in about four digits; NaN and infinities by name. */
export function valueText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const magnitude = Math.abs(value);
  if (Number.isInteger(value) && magnitude < 1e7) return countText(value);
  if (magnitude >= 1e-3 && magnitude < 1e7) return String(Number(value.toPrecision(4)));
  return value.toExponential(2);
}

/** `4 h 05 min`: how long something lasted. */
export function durationText(ms: number): string {
  if (!(ms >= SECOND_MS)) return '< 1 s';
  if (ms < MINUTE_MS) return `${Math.floor(ms / SECOND_MS)} s`;
  if (ms < HOUR_MS) return twoUnits(ms, MINUTE_MS, 'min', SECOND_MS, 's');
  if (ms < DAY_MS) return twoUnits(ms, HOUR_MS, 'h', MINUTE_MS, 'min');
  return twoUnits(ms, DAY_MS, 'd', HOUR_MS, 'h');
}

function twoUnits(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = String(Math.floor((ms % large) / small)).padStart(2, '0');
  return `${Math.floor(ms / large)} ${largeName} ${rest} ${smallName}`;
}

/** `5 min ago`; `just now` for less than ten seconds, and for the future, which clocks of others may show. */
export function agoText(thenMs: number, nowMs: number): string {
  const ms = nowMs - thenMs;
  if (ms < 10 * SECOND_MS) return 'just now';
  if (ms < MINUTE_MS) return `${Math.floor(ms / SECOND_MS)} s ago`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min ago`;
  if (ms < 2 * DAY_MS) return `${Math.floor(ms / HOUR_MS)} h ago`;
  return `${countText(Math.floor(ms / DAY_MS))} d ago`;
}
